import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { benchClock } from '../engine/bench-clock.ts';
import { workbench } from '../engine/workbench.ts';
import { enteredWave } from './machines.ts';

/** Seconds after the first call at which the prober of a wave is called within ten minutes; those of these numbers fail for a reason that is not retried. */
const callsWhere = async (fails: (call: number) => boolean): Promise<readonly number[]> => {
  const clock = benchClock();
  const calls: number[] = [];
  const wave = enteredWave();
  const bench = workbench({
    clock,
    functions: {
      ...wave.functions,
      nextBatch: () => ({ status: 'in-progress', retryAfterSeconds: 60, because: 'held' }),
      probeWave: () => {
        calls.push(clock.now());
        if (fails(calls.length)) throw new TypeError('a mistake of ours');
        return { status: 'in-progress', retryAfterSeconds: 100, because: 'probed' };
      },
    },
  });
  const execution = await wave.started(bench, clock);
  await clock.run(() => calls.length > 0);
  const [first = 0] = calls;
  await clock.run(() => clock.now() >= first + 600_000);
  await bench.client.send(new StopExecutionCommand({ executionArn: execution }));
  bench.engine.close();
  return calls.map((at) => (at - first) / 1_000);
};

test('a prober whose call is given up is called again, and counts anew once it was there', async () => {
  const calls = await callsWhere((call) => [1, 2, 4, 5, 6].includes(call));
  expect(calls).toEqual([0, 30, 60, 160, 190, 220, 250, 350, 450, 550]);
});

test('a wave does without a prober that is given up time after time', async () => {
  expect(await callsWhere(() => true)).toEqual([0, 30, 60, 90, 120, 150]);
});
