import type { AvailabilityStanding } from '../../shared/availability/assess-objective-standings.ts';

/** A share as a percentage with as many digits as it has nines. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

/** The objective and what can be said of it: never more than the requests show. */
export const objectiveWords = ({ allowed, state, upper, stillNeeded, requests }: AvailabilityStanding): string => {
  const objective = percent(1 - allowed);
  if (requests === 0) return `${objective}: nothing probed yet`;
  const shown = `${percent(Math.max(0, Math.floor((1 - upper) * 1e7) / 1e7))} shown`;
  if (state === 'met') return `${objective} met: ${shown}`;
  if (state === 'broken') return `${objective} broken`;
  return stillNeeded > 0
    ? `${objective} unknown: ${shown}, ${stillNeeded.toLocaleString('en')} clean ones needed`
    : `${objective} unknown: ${shown}`;
};

/** Failures that may still happen, of those that as many requests may have. */
export const budgetWords = ({ allowed, budget }: AvailabilityStanding): string =>
  allowed === 0
    ? 'none to have'
    : `${Number(budget.left.toFixed(1))} of ${Number(budget.failures.toFixed(1))} failures`;

/** Minutes and regions that were probed, and those that are missing. */
export const slotWords = ({ slots: { seen, expected, missing }, invalid }: AvailabilityStanding): string => {
  const gone = missing === 0 ? '' : `, ${missing} missing`;
  return `${seen} of ${expected}${gone}${invalid === 0 ? '' : `, ${invalid} attempts said nothing`}`;
};
