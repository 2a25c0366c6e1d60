import { describe, expect, it, test } from 'vitest';
import { weighCounts } from '../../shared/analysis/weigh-counts.ts';

const objective = { kind: 'objective', level: 0.05, of: 1 } as const;
const counts = (requests: number, failures: number) => ({ requests, failures });

describe('an objective as a gate', () => {
  test.each([
    [counts(299_572, 0), 'pass', undefined],
    [counts(299_571, 0), 'inconclusive', 1],
    [counts(474_385, 1), 'pass', undefined],
    [counts(0, 0), 'inconclusive', 299_572],
    [counts(1_000, 1), 'inconclusive', 473_385],
    [counts(1_000, 2), 'fail', undefined],
  ] as const)('of 99.999 %% with %j is %s', (seen, verdict, stillNeeded) => {
    const weighed = weighCounts(seen, 1e-5, objective);
    expect([weighed.verdict, weighed.stillNeeded]).toEqual([verdict, stillNeeded]);
  });

  it('says what was seen, its bound, and what is still needed', () => {
    expect(weighCounts(counts(1_000, 0), 1e-5, objective).because).toBe(
      'an objective of at most 0.00001 is unknown: 0 of 1000 failed, a share of at most 0.00299 (95 %), 298572 more clean requests would show it',
    );
    expect(weighCounts(counts(1_000, 2), 1e-5, objective).because).toBe(
      'an objective of at most 0.00001 is broken: evidence 53.2 that more than 0.00001 fails (2 of 1000), 20 stops: false alarms of 5 % over all looks',
    );
  });

  it('shares its level with the other gates of its wave', () => {
    expect(weighCounts(counts(1_000, 2), 1e-5, { ...objective, of: 10 }).verdict).toBe('inconclusive');
  });
});
