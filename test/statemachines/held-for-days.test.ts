import { readFileSync } from 'node:fs';
import { SendTaskSuccessCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { loadDefinition } from '../../local/engine/load.ts';
import { secondsToLook } from '../../shared/rollout/assess-entry.ts';
import { type BenchClock, benchClock } from '../engine/bench-clock.ts';
import { workbench } from '../engine/workbench.ts';

const dayMs = 24 * 3_600_000;
/** Where Step Functions ends an execution. */
const mostEvents = 25_000;
const definition = loadDefinition(readFileSync(new URL('../../statemachines/wave.yml', import.meta.url), 'utf8'), {
  functionArn: (key) => `arn:aws:lambda:us-east-1:111111111111:function:${key}`,
  stateMachineArn: (ref) => `arn:aws:states:us-east-1:111111111111:stateMachine:${ref}`,
});

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
  let token = '';
  const bench = workbench({
    clock,
    functions: {
      takeTurn: (payload) => {
        token = (payload as { readonly token: string }).token;
      },
      planWave: () => ({
        ...{ status: 'planned', plan: 'p', flags: 'none', approval: { needed: false }, because: '' },
        shards: [{ shard: 0, of: 1 }],
      }),
      judgeEntry: () => ({ status: 'pass', because: '' }),
      awaitEntry: () => (held === 'before' ? waits() : { status: 'pass', because: '' }),
      nextBatch: waits,
      // Ten minutes of probing a call; after a day a slice of ten seconds, and a rest as long as the wait.
      probeWave: async () => {
        const rests = clock.now() - begun >= dayMs;
        await sleep(clock, rests ? 10_000 : 600_000);
        return rests ? waits() : { status: 'in-progress', retryAfterSeconds: 0, because: 'probed' };
      },
    },
  });
  await bench.create('wave', definition);
  const execution = await bench.start('wave', { rollout: 'r', release: 'd', wave: 'w', direction: 'forward' });
  await clock.run(() => token !== '');
  // The turn, which is waited for on its task token.
  const output = JSON.stringify({ status: 'taken', because: '' });
  await bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output }));
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
