import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../shared/outside/random.ts';
import { memoryFolder } from '../memory-folder.ts';
import { benchClock } from './bench-clock.ts';
import { HandlerFailure } from './open-engine.ts';
import { type Workbench, workbench } from './workbench.ts';

const pick = <T>(random: Random, choices: readonly T[]): T => {
  const chosen = choices[Math.floor(random.fraction() * choices.length)];
  if (chosen === undefined) throw new Error('pick: nothing to pick from');
  return chosen;
};

interface Names {
  next: number;
}

/** A chain of one to three states, each of a random type, those with scopes inside to the given depth. */
const randomScope = (
  random: Random,
  names: Names,
  depth: number,
): { StartAt: string; States: Record<string, object> } => {
  const chain = Array.from({ length: 1 + Math.floor(random.fraction() * 3) }, () => `S${names.next++}`);
  const states = chain.map((name, at) => [name, randomState(random, names, depth, chain[at + 1])] as const);
  return { StartAt: chain[0] ?? '', States: Object.fromEntries(states) };
};

const task = (name: string, going: object): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: '{% $states.context.State %}' },
  Output: '{% $states.result.Payload %}',
  ...going,
});

const TOKEN = { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Output: '{% $states.result %}' };
const NESTED = {
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: { StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:child', Input: { n: 1 } },
  Output: '{% $states.result.Output %}',
};

const leaf = (random: Random, next: string | undefined, going: object, answered: object): object => {
  const asked = { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } };
  const ends =
    next === undefined
      ? [
          { Type: 'Succeed', Output: '{% $states.context.State.Name %}' },
          { Type: 'Fail', Error: 'Odd', Cause: '{% "in " & $states.context.State.Name %}' },
        ]
      : [
          { Type: 'Choice', Choices: [{ Condition: '{% $random() < 2 %}', Output: 'chosen', Next: next }] },
          { Type: 'Choice', Choices: [{ Condition: '{% $states.input = "never" %}', Next: next }], Default: next },
        ];
  return pick(random, [
    { Type: 'Pass', Assign: { v: '{% $states.input %}' }, Output: ['{% $states.context.State.Name %}', 1], ...going },
    { Type: 'Pass', Output: "{% $exists($v) ? ['v', $v] : 'none' %}", ...going },
    { Type: 'Wait', Seconds: 1 + Math.floor(random.fraction() * 5), ...going },
    task(pick(random, ['name', 'odd']), answered),
    { ...task('ask', answered), ...TOKEN, Arguments: asked, TimeoutSeconds: 100 },
    { ...task('', answered), ...NESTED },
    ...ends,
  ]);
};

const randomState = (random: Random, names: Names, depth: number, next: string | undefined): object => {
  const going = next === undefined ? { End: true } : { Next: next };
  const retry = pick(random, [
    {},
    { Retry: [{ ErrorEquals: ['Odd'], IntervalSeconds: 2, MaxAttempts: 1, JitterStrategy: 'FULL' }] },
  ]);
  const caught =
    next === undefined
      ? {}
      : pick(random, [{}, { Catch: [{ ErrorEquals: ['States.ALL'], Output: 'caught', Next: next }] }]);
  const answered = { ...retry, ...caught, ...going };
  if (depth === 0 || random.fraction() < 0.5) return leaf(random, next, going, answered);
  const inner = () => randomScope(random, names, depth - 1);
  const items = pick(random, [
    { Items: [1, 2, 3] },
    { Items: { a: 1, b: 2 } },
    { Items: [1, 2, 3], ItemSelector: { at: '{% $states.context.Map.Item.Index %}', of: '{% $states.input %}' } },
  ]);
  const map = { Type: 'Map', MaxConcurrency: 2, ...items, ...answered };
  return pick(random, [
    { Type: 'Parallel', Branches: [inner(), inner()], ...answered },
    { ...map, ItemProcessor: inner() },
    {
      ...{ ...map, ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...inner() } },
      ...pick(random, [{}, { ToleratedFailurePercentage: 100 }, { ItemBatcher: { MaxItemsPerBatch: 2 } }]),
    },
  ]);
};

const functions = {
  name: (payload: unknown) => (payload as { Name: string }).Name,
  // Fails for half of the states the first time, for a quarter always: what it does depends on its payload alone.
  odd: (payload: unknown) => {
    const { Name, RetryCount } = payload as { Name: string; RetryCount: number };
    const number = Number(Name.slice(1));
    if (number % 4 === 1 || (number % 2 === 1 && RetryCount === 0)) throw new HandlerFailure('Odd', Name);
    return Name;
  },
};

interface Outcome {
  readonly status: string | undefined;
  readonly output: string | undefined;
  readonly error: string | undefined;
}

/** How often one engine read the time, which each transition does once, and whether it came to the end. */
interface Life {
  readonly outcome: Outcome;
  readonly moments: number;
}

const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:';
const CHILD_MACHINE = {
  QueryLanguage: 'JSONata',
  StartAt: 'Nap',
  States: { Nap: { Type: 'Wait', Seconds: 3, Next: 'Tell' }, Tell: { Type: 'Succeed', Output: 'child' } },
};

/** Runs the machine on a file. The engine dies at its moment number `dieAt`, and another one goes on with the file. */
const run = async (file: string, definition: object, dieAt: number, transitionsPerCommit: number): Promise<Life> => {
  const clock = benchClock();
  let moments = 0;
  let armed = false;
  let bench: Workbench;
  const answer = (token: string): void => {
    const send = () =>
      bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output: '"told"' })).catch((refused: Error) => {
        if (refused.name === 'ServiceUnavailable') answer(token);
      });
    clock.after(1000, () => clock.hold(send()));
  };
  const asking = { ...functions, ask: (payload: unknown) => answer((payload as { token: string }).token) };
  const open = (mayDie: boolean): Workbench => {
    const now = () => {
      if (armed) moments += 1;
      if (armed && mayDie && moments === dieAt) void opened.engine.stop();
      return clock.now();
    };
    const opened: Workbench = workbench({
      ...{ database: file, functions: asking, seed: 'jitter', clock: { ...clock, now }, transitionsPerCommit },
    });
    return opened;
  };
  bench = open(true);
  await bench.create('child', CHILD_MACHINE);
  await bench.create('random', definition);
  armed = true;
  const started = await bench.start('random', {}, 'run').catch(() => undefined);
  if (moments < dieAt) await clock.run(() => moments >= dieAt);
  if (moments >= dieAt) {
    bench.engine.close();
    bench = open(false);
    bench.engine.resume();
  }
  // Who got no answer to the start asks again, under the same name; it may have been taken and be over by now.
  const arn = started ?? (await bench.start('random', {}, 'run').catch(() => `${EXECUTION}random:run`));
  await clock.run();
  armed = false;
  const { status, output, error } = await bench.describe(arn);
  bench.engine.close();
  return { outcome: { status, output, error }, moments };
};

const typesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(typesIn);
  return 'Type' in value && typeof value.Type === 'string' ? [value.Type, ...inside] : inside;
};

/** Scopes inside each other: two levels in every fourth machine, whose crashes take longest. */
const machines = Array.from({ length: 12 }, (_, seed) => ({
  seed,
  definition: {
    QueryLanguage: 'JSONata',
    ...randomScope(seededRandom(`machine ${seed}`), { next: 0 }, seed % 4 === 3 ? 2 : 1),
  },
}));

test('the machines tried have states of every type, in each way the language has', () => {
  expect([...new Set(machines.flatMap(({ definition }) => typesIn(definition)))].toSorted()).toEqual([
    ...['Choice', 'Fail', 'Map', 'Parallel', 'Pass', 'Succeed', 'Task', 'Wait'],
  ]);
  const text = JSON.stringify(machines);
  const ways = [
    ...['"Mode":"DISTRIBUTED"', 'waitForTaskToken', 'startExecution.sync:2', '"Retry"', '"Catch"', '"ItemSelector"'],
    ...['"ItemBatcher"', '"ToleratedFailurePercentage"', '"Items":{"a"', '"Assign"', '"JitterStrategy"'],
  ];
  expect(ways.filter((way) => !text.includes(way))).toEqual([]);
});

test.each(machines)(
  'random machine $seed ends alike straight and with a crash at every transition',
  { timeout: 120_000 },
  async ({ seed, definition }) => {
    const folder = memoryFolder('engine-');
    // Every other machine shares commits: a crash then undoes what the turn did so far.
    const transitionsPerCommit = seed % 2 === 0 ? 1 : 256;
    try {
      const straight = await run(join(folder, 'straight'), definition, Number.POSITIVE_INFINITY, 256);
      expect(straight.outcome.status).not.toBe('RUNNING');
      for (let dieAt = 1; dieAt <= straight.moments; dieAt++) {
        const crashed = await run(join(folder, `${dieAt}`), definition, dieAt, transitionsPerCommit);
        expect({ dieAt, ...crashed.outcome }).toEqual({ dieAt, ...straight.outcome });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
