import { expect, test } from 'vitest';
import { secondsToTry, waits } from '../../shared/rollout/waits.ts';
import { benchClock } from '../engine/bench-clock.ts';
import { workbench } from '../engine/workbench.ts';
import { machineText, waveInOneCall } from './machines.ts';

const none = { outcome: 'passed', because: '' };

test('a rollout of six waves goes back for six hours within a history of 5,000 events, under a new name each time', async () => {
  const clock = benchClock();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const went: string[] = [];
  const given: unknown[] = [];
  let since: number | undefined;
  const bench = workbench({
    clock,
    functions: {
      wave: (payload) => {
        const { wave, direction, name } = payload as Readonly<Record<string, string>>;
        if (direction === 'back') went.push(String(name));
        return { outcome: direction === 'forward' && wave === 'f' ? 'failed' : 'passed', because: '' };
      },
      prepareRelease: () => ({
        ...{ status: 'prepared', release: 'r', waves: names, cause: none },
        executions: names.map((name) => `r-${name}`),
      }),
      previewFleet: () => ({ status: 'previewed', cause: none }),
      concludeRollout: (payload) => {
        given.push(payload);
        since ??= clock.now();
        const seconds = secondsToTry(waits.back, since, clock.now());
        return seconds === undefined
          ? { outcome: 'failed' }
          : { status: 'in-progress', retryAfterSeconds: seconds, because: '', at: 5 };
      },
    },
  });
  const named = "{% $merge([$states.input, {'name': $states.context.Execution.Name}]) %}";
  await bench.create('WaveVersion', waveInOneCall(named));
  await bench.create('rollout', machineText('rollout'));
  const execution = await bench.start('rollout', { rollout: 'r' });
  await clock.run(() => given.length === 43);
  const events = await bench.history(execution);
  bench.engine.close();
  expect(given[0]).toEqual({ rollout: 'r', cause: { outcome: 'failed', because: '' }, goesBack: true });
  expect(went.slice(0, 8)).toEqual([
    ...['r-f-back', 'r-e-back', 'r-d-back', 'r-c-back', 'r-b-back', 'r-a-back'],
    ...['r-f-back-1', 'r-e-back-1'],
  ]);
  expect([went.length, new Set(went).size]).toEqual([43 * 6, 43 * 6]);
  expect(events.length).toBeLessThan(5_000);
  expect(Math.max(...went.map((name) => name.length - 'r-f'.length))).toBeLessThanOrEqual('-forward'.length);
});
