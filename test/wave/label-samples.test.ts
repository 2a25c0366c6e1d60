import { expect, test } from 'vitest';
import type { Sample } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { labelSamples, type TargetTimes } from '../../shared/wave/label-samples.ts';

const sample = (at: number): Sample => ({
  gate: 'up',
  target: 't',
  first: { at, durationMs: 1, verdict: 'pass', phases: {} },
});
const from = { release: digestOf('r'), region: 'eu-west-1' };

test.each<[string, TargetTimes | undefined, readonly string[]]>([
  ['was not handed out', undefined, ['before', 'before', 'before', 'before']],
  ['was handed out at 10', { batch: 2, handedAt: 10 }, ['before', 'during', 'during', 'during']],
  ['began at 20', { batch: 2, handedAt: 10, startedAt: 20 }, ['before', 'before', 'during', 'during']],
  [
    'ran from 20 to 30',
    { batch: 2, handedAt: 10, startedAt: 20, endedAt: 30 },
    ['before', 'before', 'during', 'after'],
  ],
])('samples of a target that %s', (_, times, phases) => {
  const labelled = labelSamples([9, 10, 20, 31].map(sample), from, new Map(times === undefined ? [] : [['t', times]]));
  expect(labelled.map(({ phase }) => phase)).toEqual(phases);
  const batch = times === undefined ? {} : { batch: 2 };
  expect(labelled[0]).toEqual({ ...sample(9), ...from, phase: 'before', ...batch });
});
