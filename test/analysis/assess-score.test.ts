import { describe, expect, it, test } from 'vitest';
import { assessScore, type ScoredMetric, type ScoreRules } from '../../shared/analysis/assess-score.ts';
import { assessShift, cohensD, DEFAULT_SHIFT_RULES } from '../../shared/analysis/assess-shift.ts';
import type { Verdict } from '../../shared/rollout/verdict.ts';

const verdicts: Readonly<Record<string, Verdict>> = { p: 'pass', f: 'fail', n: 'inconclusive', e: 'error' };

/** `latency:pf! errors:p`: a group of two, the second of which is critical, and one of one. */
const metricsOf = (text: string): readonly ScoredMetric[] =>
  text
    .split(' ')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [group = '', letters = ''] = part.split(':');
      return [...letters.matchAll(/([pfne])(!?)/g)].map(([, letter = '', mark], index) => ({
        name: `${group}${index + 1}`,
        group,
        verdict: verdicts[letter] ?? 'error',
        critical: mark === '!',
      }));
    });
const rules = (weights: Readonly<Record<string, number>> = {}): ScoreRules => ({ pass: 95, marginal: 75, weights });

describe('a score', () => {
  test.each([
    ['a:pp b:p', {}, 100, 'pass'],
    ['a:pf b:p', {}, 75, 'inconclusive'],
    ['a:pf b:p', { a: 20 }, 90, 'inconclusive'],
    ['a:pf b:p', { a: 10 }, 95, 'pass'],
    ['a:pf b:p', { a: 80, b: 20 }, 60, 'fail'],
    ['a:ppf b:p c:p', {}, 88.89, 'inconclusive'],
    ['a:pppp b:pf!', {}, 0, 'fail'],
    // Kayenta leaves these out of the denominator, and the score would be 100.
    ['a:pppn b:p', {}, 87.5, 'inconclusive'],
    ['a:ppppe b:p', { a: 10 }, 98, 'pass'],
  ] as const)('%s weighed by %j is %d', (text, weights, score, verdict) => {
    expect(assessScore(metricsOf(text), rules(weights))).toMatchObject({ score, verdict });
  });

  // Kayenta scores a group of errors, or without data, 100.
  test.each(['', 'a:n', 'a:e', 'a:pp b:e', 'a:pp b:nn', 'a:pn', 'a:ppp b:pn!'])('of %s there is none', (text) => {
    const standing = assessScore(metricsOf(text), rules());
    expect(standing.verdict).toBe('inconclusive');
    expect(standing).not.toHaveProperty('score');
  });

  it('says what did not pass', () => {
    expect(assessScore(metricsOf('a:pf b:p'), rules())).toEqual({
      verdict: 'inconclusive',
      score: 75,
      groups: { a: 50, b: 100 },
      because: 'score 75, 95 passes and below 75 fails; not passed: a2',
    });
  });
});

describe('an effect size', () => {
  const [alike, high] = [
    [1, 1, 1, 2, 2, 2],
    [5, 5, 5, 10, 10, 10],
  ] as const;

  it("is Cohen's d, as Kayenta's own case has it", () => {
    expect(cohensD(high, alike)).toBeCloseTo(3.03821, 4);
  });

  const many = (of: readonly number[]) => Array.from({ length: 60 }, (_, index) => of[(index * 5) % of.length] ?? 0);
  test.each([
    [{ mostExceeds: 0.9 }, 'fail'],
    [{ mostExceeds: 1 }, 'pass'],
    [{ mostDeviations: 2 }, 'fail'],
    [{ mostDeviations: 4 }, 'pass'],
    [{ mostRise: 3 }, 'fail'],
    [{ mostRise: 6 }, 'pass'],
  ] as const)('is borne up to %j', (borne, verdict) => {
    expect(assessShift(many(high), many(alike), { ...DEFAULT_SHIFT_RULES, ...borne }).verdict).toBe(verdict);
  });
});
