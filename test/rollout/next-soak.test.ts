import { describe, expect, test } from 'vitest';
import { gateSentence, nextSoak, type SoakFacts } from '../../shared/rollout/next-soak.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';

const wave = { name: 'internal', soakMs: 60_000, inconclusiveWithinMs: 30_000 };
const judged = (verdict: Verdict): Judgement => ({
  gate: 'errors',
  kind: 'metric',
  target: 'gke-1',
  verdict,
  because: 'value 2',
});
const facts = (changes: Partial<SoakFacts>): SoakFacts => ({
  now: 100_000,
  lastWriteAt: 0,
  judgements: [],
  ...changes,
});

describe('leaving a wave', () => {
  test.for([
    { because: 'the soak is over and there is no gate', changes: {}, status: 'passed' },
    { because: 'every gate passes', changes: { judgements: [judged('pass')] }, status: 'passed' },
    { because: 'the soak is not over', changes: { now: 59_999, judgements: [judged('pass')] }, status: 'in-progress' },
    {
      because: 'a gate fails, before the soak is over',
      changes: { now: 1, judgements: [judged('fail')] },
      status: 'failed',
    },
    { because: 'the wave was stopped', changes: { stop: 'a probe failed' }, status: 'failed' },
    {
      because: 'a gate has no data yet',
      changes: { now: 61_000, judgements: [judged('inconclusive')] },
      status: 'in-progress',
    },
    {
      because: 'a gate never had data',
      changes: { now: 90_000, judgements: [judged('inconclusive')] },
      status: 'aborted',
    },
    {
      because: 'the store keeps answering with errors',
      changes: { now: 90_000, judgements: [judged('error')] },
      status: 'aborted',
    },
    {
      because: 'one of two gates has no data',
      changes: { now: 61_000, judgements: [judged('pass'), judged('inconclusive')] },
      status: 'in-progress',
    },
  ] as const)('is $status when $because', ({ changes, status }) => {
    expect(nextSoak(wave, facts(changes)).status).toBe(status);
  });

  test('is not kept back by gates that only report', () => {
    const reported = { ...judged('fail'), effect: 'report' } as const;
    expect(nextSoak(wave, facts({ judgements: [reported] })).status).toBe('passed');
    expect(nextSoak(wave, facts({ now: 1, judgements: [reported] })).status).toBe('in-progress');
  });

  test('says why it soaks longer than configured', () => {
    expect(nextSoak(wave, facts({ now: 0, soaksFor: 'for 12 h, as it is told' })).because).toBe(
      'wave internal soaks until 1970-01-01T00:01:00.000Z, for 12 h, as it is told',
    );
  });

  test('says until when it soaks, and looks again within a minute', () => {
    expect(nextSoak({ ...wave, soakMs: 3_600_000 }, facts({ now: 0 }))).toEqual({
      status: 'in-progress',
      retryAfterSeconds: 60,
      because: 'wave internal soaks until 1970-01-01T01:00:00.000Z',
    });
  });

  test.for([
    { passed: 0, retryAfterSeconds: 1 },
    { passed: 3_000, retryAfterSeconds: 3 },
    { passed: 19_000, retryAfterSeconds: 10 },
    { passed: 28_000, retryAfterSeconds: 2 },
  ])('asks $retryAfterSeconds s after a gate without data is $passed ms late', ({ passed, retryAfterSeconds }) => {
    expect(nextSoak(wave, facts({ now: 60_000 + passed, judgements: [judged('inconclusive')] }))).toEqual({
      status: 'in-progress',
      retryAfterSeconds,
      because: 'INCONCLUSIVE gate errors on gke-1: value 2',
    });
  });

  test('names the gate that gave no answer when it is given up', () => {
    expect(nextSoak(wave, facts({ now: 90_000, judgements: [judged('inconclusive')] }))).toEqual({
      status: 'aborted',
      because: 'INCONCLUSIVE gate errors on gke-1: value 2; given up at 1970-01-01T00:01:30.000Z',
    });
  });
});

test('a reason that names its gate already is not given it twice', () => {
  expect(gateSentence({ ...judged('fail'), because: 'gate errors on gke-1: value 2, threshold 1' })).toBe(
    'FAIL gate errors on gke-1: value 2, threshold 1',
  );
});
