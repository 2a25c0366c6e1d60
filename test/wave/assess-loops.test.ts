import { describe, expect, it, test } from 'vitest';
import { emptyTally, type Tally } from '../../shared/probe/tally.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { asInvalid, assessLoops, isBlind, isDark } from '../../shared/wave/assess-loops.ts';
import type { ProberLoop } from '../../shared/wave/prober-loops.ts';

const gate: ProbeGate = {
  kind: 'probe',
  check: { tcp: '{target}.test:443' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.01,
  minSamples: 1,
  consecutive: 3,
};
const gates = { up: gate, bad: { ...gate, mustFail: true } } as const satisfies Record<string, ProbeGate>;
/** Ten attempts, whose confirmed failures stand at the beginning, at the end and at most so many in a row. */
const tally = (target: string, leading: number, trailing: number, longest = 0, name = 'up'): Tally => ({
  ...emptyTally(name, target, 'q', 0),
  attempts: 10,
  failedFirst: Math.max(leading + trailing, longest),
  failedConfirmed: Math.max(leading + trailing, longest),
  run: { leading, trailing, longest: Math.max(leading, trailing, longest) },
});

describe('a slice shows a region nothing but darkness', () => {
  test.each<readonly [string, readonly Tally[], boolean]>([
    ['when it ends dark on both targets', [tally('s', 0, 2), tally('t', 0, 9)], true],
    ['when it begins so', [tally('s', 2, 0), tally('t', 9, 0)], true],
    ['when both fail in its middle as long as stops a wave', [tally('s', 0, 0, 3), tally('t', 0, 0, 4)], true],
    ['not when they fail there for less', [tally('s', 0, 0, 2), tally('t', 0, 0, 4)], false],
    ['not while one is reached at the end', [tally('s', 0, 0), tally('t', 0, 9)], false],
    ['not with one target, of which nobody can tell', [tally('t', 10, 10)], false],
    ['not by a target without an attempt', [tally('t', 10, 10), emptyTally('up', 's', 'q', 0)], false],
    ['whatever the probe that must fail does', [tally('s', 0, 2), tally('t', 0, 2), tally('t', 0, 0, 0, 'bad')], true],
  ])('%s', (_, tallies, expected) => {
    expect(isDark(tallies, gates)).toBe(expected);
  });

  it('which is counted, and as nothing', () => {
    expect(asInvalid({ ...tally('t', 2, 3), invalid: 1 })).toEqual({ ...emptyTally('up', 't', 'q', 0), invalid: 11 });
  });
});

const loop = (region: string, more: Partial<ProberLoop> = {}): ProberLoop => ({
  ...{ region, run: region, until: 60_000, isOver: false, failing: [], hasSeen: true, isMute: false, isDark: false },
  ...more,
});
const fails = { failing: [{ gate: 'up', target: 't', because: 'refused' }] };
const dark = { ...fails, isDark: true };
const judgement: Judgement = {
  gate: 'up',
  kind: 'probe',
  target: 't',
  verdict: 'fail',
  because: 'gate up on t: refused',
};

describe('a probe that fails from a region stops the wave', () => {
  test.each<readonly [string, readonly ProberLoop[], number | undefined, boolean]>([
    ['when nobody else is heard', [loop('a', fails)], undefined, true],
    ['when the other loop has died', [loop('a', fails), loop('b', { until: 9_000 })], undefined, true],
    ['when all the other asks is its own fault', [loop('a', fails), loop('b', { isMute: true })], undefined, true],
    ['not while another has only begun', [loop('a', dark), loop('b', { hasSeen: false })], undefined, false],
    ['not while another sees it well', [loop('a', fails), loop('b')], undefined, false],
    ['when the other sees it, too', [loop('a', fails), loop('b', fails)], undefined, true],
    ['when two of three see it', [loop('a', fails), loop('b', fails), loop('c')], undefined, true],
    ['not when three are asked for', [loop('a', fails), loop('b', fails), loop('c')], 3, false],
    ['when one is enough', [loop('a', fails), loop('b')], 1, true],
    ['not by a region that has itself to blame, even where one is enough', [loop('a', dark), loop('b')], 1, false],
    ['when all is dark from everywhere', [loop('a', dark), loop('b', dark)], undefined, true],
    ['when one that is dark agrees with one that sees it', [loop('a', dark), loop('b', fails)], undefined, true],
  ])('%s', (_, loops, quorum, expected) => {
    const found = assessLoops(judgement, quorum === undefined ? {} : { quorum }, loops, 10_000);
    expect(found.verdict).toBe(expected ? 'fail' : 'inconclusive');
  });

  it('and says from where', () => {
    expect(assessLoops(judgement, {}, [loop('b', fails), loop('a', fails)], 0).because).toBe(
      'gate up on t: refused; it fails from a and b, 2 of 2 regions',
    );
  });

  it('of those that are dark only the one that is alone with it is blind', () => {
    expect(isBlind(loop('a', dark), [loop('a', dark)])).toBe(false);
    expect(isBlind(loop('a', dark), [loop('a', dark), loop('b')])).toBe(true);
    expect(isBlind(loop('a', dark), [loop('a', dark), loop('b', { isDark: true }), loop('c')])).toBe(false);
    // Neither is a witness: all that the one asks is its own fault, and the other has only begun.
    expect(isBlind(loop('a', dark), [loop('a', dark), loop('b', { isMute: true })])).toBe(false);
    expect(isBlind(loop('a', dark), [loop('a', dark), loop('b', { hasSeen: false })])).toBe(false);
  });
});
