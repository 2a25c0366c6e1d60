import { describe, expect, it, test } from 'vitest';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import type { Attempt } from '../../shared/probe/attempt.ts';
import { countSample, emptyTally, joinTallies, type Sample, type Tally } from '../../shared/probe/tally.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';

const assess = (name: string, spec: ProbeGate, tallies: readonly Tally[]) =>
  assessProbe(name, spec, tallies, weighEvidence);

const gate: ProbeGate = {
  kind: 'probe',
  check: { tcp: '{target}.test:443' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.05,
  minSamples: 10,
  consecutive: 3,
};

const attempt = (at: number, verdict: Attempt['verdict']): Attempt =>
  verdict === 'pass'
    ? { at, durationMs: 5, verdict, phases: {} }
    : { at, durationMs: 5, verdict, phases: {}, code: 'connect_refused', because: 'nobody listens' };

/** `.` passed, `f` failed and passed when retried, `F` failed twice, `i` invalid; one a second. */
const samplesOf = (text: string, target: string, from = 0): readonly Sample[] =>
  [...text].map((letter, index) => {
    const at = (from + index) * 1_000;
    const base = { gate: 'up', target };
    if (letter === '.') return { ...base, first: attempt(at, 'pass') };
    if (letter === 'i') return { ...base, first: attempt(at, 'invalid') };
    return { ...base, first: attempt(at, 'fail'), retry: attempt(at + 5, letter === 'F' ? 'fail' : 'pass') };
  });

const tallyOf = (text: string, target = 'one', from = 0): Tally =>
  samplesOf(text, target, from).reduce(countSample, emptyTally('up', target, `tcp ${target}.test:443`, from * 1_000));

describe('one target is judged', () => {
  test.each([
    [
      '....................',
      'pass',
      '0 of 20 first attempts failed in 19.0 s; which shows (95 %) a share of at most 0.139',
    ],
    [
      '...................f....................',
      'pass',
      '1 of 40 first attempts failed in 39.0 s, 0 when tried again, first connect_refused: nobody listens; a share of 0.025',
    ],
    [
      '...................f',
      'fail',
      '1 of 20 first attempts failed in 19.0 s, 0 when tried again, first connect_refused: nobody listens; a share of 0.05, expected a share below 0.05',
    ],
    ['.........', 'inconclusive', '0 of 9 first attempts failed in 8.0 s; expected at least 10 attempts to judge by'],
    [
      '.......ff',
      'inconclusive',
      '2 of 9 first attempts failed in 8.0 s, 0 when tried again, first connect_refused: nobody listens; expected at least 10 attempts to judge by',
    ],
    [
      'FFF',
      'fail',
      '3 of 3 first attempts failed in 2.0 s, 3 when tried again, 3 in a row confirmed, first connect_refused: nobody listens; expected fewer than 3 confirmed in a row',
    ],
    [
      'FiFF',
      'fail',
      '3 of 3 first attempts failed in 3.0 s, 3 when tried again, 3 in a row confirmed, first connect_refused: nobody listens; expected fewer than 3 confirmed in a row; 1 more said nothing and are not counted',
    ],
    [
      'iiiiiiiiiiii',
      'inconclusive',
      '0 of 0 first attempts failed in 11.0 s; expected at least 10 attempts to judge by; 12 more said nothing and are not counted',
    ],
    ['', 'inconclusive', '0 of 0 first attempts failed in 0.0 s; expected at least 10 attempts to judge by'],
  ] as const)('%s is %s', (text, verdict, because) => {
    const judgement = assess('up', gate, [tallyOf(text)]);
    expect({
      verdict: judgement.verdict,
      because: judgement.because.replace(/\d+\.\d{2,} s/, (s) => `${Number.parseFloat(s).toFixed(1)} s`),
    }).toEqual({
      verdict,
      because: `gate up on one: ${because}`,
    });
  });

  it('with a threshold of none, one failure fails it, confirmed or not', () => {
    const strict = { ...gate, failuresBelow: 0 };
    expect(assess('up', strict, [tallyOf('....................')]).verdict).toBe('pass');
    expect(assess('up', strict, [tallyOf('..........f.........')])).toMatchObject({
      verdict: 'fail',
      because: expect.stringContaining('a share of 0.05, expected none to fail'),
    });
  });

  it('with all that led to it', () => {
    expect(assess('up', gate, [tallyOf('....................', 'one', 100)])).toEqual({
      gate: 'up',
      kind: 'probe',
      target: 'one',
      verdict: 'pass',
      because: 'gate up on one: 0 of 20 first attempts failed in 19.0 s; which shows (95 %) a share of at most 0.139',
      query: 'tcp one.test:443',
      source: 'prober',
      value: 0,
      threshold: 0.05,
      window: { from: 100_000, to: 119_005 },
      samples: 20,
    });
  });
});

describe('several targets are judged', () => {
  it('by the worst of them', () => {
    const tallies = [tallyOf('....................', 'one'), tallyOf('FFF', 'two'), tallyOf('.', 'three')];
    expect(assess('up', gate, tallies)).toMatchObject({ verdict: 'fail', target: 'two' });
    expect(assess('up', gate, tallies.toSpliced(1, 1))).toMatchObject({
      verdict: 'inconclusive',
      target: 'three',
    });
  });

  it('together when all passed', () => {
    const tallies = [tallyOf('....................', 'one'), tallyOf('....................', 'two', 10)];
    expect(assess('up', gate, tallies)).toEqual({
      gate: 'up',
      kind: 'probe',
      verdict: 'pass',
      because:
        'gate up on 2 targets: 0 of 40 first attempts failed in 29.0 s, which shows (95 %) a share of at most 0.0722',
      source: 'prober',
      value: 0,
      threshold: 0.05,
      window: { from: 0, to: 29_005 },
      samples: 40,
    });
  });

  it('as inconclusive when there are none', () => {
    expect(assess('up', gate, [])).toEqual({
      gate: 'up',
      kind: 'probe',
      verdict: 'inconclusive',
      because: 'gate up: no target was probed',
    });
  });
});

describe('tallies', () => {
  const texts = ['', '.', 'F', 'f', 'i', 'FF', '.FF', 'FF.', 'F.F', 'iFi', 'FFi.FFF', '..F'];
  const pairs = texts.flatMap((first) => texts.map((second) => [first, second] as const));

  test.each(pairs)('of %j and then %j join to the tally of both', (first, second) => {
    const joined = joinTallies(tallyOf(first), tallyOf(second, 'one', first.length));
    expect(joined).toEqual(tallyOf(first + second));
  });
});

describe('a sequential gate', () => {
  const sequential: ProbeGate = { ...gate, failuresBelow: 0.001, test: { kind: 'sequential', level: 0.05, of: 1 } };

  test.each([
    // Three failures of nine would be 33 %; the evidence for more than 0.1 % is there before there are ten.
    ['.f.f.f...', 'fail'],
    ['....................', 'pass'],
    ['.........', 'inconclusive'],
    ['.........f..........', 'inconclusive'],
  ] as const)('judges %s as %s', (text, verdict) => {
    expect(assess('up', sequential, [tallyOf(text)]).verdict).toBe(verdict);
  });

  it('bears failures that are as rare as is allowed, however often it is looked at', () => {
    const rare = Array.from({ length: 4 }, () => `${'.'.repeat(999)}f`).join('');
    const looks = rare.split('').flatMap((_, at) => (at % 100 === 0 && at > 0 ? [rare.slice(0, at)] : []));
    const verdicts = looks.map((text) => assess('up', sequential, [tallyOf(text)]).verdict);
    expect(verdicts.filter((verdict) => verdict === 'fail')).toEqual([]);
  });

  it('says how much evidence there is', () => {
    expect(assess('up', sequential, [tallyOf('.f.f.f...')]).because).toMatch(
      /; evidence \d[\d.e+]* that more than 0\.001 fails \(3 of 9\), 20 stops: false alarms of 5 % over all looks$/,
    );
  });
});
