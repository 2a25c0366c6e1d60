import { expect, test } from 'vitest';
import { assessChaining } from '../../shared/doctor/assess-chaining.ts';

const now = Date.parse('2026-03-02T10:00:00Z');
const minute = 60_000;

test.each([
  ['nothing waits', undefined, 'ok'],
  ['what was just done waits', now - minute, 'ok'],
  ['what waits was done by a clock that is ahead', now + minute, 'ok'],
  ['something waits for long', now - 11 * minute, 'failed'],
] as const)('where %s it is %s', (_, oldest, status) => {
  expect(assessChaining(oldest, now).status).toBe(status);
});

test('since when is said, and where to look', () => {
  expect(assessChaining(now - 30 * minute, now)).toEqual({
    status: 'failed',
    found: 'what was done since 2026-03-02T09:30:00.000Z waits for its place in the chain',
    next: expect.stringMatching(/^look at the log of chainAudit, .*; tidegate audit verify says/),
  });
});
