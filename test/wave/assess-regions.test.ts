import { describe, expect, it, test } from 'vitest';
import type { Standing } from '../../shared/availability/standing.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';
import { assessRegions, type RegionJudgement } from '../../shared/wave/assess-regions.ts';

const judgement = (verdict: Verdict, region: string): Judgement => ({
  gate: 'up',
  kind: 'probe',
  target: 't',
  verdict,
  because: `gate up on t: as ${region} has it`,
});
const seen = (verdicts: Readonly<Record<string, Verdict>>): readonly RegionJudgement[] =>
  Object.entries(verdicts).map(([region, verdict]) => ({ region, judgement: judgement(verdict, region) }));
const stood = (region: string, fails: boolean, more: Partial<Standing> = {}): Standing => ({
  target: 't',
  region,
  at: 60_000,
  failing: fails ? [{ gate: 'up', because: 'connect_timeout', since: 60_000 }] : [],
  isOwnFault: false,
  ...more,
});

describe('a probe gate by the loops of all regions', () => {
  test.each<readonly [string, Readonly<Record<string, Verdict>>, number | undefined, Verdict]>([
    ['home alone, and it passes', { a: 'pass' }, undefined, 'pass'],
    ['home alone, and it fails', { a: 'fail' }, undefined, 'fail'],
    ['home alone, and two are asked for', { a: 'fail' }, 2, 'fail'],
    ['home alone, without samples', { a: 'inconclusive' }, undefined, 'inconclusive'],
    ['all pass', { a: 'pass', b: 'pass', c: 'pass' }, undefined, 'pass'],
    ['home fails and the others do not', { a: 'fail', b: 'pass', c: 'pass' }, undefined, 'inconclusive'],
    ['one other fails', { a: 'pass', b: 'fail', c: 'pass' }, undefined, 'inconclusive'],
    ['one other fails, and one is enough', { a: 'pass', b: 'fail', c: 'pass' }, 1, 'fail'],
    ['two of three fail', { a: 'fail', b: 'fail', c: 'pass' }, undefined, 'fail'],
    ['two of three fail, and three are asked for', { a: 'fail', b: 'fail', c: 'pass' }, 3, 'inconclusive'],
    ['all fail, fewer than are asked for', { a: 'fail', b: 'fail' }, 5, 'fail'],
    ['home fails, and nobody else is heard', { a: 'fail', b: 'inconclusive' }, undefined, 'fail'],
    ['home is blind, and the other passes', { a: 'inconclusive', b: 'pass' }, undefined, 'pass'],
    ['home is blind, and the other fails', { a: 'inconclusive', b: 'fail' }, undefined, 'fail'],
    ['all are blind', { a: 'inconclusive', b: 'inconclusive' }, undefined, 'inconclusive'],
  ])('%s', (_, verdicts, quorum, expected) => {
    expect(assessRegions(seen(verdicts), quorum === undefined ? {} : { quorum }, [], 0).verdict).toBe(expected);
  });

  test.each<readonly [string, Partial<RegionJudgement>, Verdict]>([
    ['has some samples, and too few', { judgement: { ...judgement('inconclusive', 'b'), samples: 3 } }, 'inconclusive'],
    ['is about to have the first', { isAwaited: true }, 'inconclusive'],
    ['has none', {}, 'fail'],
  ])('home fails, and another %s', (_, more, expected) => {
    const [home, other] = seen({ a: 'fail', b: 'inconclusive' });
    if (home === undefined || other === undefined) throw new Error('two are seen');
    expect(assessRegions([home, { ...other, ...more }], {}, [], 0).verdict).toBe(expected);
  });

  const undecided = (value: number): RegionJudgement => ({
    region: 'a',
    judgement: { ...judgement('inconclusive', 'a'), samples: 10, value },
  });
  test.each<readonly [string, RegionJudgement, Readonly<Record<string, Verdict>>, number | undefined, Verdict]>([
    ['has none that failed, and another passes', undecided(0), { b: 'pass' }, undefined, 'pass'],
    ['has some that failed, and another passes', undecided(0.2), { b: 'pass' }, undefined, 'inconclusive'],
    ['has some that failed, and all others pass', undecided(0.2), { b: 'pass', c: 'pass' }, 2, 'inconclusive'],
    ['has some that failed, and another has nothing', undecided(0.2), { b: 'inconclusive' }, undefined, 'inconclusive'],
    ['has some that failed, and another fails', undecided(0.2), { b: 'fail' }, undefined, 'inconclusive'],
    ['has some that failed, and as many fail as are asked for', undecided(0.2), { b: 'fail', c: 'fail' }, 2, 'fail'],
  ])('home has too few samples to judge by, of which it %s', (_, home, others, quorum, expected) => {
    const found = assessRegions([home, ...seen(others)], quorum === undefined ? {} : { quorum }, [], 0);
    expect(found.verdict).toBe(expected);
  });

  it('says what home has seen where that keeps the pass of another from counting', () => {
    expect(assessRegions([undecided(0.2), ...seen({ b: 'pass' })], {}, [], 0).because).toBe(
      'gate up on t: as a has it',
    );
  });

  it('says from where it fails, of how many that are heard, and what is missing', () => {
    expect(assessRegions(seen({ a: 'pass', b: 'fail', c: 'pass' }), {}, [], 0).because).toBe(
      'gate up on t: as b has it; it fails from b, 1 of 3 regions: the path from there, or a part of what serves, is at fault; 2 are needed to tell',
    );
    expect(assessRegions(seen({ a: 'fail', b: 'inconclusive', c: 'fail' }), { quorum: 2 }, [], 0).because).toBe(
      'gate up on t: as a has it; it fails from a and c, 2 of 2 regions',
    );
  });
});

describe('a region whose loop has nothing to say', () => {
  test.each<readonly [string, Standing, Verdict]>([
    ['failed on schedule since the last write', stood('b', true), 'inconclusive'],
    ['was well on schedule', stood('b', false), 'pass'],
    ['had itself to blame', stood('b', true, { isOwnFault: true }), 'pass'],
    ['failed before the last write', stood('b', true, { at: 10_000 }), 'pass'],
    ['failed on another target', stood('b', true, { target: 'u' }), 'pass'],
    ['is home, which is no second opinion', stood('a', true), 'pass'],
  ])('%s', (_, standing, expected) => {
    const found = assessRegions(seen({ a: 'pass', b: 'inconclusive' }), {}, [standing], 30_000);
    expect(found.verdict).toBe(expected);
  });

  test.each<readonly [string, Partial<Standing>, Verdict]>([
    ['was well on schedule: one of two', {}, 'inconclusive'],
    ['could say nothing of it, as of a private address: home decides', { mute: ['up'] }, 'fail'],
    ['could say nothing of another gate', { mute: ['inside'] }, 'inconclusive'],
  ])('and home fails, while the other %s', (_, more, expected) => {
    const found = assessRegions(seen({ a: 'fail', b: 'inconclusive' }), {}, [stood('b', false, more)], 30_000);
    expect(found.verdict).toBe(expected);
  });

  it('is asked for by its last slot, and not where its loop has a verdict', () => {
    expect(assessRegions(seen({ a: 'pass' }), {}, [stood('b', true)], 0).because).toBe(
      'gate up on t: as a has it; it fails from b, 1 of 2 regions: the path from there, or a part of what serves, is at fault (connect_timeout); 2 are needed to tell',
    );
    expect(assessRegions(seen({ a: 'pass', b: 'pass' }), {}, [stood('b', true)], 0).verdict).toBe('pass');
  });
});
