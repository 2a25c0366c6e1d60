import { describe, expect, it, test } from 'vitest';
import type { Standing } from '../../shared/availability/standing.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';
import { assessRegions } from '../../shared/wave/assess-regions.ts';

const judgement = (verdict: Verdict): Judgement => ({
  gate: 'up',
  kind: 'probe',
  target: 't',
  verdict,
  because: 'gate up on t: as it is',
});
const seen = (region: string, fails: boolean, more: Partial<Standing> = {}): Standing => ({
  target: 't',
  region,
  at: 60_000,
  failing: fails ? [{ gate: 'up', because: 'connect_timeout', since: 60_000 }] : [],
  isOwnFault: false,
  ...more,
});
const well = seen('b', false);
const ill = seen('b', true);
const alsoWell = seen('c', false);
const alsoIll = seen('c', true);

describe('a probe gate as other regions see it', () => {
  test.each<readonly [string, Verdict, readonly Standing[], number | undefined, Verdict]>([
    ['nobody else is heard', 'pass', [], undefined, 'pass'],
    ['nobody fails', 'pass', [well, alsoWell], undefined, 'pass'],
    ['home alone fails, which stops at once', 'fail', [well, alsoWell], undefined, 'fail'],
    ['home alone fails, and two are asked for', 'fail', [well, alsoWell], 2, 'inconclusive'],
    ['home and another fail, and two are asked for', 'fail', [ill, alsoWell], 2, 'fail'],
    ['home and another fail, and three are asked for', 'fail', [ill, alsoWell], 3, 'inconclusive'],
    ['all of those heard fail, fewer than are asked for', 'fail', [ill], 5, 'fail'],
    ['one other fails', 'pass', [ill, alsoWell], undefined, 'inconclusive'],
    ['one other fails, and one is asked for', 'pass', [ill, alsoWell], 1, 'fail'],
    ['two others fail', 'pass', [ill, alsoIll], undefined, 'fail'],
    ['home has too few samples, and two others fail', 'inconclusive', [ill, alsoIll], undefined, 'fail'],
    ['one that fails has itself to blame', 'pass', [{ ...ill, isOwnFault: true }], undefined, 'pass'],
    ['one that failed before the last write', 'pass', [{ ...ill, at: 10_000 }], undefined, 'pass'],
    ['home on schedule is no second opinion', 'pass', [seen('a', true)], undefined, 'pass'],
    ['another target fails', 'pass', [seen('b', true, { target: 'u' })], undefined, 'pass'],
  ])('%s', (_, verdict, standings, quorum, expected) => {
    const gate = quorum === undefined ? {} : { quorum };
    const found = assessRegions(judgement(verdict), gate, { home: 'a', standings, since: 30_000 });
    expect(found.verdict).toBe(expected);
  });

  it('is told apart by region: what fails from one of three is the path, or a part', () => {
    const asked = { home: 'a', standings: [ill, alsoWell], since: 30_000 };
    expect(assessRegions(judgement('pass'), {}, asked).because).toBe(
      'gate up on t: as it is; it fails from b, 1 of 3 regions: the path from there, or a part of what serves, is at fault (connect_timeout); 2 are needed to tell',
    );
    expect(assessRegions(judgement('fail'), { quorum: 2 }, asked).because).toBe(
      'gate up on t: as it is; it fails from a and b, 2 of 3 regions',
    );
  });
});
