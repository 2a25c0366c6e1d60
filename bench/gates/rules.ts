import { failuresToStop } from '../../shared/analysis/e-process.ts';
import { lowerBound } from '../../shared/analysis/intervals.ts';
import { isHigh } from './kayenta.ts';
import { assessSprt, type SprtPlan } from './sprt.ts';

/** A way to decide, as the fewest failures that stop at each look; `accepts`: so few end it as good, and nobody looks again. */
export interface Rule {
  readonly name: string;
  readonly stops: (requests: number, look: number, looks: number) => number;
  readonly accepts?: (requests: number, failures: number) => boolean;
}

const fewest = (stops: (failures: number) => boolean): number => {
  let failures = 0;
  while (!stops(failures)) failures += 1;
  return failures;
};

/** A way to decide by the shares of each look, beside those of a baseline: the look at which it stops. */
export interface SeriesRule {
  readonly name: string;
  readonly stopsAt: (shares: readonly number[], baseline: readonly number[]) => number | undefined;
}

/** Points of one run of Kayenta's judge: Spinnaker's guidance asks for at least 50. */
const POINTS = 60;

/** The rules of others, that see the share of each look for itself. */
export const seriesRulesFor = (allowed: number): readonly SeriesRule[] => [
  argo('Argo: share of a look > allowed, failureLimit 0', allowed, 0),
  argo('Argo: share of a look > allowed, failureLimit 3', allowed, 3),
  argo('Argo: share of a look > 10 x allowed, failureLimit 3', 10 * allowed, 3),
  {
    name: 'Kayenta: 60 looks against 60 of a baseline, again and again',
    stopsAt: (shares, baseline) => {
      for (let end = POINTS; end <= shares.length; end += POINTS) {
        if (isHigh(shares.slice(end - POINTS, end), baseline.slice(end - POINTS, end))) return end;
      }
      return undefined;
    },
  },
];

/** An AnalysisRun: more than `failureLimit` looks above the threshold. */
const argo = (name: string, threshold: number, failureLimit: number): SeriesRule => ({
  name,
  stopsAt: (shares) => {
    let failed = 0;
    const at = shares.findIndex((share) => {
      failed += share > threshold ? 1 : 0;
      return failed > failureLimit;
    });
    return at === -1 ? undefined : at + 1;
  },
});

/** Naive ones, and ours, for the same question: do more than `allowed` fail? */
export const rulesFor = (allowed: number): readonly Rule[] => {
  const fixed = (requests: number) =>
    fewest((failures) => failures > 0 && lowerBound({ requests, failures }, 0.95) > allowed);
  const plan: SprtPlan = { good: allowed, bad: 10 * allowed, falseAlarm: 0.05, miss: 0.05 };
  return [
    { name: 'share so far > allowed, every look', stops: (requests) => Math.floor(allowed * requests) + 1 },
    { name: 'share so far > 10 x allowed, every look', stops: (requests) => Math.floor(10 * allowed * requests) + 1 },
    { name: 'exact test at 5 %, every look', stops: fixed },
    {
      name: 'exact test at 5 %, once at the end',
      stops: (requests, look, looks) => (look === looks ? fixed(requests) : Infinity),
    },
    {
      name: 'SPRT against 10 x allowed, 5 % and 5 %',
      stops: (requests) =>
        fewest((failures) => failures > requests || assessSprt(plan, { requests, failures }) === 'reject'),
      accepts: (requests, failures) => assessSprt(plan, { requests, failures }) === 'accept',
    },
    { name: 'e-process at 5 %, every look (ours)', stops: (requests) => failuresToStop(requests, allowed, 0.05) },
    { name: 'e-process at 1 %, every look (ours)', stops: (requests) => failuresToStop(requests, allowed, 0.01) },
  ];
};
