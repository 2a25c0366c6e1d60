import { DURATION } from '../../shared/fleet/duration.ts';
import { alertRules } from '../../shared/fleet/presets/alert-rules.ts';
import { type PresetName, presetNames, presets } from '../../shared/fleet/presets/presets.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { badInput } from '../stop.ts';

/** Shows what presets there are, what one of them watches, or the same as Prometheus alerting rules. */
export const run: Run = async ([given], options, { terminal, json }) => {
  if (given === undefined) {
    for (const name of presetNames) {
      const { gates, exporter } = presets[name];
      if (json) terminal.out(JSON.stringify({ preset: name, gates: Object.keys(gates), exporter }));
      else terminal.out(`${name.padEnd(12)}${Object.keys(gates).join(', ')}`);
    }
    return exitCodes.done;
  }
  const name = presetOf(given);
  const labels = labelsOf(options);
  const window = textOption(options, 'window') ?? '5m';
  if (!DURATION.test(window)) throw badInput(`--window ${window}: expected a duration, as 5m`);
  if (options.rules === true) {
    if (json) throw badInput('presets --rules: gives a file of rules in YAML; leave --json out');
    terminal.out(alertRules(name, presets[name], { labels, window }).trimEnd());
    return exitCodes.done;
  }
  for (const [gate, { says, leading, limits, telegraf }] of Object.entries(presets[name].gates)) {
    const line = {
      gate: `${name}-${gate}`,
      leading: leading === true,
      ...limits,
      influxdb: telegraf !== undefined,
      says,
    };
    if (json) terminal.out(JSON.stringify(line));
    else terminal.out(`${line.gate.padEnd(26)}${line.leading ? 'leading  ' : '         '}${says}`);
  }
  if (!json) terminal.say(`measured by ${presets[name].exporter}`);
  return exitCodes.done;
};

const presetOf = (given: string): PresetName => {
  const name = presetNames.find((each) => each === given);
  if (name === undefined) throw badInput(`presets ${given}: not known; expected one of ${presetNames.join(', ')}`);
  return name;
};

/** `--label name=value`, given once or several times. */
const labelsOf = (options: Options): Readonly<Record<string, string>> => {
  const given: unknown = options.label;
  const pairs = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw badInput(`--label ${pair}: expected name=value`);
      return [name, value];
    }),
  );
};
