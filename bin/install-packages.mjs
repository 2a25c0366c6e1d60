// Plain JavaScript that any Node from 20 on can run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the packages of the repository at `root` when the lock file's hash differs from the stamp's: `npm ci` on each start costs 15 s.
 * Of several processes one installs and the others wait for it: two `npm ci` at once leave half of each. To npm all packages are for
 * development: what is packed carries a bundle (bin/bundle-cli.mjs), has no lock file, and installs nothing. Ends the process with 1
 * where npm fails. Safe to run twice.
 */
export const installPackages = (root, install = npmCi) => {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) return;
  const stamp = join(root, 'node_modules', '.tidegate-installed');
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isInstalled()) return;
  const turn = join(root, '.tidegate-installing');
  while (!takes(turn)) pause();
  try {
    if (isInstalled()) return;
    install(root);
    writeFileSync(stamp, hash);
  } finally {
    rmSync(turn, { force: true });
  }
};

/** Whether this process is the one that installs: the file names it, and outlives one that was killed only until the next looks. */
const takes = (turn) => {
  try {
    writeFileSync(turn, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(existsSync(turn) ? readFileSync(turn, 'utf8') : 0);
  if (owner > 0 && !isAlive(owner)) rmSync(turn, { force: true });
  return false;
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);

const npmCi = (root) => {
  process.stderr.write('Tidegate installs its packages (once, about a minute) ...\n');
  const npm = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    process.stderr.write(`npm ci failed (exit ${npm.status}): run it in ${root} to see why\n`);
    rmSync(join(root, '.tidegate-installing'), { force: true });
    process.exit(1);
  }
};
