import { expect, test } from 'vitest';
import { utcTime } from '../../shared/rollout/utc-time.ts';

const noon = Date.UTC(2026, 2, 1, 12);

test.each([
  ['2026-03-01T12:00:00Z', noon],
  ['2026-03-01T12:00:00.000Z', noon],
  ['2026-03-01T14:00+02:00', noon],
  ['2026-03-01T12:00', noon],
  ['2026-03-01', noon - 12 * 3_600_000],
  ['5', undefined],
  ['5 Z', undefined],
  ['12h', undefined],
  ['2026-13-01', undefined],
  ['2026-03-01T12:00 UTC', undefined],
  ['yesterday', undefined],
])('%s is %s, wherever it is read', (text, at) => {
  expect(utcTime(text)).toBe(at);
});
