import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const installer = fileURLToPath(new URL('../../bin/install-packages.mjs', import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidegate-install-'));
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A process that starts as the command line does, with an installation that takes a moment and writes down that it ran. */
const start = async () => {
  const script = `
    import { appendFileSync } from 'node:fs';
    const { installPackages } = await import(${JSON.stringify(installer)});
    installPackages(${JSON.stringify(root)}, (root) => {
      appendFileSync(root + '/ran', 'began ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      appendFileSync(root + '/ran', 'ended ');
    });`;
  const [code] = await once(
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
    'exit',
  );
  return code;
};
const ran = () => (existsSync(join(root, 'ran')) ? readFileSync(join(root, 'ran'), 'utf8') : '');

test('of several that start at once on a new checkout one installs, and the others wait for it', async () => {
  expect(await Promise.all([start(), start(), start()])).toEqual([0, 0, 0]);
  expect(ran()).toBe('began ended ');
  expect(await start()).toBe(0);
  expect(ran()).toBe('began ended ');
});

test('one that was killed while it installed holds nobody up', async () => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  writeFileSync(join(root, '.tidegate-installing'), `${gone.pid}`);
  expect(await start()).toBe(0);
  expect(ran()).toBe('began ended ');
  expect(existsSync(join(root, '.tidegate-installing'))).toBe(false);
});

test('a changed lock file is installed again, and nothing is where there is none', async () => {
  expect(await start()).toBe(0);
  writeFileSync(join(root, 'package-lock.json'), '{ "name": "other" }');
  expect(await start()).toBe(0);
  expect(ran()).toBe('began ended began ended ');
  rmSync(join(root, 'package-lock.json'));
  expect(await start()).toBe(0);
  expect(ran()).toBe('began ended began ended ');
});
