import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { type Handler, HandlerFailure } from '../engine/open-engine.ts';
import { type Workbench, workbench } from '../engine/workbench.ts';
import { machineText, waveInOneCall } from './machines.ts';

test('a wave whose way back ends without an answer keeps no wave before it from going back', async () => {
  const waves: unknown[] = [];
  const causes: unknown[] = [];
  const wave: Handler = (payload) => {
    const { wave: name, direction } = payload as { readonly wave: string; readonly direction: string };
    waves.push(`${name} ${direction}`);
    if (name === 'internal' && direction === 'back') throw new HandlerFailure('Lost', 'nobody knows');
    const outcome = name === 'internal' && direction === 'forward' ? 'failed' : 'passed';
    return { outcome, because: `${name} ${outcome}` };
  };
  const none = { outcome: 'passed', because: '' };
  const bench = workbench({
    functions: {
      wave,
      prepareRelease: () => ({
        status: 'prepared',
        release: 'r',
        waves: ['staging', 'internal'],
        executions: ['r-staging', 'r-internal'],
        cause: none,
      }),
      previewFleet: () => ({ status: 'previewed', cause: none }),
      concludeRollout: (payload) => {
        causes.push((payload as { readonly cause: unknown }).cause);
        return {};
      },
    },
  });
  await bench.create('WaveVersion', waveInOneCall('{% $states.input %}'));
  expect((await bench.execute(machineText('rollout'), { rollout: 'ro-1' })).status).toBe('SUCCEEDED');
  expect(waves).toEqual(['staging forward', 'internal forward', 'internal back', 'staging back']);
  expect(causes).toEqual([
    {
      outcome: 'failed',
      because: 'internal failed; the way back of wave internal ended without an answer: States.TaskFailed',
    },
  ]);
});

test('a wave that needs no turn to go back has passed', async () => {
  const concluded: unknown[] = [];
  const later: { bench?: Workbench } = {};
  const bench = workbench({
    functions: {
      takeTurn: async (payload) => {
        const { token: taskToken } = payload as { readonly token: string };
        const output = JSON.stringify({ status: 'passed', because: 'nothing of this rollout is in wave staging' });
        await later.bench?.client.send(new SendTaskSuccessCommand({ taskToken, output }));
        return null;
      },
      concludeWave: (payload) => {
        concluded.push((payload as { readonly result: unknown }).result);
        return {};
      },
    },
  });
  later.bench = bench;
  const ref = { rollout: 'ro-1', release: 'r', wave: 'staging', direction: 'back' };
  expect((await bench.execute(machineText('wave'), ref)).status).toBe('SUCCEEDED');
  expect(concluded).toEqual([{ outcome: 'passed', because: 'nothing of this rollout is in wave staging' }]);
});
