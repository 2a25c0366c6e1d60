import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Told } from './three-versions.ts';
import { told } from './told-three-versions.ts';

interface Run extends Told {
  readonly digests: Readonly<Record<string, string>>;
  readonly lines: Readonly<Record<string, number>>;
}

/** The story in a fresh process, or in one that told another before. */
const run = async (seed: string, after: 'nothing' | 'another' = 'nothing'): Promise<Run> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'virtual-run.ts')], {
    env: { ...process.env, TIDEGATE_SEED: seed, TIDEGATE_AFTER: after },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: { readonly out: Buffer[]; readonly err: Buffer[] } = { out: [], err: [] };
  child.stdout.on('data', (part: Buffer) => parts.out.push(part));
  child.stderr.on('data', (part: Buffer) => parts.err.push(part));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`virtual-run.ts ended with ${code}:\n${Buffer.concat(parts.err)}`);
  return JSON.parse(Buffer.concat(parts.out).toString());
};

let runs: { readonly first: Run; readonly again: Run; readonly other: Run };
beforeAll(async () => {
  // Side by side: what one process does must not depend on how much of the machine it gets.
  const [first, again, other] = await Promise.all([run('one'), run('one', 'another'), run('other')]);
  runs = { first, again, other };
});

test('a seed is told to the byte: ledger, history, requests, git and log lines of two processes are equal, also after another story', () => {
  expect(runs.again).toEqual(runs.first);
  for (const [name, lines] of Object.entries(runs.first.lines)) expect([name, lines > 0]).toEqual([name, true]);
  expect(Object.keys(runs.first.digests)).toEqual([
    ...['ledger', 'history', 'objects', 'blobs', 'git', 'log'],
    ...['aks-staging', 'eks-a', 'eks-staging', 'gke-internal'].map((target) => `requests of ${target}`),
  ]);
});

test('another seed tells the same story with other tokens, names and waits', () => {
  const { ends, kinds, digests } = runs.other;
  expect({ ends, kinds }).toEqual(told);
  // Git holds no token and its times are seconds; the rest of what is kept carries chance.
  const chance = Object.keys(digests).filter((name) => /^(ledger|history|objects|requests of .*)$/.test(name));
  expect(chance.length).toBe(7);
  for (const name of chance) expect([name, digests[name] === runs.first.digests[name]]).toEqual([name, false]);
});
