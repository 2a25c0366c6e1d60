import { resolve } from 'node:path';
import { createEngine } from '../../local/engine/engine.ts';
import { functionFolder } from '../../local/engine/function-folder.ts';
import { untilTerminated } from '../../local/engine/process.ts';
import { s3Objects } from '../../local/engine/s3.ts';
import { serve } from '../../local/engine/serve.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { type Run, textOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { badInput } from '../stop.ts';

/**
 * `tidegate engine`: Step Functions alone, for clients of any account and region, until SIGTERM or Ctrl-C. Executions that were
 * running when the process died go on when it is started again with the same `--data`.
 */
export const run: Run = async (_, options, { terminal }) => {
  const port = portOf(textOption(options, 'port') ?? '0');
  const data = textOption(options, 'data');
  const functions = textOption(options, 'functions');
  const { clock } = terminal;
  const engine = createEngine({
    clock,
    random: systemRandom,
    database: data === undefined ? ':memory:' : resolve(terminal.directory, data),
    region: terminal.env.AWS_REGION ?? 'us-east-1',
    account: '000000000000',
    invoke: functionFolder(functions === undefined ? undefined : resolve(terminal.directory, functions), clock),
    objects: s3Objects(terminal.env),
  });
  try {
    const served = await serve(engine.handle, port).catch((error: unknown) => {
      throw badInput(`--port ${port}: ${error instanceof Error ? error.message : String(error)}`);
    });
    engine.resume();
    terminal.out(`ready ${served.url}`);
    await untilTerminated(terminal.interrupted);
    return exitCodes.done;
  } finally {
    engine.close();
  }
};

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw badInput(`--port ${text}: expected a number from 0 to 65535; 0 takes a free one`);
};
