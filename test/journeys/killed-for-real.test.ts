import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { image } from './fleet-config.ts';

const dir = memoryFolder('tidegate-killed-for-real-');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A process that runs an instance over the folder: its lines as they come, and how it ended. */
const run = () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'real-run.ts'), dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  child.stderr.on('data', (part: Buffer) => errors.push(part.toString()));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? '')),
  );
  return {
    lines,
    errors,
    ended,
    kill: () => child.kill('SIGKILL'),
    /** Resolves when the line was printed, or rejects when the process ends without it. */
    line: (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        if (lines.includes(wanted)) resolve();
        reader.on('line', (line) => {
          if (line === wanted) resolve();
        });
        void ended.then((end) =>
          reject(new Error(`ended with ${end} before ${wanted}:\n${lines.join('\n')}\n${errors}`)),
        );
      }),
  };
};

test('a process killed in the second wave leaves a rollout that the next process ends; two at once are refused', async () => {
  const first = run();
  await first.line('locked');

  const beside = run();
  expect(await beside.ended).toBe(1);
  expect(beside.errors.join('')).toContain(`InstanceLocked: an instance is running over ${dir} already`);
  expect(beside.lines).toEqual([]);

  await first.line('deploys internal: gke-internal');
  first.kill();
  expect(await first.ended).toBe('SIGKILL');
  expect(first.lines).not.toContain('gke-internal deployed');

  const second = run();
  expect([await second.ended, second.errors]).toEqual([0, []]);
  expect(second.lines.filter((line) => /^(succeeded|deploys)/.test(line))).toEqual([
    'deploys staging: aks-staging, eks-staging',
    'deploys internal: gke-internal',
    'deploys external: eks-a',
    'succeeded: 4 targets have the release, verified',
  ]);
  // Of the first version the policy against stale writers with its binding, three objects and their inventory; of the second the one object
  // that changed.
  expect(second.lines.slice(-4)).toEqual(
    ['aks-staging', 'eks-a', 'eks-staging', 'gke-internal'].map((target) => `${target} ${image('v2')} 7`),
  );
}, 120_000);
