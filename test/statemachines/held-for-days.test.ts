import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { secondsToLook } from '../../shared/rollout/assess-entry.ts';
import { type BenchClock, benchClock } from '../engine/bench-clock.ts';
import { workbench } from '../engine/workbench.ts';
import { enteredWave } from './machines.ts';

const dayMs = 24 * 3_600_000;
/** Where Step Functions ends an execution. */
const mostEvents = 25_000;
const sleep = (clock: BenchClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

/** Events of a wave's execution after each of these days of a hold, counted by the engine; its functions answer as ours do when a wave is held. */
const eventsAfter = async (days: readonly number[], held: 'before' | 'within'): Promise<readonly number[]> => {
  const clock = benchClock();
  const begun = clock.now();
  const waits = () => ({
    status: 'in-progress',
    retryAfterSeconds: secondsToLook(clock.now(), begun, undefined),
    because: 'held',
  });
  const wave = enteredWave();
  const bench = workbench({
    clock,
    functions: {
      ...wave.functions,
      ...(held === 'before' && { awaitEntry: waits }),
      nextBatch: waits,
      // Ten minutes of probing a call; after a day a slice of ten seconds, and a rest as long as the wait.
      probeWave: async () => {
        const rests = clock.now() - begun >= dayMs;
        await sleep(clock, rests ? 10_000 : 600_000);
        return rests ? waits() : { status: 'in-progress', retryAfterSeconds: 0, because: 'probed' };
      },
    },
  });
  const execution = await wave.started(bench, clock);
  const events: number[] = [];
  for (const day of days) {
    await clock.run(() => clock.now() >= begun + day * dayMs);
    events.push((await bench.history(execution)).length);
  }
  await bench.client.send(new StopExecutionCommand({ executionArn: execution }));
  bench.engine.close();
  return events;
};

test.each([
  // What docs/operate.md says: of the first day, and of each later one.
  ['before it begins', 'before', [1_705, 4_909, 5_125], 216, 90],
  ['within it, with its prober,', 'within', [2_721, 9_111, 9_543], 432, 42],
] as const)('a wave that is held %s can wait for weeks', async (_, held, counted, daily, longest) => {
  const [first = 0, thirteen = 0, fourteen = 0] = await eventsAfter([1, 13, 14], held);
  expect([first, thirteen, fourteen]).toEqual(counted);
  expect(fourteen - thirteen).toBe(daily);
  expect(fourteen + (longest - 14) * daily).toBeLessThan(mostEvents);
});
