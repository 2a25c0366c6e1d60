import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { configTools } from '../../functions/tools/preparing.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { everyTarget } from '../../shared/rollout/every-target.ts';
import { type Run, textOption } from '../command.ts';
import { readConfigFolder } from '../config-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { badInput } from '../stop.ts';

/** Prints what one target shall have, as YAML documents, or with `--json` one object per line. */
export const run: Run = async ([dir = '.'], options, { terminal, json }) => {
  const folder = resolve(terminal.directory, dir);
  const { files, config } = readConfigFolder(folder, textOption(options, 'config'));
  const tools = configTools(evaluateInWorker(terminal.clock), config);
  const read = await tools.readConfig(files);
  if (!read.ok) throw badInput(`the config has mistakes; see \`tidegate check\`:\n${read.problems.join('\n')}`);
  const name = textOption(options, 'target');
  const all = everyTarget(read.fleet);
  const target = all.find((each) => each.name === name);
  if (target === undefined) {
    const known = all
      .map((each) => each.name)
      .sort()
      .join(', ');
    throw badInput(`--target ${name ?? 'is missing'}: expected one of ${known}`);
  }
  const result = await tools.render(files, read.fleet, target);
  if (!result.ok) throw badInput(result.problems.join('\n'));
  const wanted = textOption(options, 'service');
  const services = result.rendered.services.filter(({ service }) => wanted === undefined || service === wanted);
  if (services.length === 0) {
    const known = result.rendered.services.map(({ service }) => service).join(', ');
    throw badInput(`--service ${wanted}: ${target.name} has no such service; expected one of ${known}`);
  }
  for (const { service, objects } of services) {
    for (const { object, source } of objects) {
      if (json) terminal.out(JSON.stringify(object));
      else terminal.out(`---\n# ${service}, from ${source}\n${stringify(object, { version: '1.1' }).trimEnd()}`);
    }
  }
  return exitCodes.done;
};
