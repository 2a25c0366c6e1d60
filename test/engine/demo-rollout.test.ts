import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../shared/outside/random.ts';
import {
  allExecutions,
  beginRollout,
  createMachines,
  type Note,
  newWorld,
  openReplay,
  type RecordedRollout,
  recordRollout,
  type World,
} from './recorded-rollout.ts';
import type { Workbench } from './workbench.ts';

/** In memory where the system has such a folder: thousands of commits, and what is tried is what they hold, not the disk. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'engine-rollout-'));
let recorded: RecordedRollout;
beforeAll(async () => {
  recorded = await recordRollout(join(folder, 'recorded'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface End {
  readonly status: string | undefined;
  readonly output: string | undefined;
  /** Of each execution the types of its events, in no order: branches may go on in another one. */
  readonly histories: readonly string[];
  /** Attempts that functions saw. */
  readonly attempts: number;
}

/**
 * Runs the rollout over a file. The engine dies at the moment of its transition number `dieAt`, which is then on no disk, and another
 * one goes on with the file.
 */
const run = async (file: string, dieAt: number): Promise<End & { readonly transitions: number }> => {
  const world = newWorld();
  let transitions = 0;
  let armed = false;
  const open = (mayDie: boolean): Promise<Workbench> => {
    const now = () => {
      if (armed) transitions += 1;
      if (armed && mayDie && transitions === dieAt) void world.engine?.engine.stop();
      return world.clock.now();
    };
    // Each transition is a commit of its own: no death loses more than the one it hits.
    return openReplay(recorded, world, { database: file, clock: { ...world.clock, now }, transitionsPerCommit: 1 });
  };
  const first = await open(true);
  await createMachines(first);
  const arn = await beginRollout(first, recorded);
  armed = true;
  await world.clock.run(() => transitions >= dieAt);
  let bench = first;
  if (transitions >= dieAt) {
    bench.engine.close();
    bench = await open(false);
    bench.engine.resume();
    await world.clock.run();
  }
  armed = false;
  return { ...(await endOf(bench, arn, world)), transitions };
};

const endOf = async (bench: Workbench, arn: string, world: World): Promise<End> => {
  const { status, output } = await bench.describe(arn);
  const histories: string[] = [];
  for (const each of await allExecutions(bench)) histories.push((await bench.types(each)).toSorted().join(' '));
  bench.engine.close();
  return { status, output, histories: histories.toSorted(), attempts: world.given.size };
};

test('the rollout of the demo ends alike wherever the engine dies', { timeout: 1_200_000 }, async () => {
  const { transitions, ...straight } = await run(join(folder, 'straight.sqlite'), Number.POSITIVE_INFINITY);
  expect([straight.status, straight.output, straight.histories.length]).toEqual(['SUCCEEDED', recorded.output, 12]);
  expect(straight.histories.join(' ').split(' ')).toHaveLength(recorded.events);
  expect(transitions).toBeGreaterThan(150);
  for (let dieAt = 1; dieAt <= transitions; dieAt++) {
    const file = join(folder, `${dieAt}.sqlite`);
    const { transitions: _, ...crashed } = await run(file, dieAt);
    expect({ dieAt, ...crashed }).toEqual({ dieAt, ...straight });
    rmSync(file);
  }
});

/** Begins the rollout in a process that SIGKILL ends at the moment of its transition number `dieAt`, and goes on with its file. */
const runKilled = async (dieAt: number): Promise<End> => {
  const file = join(folder, `killed-${dieAt}.sqlite`);
  const script = join(import.meta.dirname, 'die-in-rollout.ts');
  const args = [join(folder, 'recorded'), file, `${file}.notes`, String(dieAt)];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: 'inherit',
  });
  expect(await new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))).toBe('SIGKILL');
  const notes = readFileSync(`${file}.notes`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Note => JSON.parse(line));
  const world = newWorld(notes);
  const bench = await openReplay(recorded, world, { database: file, clock: world.clock }, notes);
  bench.engine.resume();
  await world.clock.run();
  const [arn = ''] = await allExecutions(bench);
  return endOf(bench, arn, world);
};

test('so it does where a process is really killed', { timeout: 1_200_000 }, async () => {
  const { transitions, ...straight } = await run(join(folder, 'unkilled.sqlite'), Number.POSITIVE_INFINITY);
  const random = seededRandom('kills');
  for (let kills = 0; kills < 8; kills++) {
    const dieAt = 1 + Math.floor(random.fraction() * transitions);
    expect({ dieAt, ...(await runKilled(dieAt)) }).toEqual({ dieAt, ...straight });
  }
});
