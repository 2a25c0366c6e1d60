import { type Run, textOption } from '../command.ts';
import { runDemo } from '../demo.ts';
import { type FaultName, faults } from '../demo-faults.ts';
import { portOption } from '../port-option.ts';
import { badInput } from '../stop.ts';

/** The whole way of a release on a simulated fleet, in one process. */
export const run: Run = (_, options, { terminal, json }) => {
  const named = textOption(options, 'break');
  const fault = faultNames.find((name) => name === named);
  if (named !== undefined && fault === undefined) {
    throw badInput(`--break ${named}: expected one of ${faultNames.join(', ')}`);
  }
  return runDemo(
    {
      yes: options.yes === true,
      fresh: options.fresh === true,
      port: portOption(options),
      json,
      ...(fault === undefined ? {} : { fault }),
    },
    terminal,
  );
};

const faultNames = Object.keys(faults) as readonly FaultName[];
