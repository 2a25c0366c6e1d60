import { expect, test } from 'vitest';
import { nextFlagBack } from '../../shared/rollout/next-flag-back.ts';

const before = { value: false };
const set = { value: true };
const theirs = { value: true, percent: 5, otherwise: false };

test.each([
  { because: 'it is what it was', now: before, isIll: true, next: 'back' },
  { because: 'it is what was set', now: set, isIll: true, next: 'write' },
  { because: 'it is what was set, and all else is well', now: set, isIll: false, next: 'write' },
  { because: 'somebody changed it, and the wave is ill', now: theirs, isIll: true, next: 'overwrite' },
  { because: 'somebody changed it, and all else is well', now: theirs, isIll: false, next: 'leave' },
] as const)('a flag that is to be taken back: $next, when $because', ({ now, isIll, next }) => {
  expect(nextFlagBack({ before, set, now, isIll })).toBe(next);
});
