import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const runner = fileURLToPath(new URL('../../bin/run-with-parent.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tidegate-parent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that starts `entry` as `bootstrap.mjs` does, and what it and the entry write. */
const startedBy = (entry: string, ...args: readonly string[]) => {
  const file = join(folder, 'entry.mjs');
  writeFileSync(file, entry);
  const starter = join(folder, 'starter.mjs');
  writeFileSync(
    starter,
    `import { spawn } from 'node:child_process';
     const child = spawn(process.execPath, ${JSON.stringify([runner, file, ...args])}, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
     child.on('exit', (code) => process.exit(code));`,
  );
  const started = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.stdout.setEncoding('utf8');
  return started;
};

test('an entry whose starter is killed with -9 ends too', async () => {
  const starter = startedBy("console.log('runs'); setInterval(() => undefined, 1000);");
  const [text] = await once(starter.stdout, 'data');
  starter.kill('SIGKILL');
  // The pipe is open as long as anybody holds it who could still write.
  await once(starter, 'close');
  expect([text, starter.signalCode]).toEqual(['runs\n', 'SIGKILL']);
});

test('an entry sees its own arguments, and ends by itself when it is done', async () => {
  const starter = startedBy('console.log(process.argv.slice(2).join()); process.exitCode = 3;', 'a', '--b');
  const [text] = await once(starter.stdout, 'data');
  const [code] = await once(starter, 'close');
  expect([text, code]).toEqual(['a,--b\n', 3]);
});
