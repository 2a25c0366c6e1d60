import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../shared/outside/random.ts';
import { benchClock } from './bench-clock.ts';
import { HandlerFailure, type Workbench, workbench } from './workbench.ts';

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
  const leaf = (): object =>
    pick(random, [
      { Type: 'Pass', Assign: { v: '{% $states.input %}' }, Output: ['{% $states.context.State.Name %}', 1], ...going },
      { Type: 'Wait', Seconds: 1 + Math.floor(random.fraction() * 5), ...going },
      {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: pick(random, ['name', 'odd']), Payload: '{% $states.context.State %}' },
        Output: '{% $states.result.Payload %}',
        ...{ ...retry, ...caught, ...going },
      },
    ]);
  if (depth === 0 || random.fraction() < 0.5) return leaf();
  const inner = () => randomScope(random, names, depth - 1);
  const mode = pick(random, [{}, { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } }]);
  return pick(random, [
    { Type: 'Parallel', Branches: [inner(), inner()], ...retry, ...caught, ...going },
    { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: 2, ItemProcessor: { ...mode, ...inner() }, ...caught, ...going },
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
  readonly transitions: number;
}

const run = async (file: string, definition: object, dieBefore: number): Promise<Outcome> => {
  const clock = benchClock();
  let transitions = 0;
  let armed = false;
  const open = (mayDie: boolean): Workbench => {
    const now = () => {
      if (armed) transitions += 1;
      if (armed && mayDie && transitions === dieBefore) void opened.engine.stop();
      return clock.now();
    };
    const opened: Workbench = workbench({ database: file, functions, seed: 'jitter', clock: { ...clock, now } });
    return opened;
  };
  let bench = open(true);
  await bench.create('random', definition);
  armed = true;
  const arn = await bench.start('random', {}, 'run').catch(() => undefined);
  if (arn === undefined) return { status: 'not started', output: undefined, error: undefined, transitions };
  await clock.run(() => transitions >= dieBefore);
  if (transitions >= dieBefore) {
    bench.engine.close();
    bench = open(false);
    bench.engine.resume();
    await clock.run();
  }
  armed = false;
  const { status, output, error } = await bench.describe(arn);
  bench.engine.close();
  return { status, output, error, transitions };
};

test.each(Array.from({ length: 8 }, (_, seed) => seed))(
  'random machine %i ends alike straight and with a crash anywhere',
  async (seed) => {
    const random = seededRandom(`machine ${seed}`);
    const definition = { QueryLanguage: 'JSONata', ...randomScope(random, { next: 0 }, 2) };
    const folder = mkdtempSync(join(tmpdir(), 'engine-'));
    try {
      const straight = await run(join(folder, 'straight'), definition, Number.POSITIVE_INFINITY);
      expect(straight.status).not.toBe('RUNNING');
      // Starting takes the first reads of the time; about 8 places, spread over the whole run, are tried for each machine.
      const stride = Math.max(1, Math.ceil(straight.transitions / 8));
      for (
        let dieBefore = 4 + Math.floor(random.fraction() * stride);
        dieBefore < straight.transitions;
        dieBefore += stride
      ) {
        const { transitions: _, ...crashed } = await run(join(folder, `${dieBefore}`), definition, dieBefore);
        const { transitions: __, ...expected } = straight;
        expect({ dieBefore, ...crashed }).toEqual({ dieBefore, ...expected });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
