import { readFileSync } from 'node:fs';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { loadDefinition } from '../../local/engine/load.ts';
import type { BenchClock } from '../engine/bench-clock.ts';
import type { Handler } from '../engine/open-engine.ts';
import type { Workbench } from '../engine/workbench.ts';

/** The definition of a machine, with what it calls named as the workbench has it. */
export const machineText = (name: string): string =>
  loadDefinition(readFileSync(new URL(`../../statemachines/${name}.yml`, import.meta.url), 'utf8'), {
    functionArn: (key) => `arn:aws:lambda:us-east-1:111111111111:function:${key}`,
    stateMachineArn: (ref) => `arn:aws:states:us-east-1:111111111111:stateMachine:${ref}`,
  });

/** In place of the machine of a wave, for the machine above it: one call of the function `wave`. */
export const waveInOneCall = (payload: string) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Wave',
  States: {
    Wave: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'wave', Payload: payload },
      Output: '{% $states.result.Payload %}',
      End: true,
    },
  },
});

/** The functions of a wave up to its turn, its plan and its entry; the turn is told of in `started`. */
export const enteredWave = () => {
  let token = '';
  const functions: Readonly<Record<string, Handler>> = {
    takeTurn: (payload) => {
      token = (payload as { readonly token: string }).token;
    },
    planWave: () => ({
      ...{ status: 'planned', plan: 'p', flags: 'none', approval: { needed: false }, because: '' },
      shards: [{ shard: 0, of: 1 }],
    }),
    judgeEntry: () => ({ status: 'pass', because: '' }),
    awaitEntry: () => ({ status: 'pass', because: '' }),
  };
  /** Starts a wave and gives it the turn that it waits for on its task token; returns its execution. */
  const started = async (bench: Workbench, clock: BenchClock): Promise<string> => {
    await bench.create('wave', machineText('wave'));
    const execution = await bench.start('wave', { rollout: 'r', release: 'd', wave: 'w', direction: 'forward' });
    await clock.run(() => token !== '');
    const output = JSON.stringify({ status: 'taken', because: '' });
    await bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output }));
    return execution;
  };
  return { functions, started };
};
