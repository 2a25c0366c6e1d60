import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Run, textOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { scaffold } from '../scaffold.ts';

/** Writes a first config and one example service. A file that is there already is left as it is, and said so. */
export const run: Run = async ([dir = '.'], options, { terminal, json }) => {
  const folder = resolve(terminal.directory, dir);
  const named = textOption(options, 'kubeconfig') ?? terminal.env.KUBECONFIG;
  const kubeconfig = resolve(terminal.directory, named ?? join(homedir(), '.kube', 'config'));
  const context = await currentContext(kubeconfig);
  const written: string[] = [];
  for (const [path, text] of scaffold(context === undefined ? undefined : { path: kubeconfig, context })) {
    const file = join(folder, path);
    if (existsSync(file)) {
      terminal.say(`${path} is there already and was left as it is`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    // `wx`: should the file have come since, it is left, too.
    writeFileSync(file, text, { flag: 'wx' });
    written.push(path);
  }
  if (json) terminal.out(JSON.stringify({ written, ...(context === undefined ? {} : { context }) }));
  else for (const path of written) terminal.out(`wrote ${path}`);
  if (context === undefined) terminal.say(`no kubeconfig at ${kubeconfig}: name your clusters in tidegate.jsonnet`);
  terminal.say(`next: tidegate check${dir === '.' ? '' : ` ${dir}`}`);
  return exitCodes.done;
};

/** The name of the context that kubectl would use; nothing else of the file is looked at. */
const currentContext = async (path: string): Promise<string | undefined> => {
  if (!existsSync(path)) return undefined;
  const { parse } = await import('yaml');
  try {
    const document: unknown = parse(readFileSync(path, 'utf8'));
    if (typeof document !== 'object' || document === null || !('current-context' in document)) return undefined;
    const context = document['current-context'];
    return typeof context === 'string' && context !== '' ? context : undefined;
  } catch {
    // What is no YAML is no kubeconfig; its text may hold credentials and is not shown.
    return undefined;
  }
};
