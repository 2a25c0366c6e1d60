import { readFileSync } from 'node:fs';
import { SendTaskSuccessCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { loadDefinition } from '../../local/engine/load.ts';
import { benchClock } from '../engine/bench-clock.ts';
import { workbench } from '../engine/workbench.ts';

const definition = loadDefinition(readFileSync(new URL('../../statemachines/wave.yml', import.meta.url), 'utf8'), {
  functionArn: (key) => `arn:aws:lambda:us-east-1:111111111111:function:${key}`,
  stateMachineArn: (ref) => `arn:aws:states:us-east-1:111111111111:stateMachine:${ref}`,
});

/** Seconds after the first call at which the prober of a wave is called within ten minutes; those of these numbers fail for a reason that is not retried. */
const callsWhere = async (fails: (call: number) => boolean): Promise<readonly number[]> => {
  const clock = benchClock();
  const calls: number[] = [];
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
      awaitEntry: () => ({ status: 'pass', because: '' }),
      nextBatch: () => ({ status: 'in-progress', retryAfterSeconds: 60, because: 'held' }),
      probeWave: () => {
        calls.push(clock.now());
        if (fails(calls.length)) throw new TypeError('a mistake of ours');
        return { status: 'in-progress', retryAfterSeconds: 100, because: 'probed' };
      },
    },
  });
  await bench.create('wave', definition);
  const execution = await bench.start('wave', { rollout: 'r', release: 'd', wave: 'w', direction: 'forward' });
  await clock.run(() => token !== '');
  const output = JSON.stringify({ status: 'taken', because: '' });
  await bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output }));
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
