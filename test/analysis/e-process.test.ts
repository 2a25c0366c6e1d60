import { describe, expect, it, test } from 'vitest';
import { failuresToStop, logEvidence, weighEvidence } from '../../shared/analysis/e-process.ts';
import { seeded, untilFailure } from './seeded.ts';

const alone = { kind: 'sequential', level: 0.05, of: 1 } as const;

describe('the evidence that more than 0.001 % fails', () => {
  test.each([
    [0, 1e5, 0.166667],
    [1, 1e3, 5.487528],
    [2, 1e3, 53.214556],
    [3, 1e4, 199.925926],
    [4, 3e4, 253.2],
    [5, 1e5, 26.645576],
    [1, 299_572, 0.082167],
  ])('after %d failures in %d requests', (failures, requests, value) => {
    expect(Math.exp(logEvidence({ requests, failures }, 1e-5))).toBeCloseTo(value, 5);
  });

  test.each([
    [1e3, 2, 3],
    [1e4, 3, 3],
    [1e5, 5, 6],
    [1e6, 22, 24],
  ])('stops after %d requests at so many failures', (requests, at5, at1) => {
    expect([failuresToStop(requests, 1e-5, 0.05), failuresToStop(requests, 1e-5, 0.01)]).toEqual([at5, at1]);
  });

  it('is judged by what it says: nothing, something, enough', () => {
    const judged = [0, 1, 2].map((failures) => weighEvidence({ requests: 1_000, failures }, 1e-5, alone).verdict);
    expect(judged).toEqual(['pass', 'inconclusive', 'fail']);
  });

  it('says how much there is and how much stops, and shares its level', () => {
    expect(weighEvidence({ requests: 1_000, failures: 2 }, 1e-5, { ...alone, of: 24 })).toEqual({
      verdict: 'inconclusive',
      because:
        'evidence 53.2 that more than 0.00001 fails (2 of 1000), 480 stops: false alarms of 5 % over all looks shared by 24 tests',
    });
  });

  it('holds with a million failures', () => {
    expect(weighEvidence({ requests: 10_000_000, failures: 1_000_000 }, 0.1, alone).verdict).not.toBe('fail');
    expect(weighEvidence({ requests: 10_000_000, failures: 2_000_000 }, 0.1, alone).verdict).toBe('fail');
  });
});

describe('looked at after every request', () => {
  /** The request a stream is stopped at; evidence only grows at a failure, so those are the moments to look. */
  const stoppedAt = (random: () => number, share: number, level: number, most: number): number => {
    let requests = 0;
    for (let failures = 1; ; failures += 1) {
      requests += untilFailure(random, share);
      if (requests > most) return Infinity;
      if (logEvidence({ requests, failures }, 1e-5) >= -Math.log(level)) return requests;
    }
  };
  const streams = 2_000;
  const stops = (share: number, level: number, most: number): readonly number[] => {
    const random = seeded(5);
    return Array.from({ length: streams }, () => stoppedAt(random, share, level, most)).sort((a, b) => a - b);
  };

  // The standard error of 5 % in 2,000 streams is 0.5 %.
  test.each([
    [0.05, 0.05],
    [0.01, 0.01],
  ])('good streams of 3 million requests are stopped no more often than %d', (level, most) => {
    const alarms = stops(1e-5, level, 3e6).filter(Number.isFinite).length;
    expect(alarms / streams).toBeLessThanOrEqual(most);
    expect(alarms).toBeGreaterThan(0);
  });

  test.each([
    [1e-4, 0.05, 30_000],
    [1e-3, 0.05, 2_000],
    [1e-2, 0.01, 300],
  ])('streams with %d failing are stopped at %d in less than %d requests, half of the time', (share, level, median) => {
    expect(stops(share, level, 3e6)[streams / 2]).toBeLessThan(median);
  });
});
