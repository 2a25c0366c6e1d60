import { describe, expect, it, test } from 'vitest';
import { assessRun, DEFAULT_RUN_LIMITS } from '../../shared/rollout/assess-run.ts';
import type { RunLimits } from '../../shared/rollout/gate.ts';
import type { Verdict } from '../../shared/rollout/verdict.ts';

const verdicts: Readonly<Record<string, Verdict>> = { S: 'pass', F: 'fail', I: 'inconclusive', E: 'error' };
const read = (sequence: string): readonly Verdict[] => [...sequence].map((letter) => verdicts[letter] ?? 'error');
const limits = (failureLimit: number, consecutiveSuccessLimit: number, count?: number): RunLimits => ({
  ...DEFAULT_RUN_LIMITS,
  failureLimit,
  consecutiveSuccessLimit,
  ...(count === undefined ? {} : { count }),
});

describe('a run of measurements', () => {
  // As Argo Rollouts' AnalysisRun: failureLimit, consecutiveSuccessLimit (0: off), count.
  test.each([
    [limits(0, 0, 3), 'SSS', 'pass'],
    [limits(0, 0, 3), 'SF', 'fail'],
    [limits(1, 0, 3), 'SFS', 'pass'],
    [limits(1, 0, 3), 'FSF', 'fail'],
    [limits(0, 0), 'EEEE', 'running'],
    [limits(0, 0), 'EEEEE', 'error'],
    [limits(0, 0, 3), 'EESEESS', 'pass'],
    [limits(-1, 3, 5), 'FSFSS', 'fail'],
    [limits(-1, 3, 5), 'FSSS', 'pass'],
    [limits(2, 3, 5), 'FSFSS', 'inconclusive'],
    [limits(2, 3, 5), 'FFF', 'fail'],
    [limits(0, 0, 3), 'I', 'inconclusive'],
    [limits(0, 0), 'SSSSSSSS', 'running'],
  ] as const)('%j: %s is %s', (rules, sequence, state) => {
    expect(assessRun(rules, read(sequence)).state).toBe(state);
  });

  // Argo calls all of these successful.
  test.each([
    [limits(0, 0, 3), '', 'inconclusive'],
    [limits(0, 0, 3), 'EE', 'inconclusive'],
    [limits(0, 0, 3), 'SS', 'cancelled'],
    [limits(2, 0, 5), 'FF', 'cancelled'],
    [limits(0, 0), 'SSS', 'cancelled'],
  ] as const)('%j: %s that was stopped early is %s, never a pass', (rules, sequence, state) => {
    expect(assessRun(rules, read(sequence), true).state).toBe(state);
  });

  it('says what it has counted', () => {
    expect(assessRun(limits(1, 0, 4), read('SFEF'))).toEqual({
      state: 'fail',
      because: '2 failed, at most 1 are borne',
      passed: 1,
      failed: 2,
      inconclusive: 0,
      errors: 1,
      errorsInRow: 0,
      passesInRow: 0,
    });
  });
});
