import { expect, test } from 'vitest';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { isDue } from '../../shared/wave/score-runs.ts';

const gate = { intervalMs: 60_000 };
const wave = { soakMs: 3_600_000, inconclusiveWithinMs: 600_000 };
const MINUTE = 60_000;
const last = (verdict: Judgement['verdict']): Judgement => ({ gate: 'g', kind: 'score', verdict, because: '' });

test.each<readonly [string, { during: number; after: number; last: Judgement }, number, boolean, boolean]>([
  [
    'in a soak of an hour ten looks have six minutes each',
    { during: 3, after: 0, last: last('pass') },
    5,
    false,
    false,
  ],
  ['and are made then', { during: 3, after: 0, last: last('pass') }, 6, false, true],
  ['ten are all there are', { during: 10, after: 0, last: last('pass') }, 60, false, false],
  [
    'the end of the soak is looked at, however short ago the last look was',
    { during: 10, after: 0, last: last('pass') },
    0,
    true,
    true,
  ],
  ['what has passed then is not looked at again', { during: 10, after: 1, last: last('pass') }, 60, true, false],
  ['what is open is, every interval', { during: 10, after: 1, last: last('inconclusive') }, 1, true, true],
  ['not before', { during: 10, after: 1, last: last('inconclusive') }, 0, true, false],
  ['and ten times at most', { during: 10, after: 10, last: last('inconclusive') }, 60, true, false],
  ['a fail stays', { during: 1, after: 0, last: last('fail') }, 60, false, false],
])('%s', (_, run, minutes, isOver, expected) => {
  expect(isDue(gate, wave, { at: 0, ...run }, minutes * MINUTE, isOver ? 0 : undefined)).toBe(expected);
});

test('what passed at the end of a soak that then began again is looked at once more, at its second end', () => {
  const run = { at: 0, during: 10, after: 1, last: last('pass') };
  expect(isDue(gate, wave, run, 60 * MINUTE, 60 * MINUTE)).toBe(true);
  expect(isDue(gate, wave, { ...run, at: 60 * MINUTE, after: 2 }, 80 * MINUTE, 60 * MINUTE)).toBe(false);
});
