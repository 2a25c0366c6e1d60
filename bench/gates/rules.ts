import { failuresToStop } from '../../shared/analysis/e-process.ts';
import { lowerBound } from '../../shared/analysis/intervals.ts';
import { assessSprt, type SprtPlan } from '../../shared/analysis/sprt.ts';

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
