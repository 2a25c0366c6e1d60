import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { allExecutions, createMachines, openRecorded, recordRollout } from './recorded-rollout.ts';
import { beginRollout, type Note, newWorld, openReplay, type RecordedRollout } from './replayed-rollout.ts';

const folder = memoryFolder('engine-');
const recording = join(folder, 'recording');
/** In one file and without the SDK, so that a process begins in a tenth of a second: there are hundreds. */
const program = join(folder, 'die-in-rollout.cjs');
let recorded: RecordedRollout;
beforeAll(async () => {
  recorded = await recordRollout(join(folder, 'recorded'));
  writeFileSync(recording, serialize(recorded));
  await build({
    entryPoints: [join(import.meta.dirname, 'die-in-rollout.ts')],
    ...{ outfile: program, bundle: true, platform: 'node', format: 'cjs', mainFields: ['module', 'main'] },
  });
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

/** A file with the three machines and nothing that ran yet. */
const newFile = async (name: string): Promise<string> => {
  const file = join(folder, name);
  const world = newWorld();
  const engine = openReplay(recorded, world, { database: file, clock: world.clock });
  await createMachines(engine);
  engine.close();
  return file;
};

const endOf = async (file: string, attempts: number): Promise<End> => {
  const bench = openRecorded(file);
  const [rollout = '', ...others] = await allExecutions(bench);
  const { status, output } = await bench.describe(rollout);
  const histories: string[] = [];
  for (const each of [rollout, ...others]) histories.push((await bench.types(each)).toSorted().join(' '));
  bench.engine.close();
  return { status, output, histories: histories.toSorted(), attempts };
};

const runStraight = async (): Promise<End> => {
  const file = await newFile('straight.sqlite');
  const world = newWorld();
  const engine = openReplay(recorded, world, { database: file, clock: world.clock });
  await beginRollout(engine, recorded);
  await world.clock.run();
  engine.close();
  return endOf(file, world.given.size);
};

/** A process that brings the rollout on by one commit and is killed; 0 when there was nothing left to do. */
const runOnce = (...args: readonly string[]): Promise<NodeJS.Signals | number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: 'inherit',
    });
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });

const notesIn = (file: string): readonly Note[] =>
  readFileSync(`${file}.notes`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Note => JSON.parse(line));

/** What becomes of a killed rollout that one process carries on to its end. */
const goOn = async (killed: string): Promise<End> => {
  const file = join(folder, 'carried-on.sqlite');
  for (const part of ['', '-wal', '.notes']) cpSync(`${killed}${part}`, `${file}${part}`);
  const notes = notesIn(file);
  const world = newWorld(notes);
  const engine = openReplay(recorded, world, { database: file, clock: world.clock }, notes);
  engine.resume();
  await world.clock.run();
  engine.close();
  return endOf(file, world.given.size);
};

/** One in so many deaths is also followed by a process that lives. */
const CARRIED_ON = 25;

test('the rollout of the demo ends alike though a process of it is killed at every commit', async () => {
  const straight = await runStraight();
  expect([straight.status, straight.output, straight.histories.length]).toEqual(['SUCCEEDED', recorded.output, 12]);
  expect(straight.histories.join(' ').split(' ')).toHaveLength(recorded.events);
  const file = await newFile('killed.sqlite');
  let kills = 0;
  for (;;) {
    const ended = await runOnce(recording, file, `${file}.notes`, kills % 2 === 0 ? 'after' : 'before');
    if (ended === 0) break;
    expect(ended).toBe('SIGKILL');
    if (kills % CARRIED_ON === 0) expect({ kills, ...(await goOn(file)) }).toEqual({ kills, ...straight });
    kills += 1;
  }
  const attempts = notesIn(file).filter(({ kind }) => kind === 'given').length;
  expect(await endOf(file, attempts)).toEqual(straight);
  expect(kills).toBeGreaterThan(150);
});
