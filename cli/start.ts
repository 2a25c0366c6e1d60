import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Run, textOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { filesAtHead, headCommit, mirrorHead } from './git.ts';
import { openInstance, portOption } from './open-instance.ts';
import { badInput } from './stop.ts';
import { type Terminal, untilInterrupted } from './terminal.ts';

/** Owner and name of the config repository of an instance of one's own. */
export const ownRepository = 'local/fleet';
const configNames = ['tidegate.jsonnet', 'tidegate.yaml', 'tidegate.yml', 'tidegate.json'];

/**
 * `tidegate start`: an instance for a config of one's own, until Ctrl-C. The folder is a git work tree; its commit becomes the config
 * repository on the first start, and `tidegate release` pushes to it from then on. Starts no rollout by itself; what was unfinished goes
 * on. Targets in a cloud are refused unless `--simulate` rehearses them.
 */
export const run: Run = async (_, options, { terminal }) => {
  const directory = resolve(terminal.directory, textOption(options, 'config') ?? '.');
  const files = filesAtHead(directory);
  const config = configNames.find((name) => files.has(name));
  if (config === undefined)
    throw badInput(`${directory}: its commit has none of ${configNames.join(', ')}; run: tidegate init`);
  const dir = resolve(terminal.directory, terminal.env.TIDEGATE_HOME ?? '.tidegate');
  const simulate = options.simulate === true;
  const opened = await openInstance({
    dir,
    port: portOption(options),
    fresh: options.fresh === true,
    repository: ownRepository,
    config,
    files,
    simulate,
    prepare: () => mirrorHead(directory, join(dir, 'config.git')),
  });
  try {
    announce(terminal, opened.server.signIn, directory, simulate);
    await Promise.race([untilInterrupted(terminal), opened.broken]);
    terminal.say('\nStopped. What was unfinished goes on with the next start');
    return exitCodes.done;
  } finally {
    await opened.close();
  }
};

const announce = (terminal: Terminal, signIn: string, directory: string, simulate: boolean): void => {
  terminal.say(
    terminal.style('bold', `Tidegate runs${simulate ? ' on a SIMULATED fleet: nothing leaves this machine' : ''}`),
  );
  terminal.say(`  console   ${signIn}`);
  terminal.say(`  config    ${directory} at ${headCommit(directory)?.slice(0, 7)}`);
  terminal.say('  next, from another terminal in this folder:  tidegate plan   then   tidegate release HEAD');
  if (!existsSync(join(directory, '.gitignore')))
    terminal.say('  note      put .tidegate/ into .gitignore: it holds tokens');
};
