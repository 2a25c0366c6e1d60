import { resolve } from 'node:path';
import { configTools } from '../../functions/tools/preparing.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { type Run, textOption } from '../command.ts';
import { readConfigFolder } from '../config-folder.ts';
import { exitCodes } from '../exit-codes.ts';

/** Every mistake of a config and of what it renders to, for every target; exit 2 when there is one. Asks nothing and nobody. */
export const run: Run = async ([dir = '.'], options, { terminal, json }) => {
  const folder = resolve(terminal.directory, dir);
  const { files, config } = readConfigFolder(folder, textOption(options, 'config'));
  const tools = configTools(evaluateInWorker(terminal.clock), config);
  const read = await tools.readConfig(files);
  const problems = new Set<string>();
  if (read.ok) {
    for (const target of read.fleet.targets) {
      const rendered = await tools.render(files, read.fleet, target);
      if (!rendered.ok) for (const problem of rendered.problems) problems.add(problem);
    }
  } else for (const problem of read.problems) problems.add(problem);
  for (const problem of problems) terminal.out(json ? JSON.stringify(problemOf(problem)) : problem);
  if (problems.size > 0) {
    terminal.say(`${config}: ${problems.size} ${problems.size === 1 ? 'problem' : 'problems'}`);
    return exitCodes.badInput;
  }
  const { targets, waves, entries } = read.ok ? read.fleet : { targets: [], waves: [], entries: {} };
  const summary = {
    services: Object.keys(entries).length,
    targets: targets.length,
    waves: waves.map(({ name }) => name),
  };
  if (json) terminal.out(JSON.stringify({ ok: true, ...summary }));
  else
    terminal.out(
      `${config}: good; ${summary.services} services for ${summary.targets} targets in waves ${summary.waves.join(', ')}`,
    );
  return exitCodes.done;
};

/** `CODE place: text`, as every problem is printed. */
const problemOf = (printed: string) => {
  const [, code = 'PROBLEM', place = '', message = printed] = /^([A-Z0-9_]+) (.+?): (.*)$/s.exec(printed) ?? [];
  return { code, place, message };
};
