import type { Verdict } from '../rollout/verdict.ts';
import type { Counts } from './counts.ts';
import { lowerBound } from './intervals.ts';

/** Two windows that must both burn: the long one that it matters, the short one that it still goes on. */
export interface BurnRule {
  readonly name: string;
  readonly longMs: number;
  readonly shortMs: number;
  /** How many times as fast as allowed: at 1 a budget of 30 days lasts just so long. */
  readonly factor: number;
  /** Whether somebody is woken, or a ticket will do. */
  readonly severity: 'page' | 'ticket';
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Those of the SRE Workbook, chapter 5, for 30 days: 2 %, 5 %, 10 % and 10 % of the budget are gone when they begin to burn. */
export const BURN_RULES: readonly BurnRule[] = [
  { name: '1h & 5m', longMs: HOUR, shortMs: 5 * MINUTE, factor: 14.4, severity: 'page' },
  { name: '6h & 30m', longMs: 6 * HOUR, shortMs: 30 * MINUTE, factor: 6, severity: 'page' },
  { name: '1d & 2h', longMs: DAY, shortMs: 2 * HOUR, factor: 3, severity: 'ticket' },
  { name: '3d & 6h', longMs: 3 * DAY, shortMs: 6 * HOUR, factor: 1, severity: 'ticket' },
];

export interface BurnStanding {
  readonly burns: boolean;
  readonly because: string;
}

/** So sure must be that a window burns: with little traffic a single failure is beyond any ratio and says nothing. */
const CONFIDENCE = 0.999;

/**
 * Whether an objective burns by a rule: in both windows it is shown, by the exact bound of Clopper and Pearson, that more than `factor`
 * times the share `allowed` fails. With much traffic that is the ratio of the Workbook; with little, one failed request is no alarm: at 14.4 times
 * 0.00001 the ratio alone would take it for one unless a window holds 6,945. Throws `CountsInvalid`.
 */
export const assessBurn = (
  { name, factor }: Pick<BurnRule, 'name' | 'factor'>,
  { long, short }: { readonly long: Counts; readonly short: Counts },
  allowed: number,
): BurnStanding => {
  const limit = Math.min(1, factor * allowed);
  const [longLeast, shortLeast] = [long, short].map((counts) => lowerBound(counts, CONFIDENCE)) as [number, number];
  const burns = longLeast > limit && shortLeast > limit;
  const of = ({ failures, requests }: Counts, least: number) =>
    `${failures} of ${requests} failed, at least ${Number(least.toPrecision(3))}`;
  const because = `${name}: ${of(long, longLeast)} and ${of(short, shortLeast)} (99.9 %), ${burns ? 'more than' : 'both must be above'} ${factor} x ${allowed}`;
  return { burns, because };
};

/** A conclusion with the numbers it was made of. */
export interface Conclusion {
  readonly verdict: Verdict;
  readonly because: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly samples?: number;
}

/** What the rules say together, and which of them speaks. */
export interface BurnConclusion extends Conclusion {
  readonly telling?: BurnRule;
}

/**
 * Whether an objective burns by any of the rules. `countsOver`: what was counted in so long before now; `undefined` where that is not
 * known. One rule that burns fails, whatever is known of the others; a window that is not known, or with fewer than `minRequests` in the
 * shortest one, is inconclusive.
 */
export const assessBurnRules = (
  rules: readonly BurnRule[],
  countsOver: (ms: number) => Counts | undefined,
  allowed: number,
  minRequests = 1,
): BurnConclusion => {
  const judged = rules.map((rule) => {
    const [long, short] = [countsOver(rule.longMs), countsOver(rule.shortMs)];
    const standing = long === undefined || short === undefined ? undefined : assessBurn(rule, { long, short }, allowed);
    return { rule, long, short, standing };
  });
  const burning = judged.find(({ standing }) => standing?.burns === true);
  const telling = burning ?? judged.find(({ standing }) => standing === undefined) ?? judged[0];
  if (telling === undefined) return { verdict: 'inconclusive', because: 'there is no rule' };
  const { rule, long, short, standing } = telling;
  const numbers = {
    ...(long === undefined || long.requests === 0 ? {} : { value: long.failures / long.requests }),
    threshold: rule.factor * allowed,
    ...(long === undefined ? {} : { samples: long.requests }),
    telling: rule,
  };
  if (standing === undefined)
    return { verdict: 'inconclusive', because: `${rule.name} could not be counted`, ...numbers };
  if (burning !== undefined)
    return { verdict: 'fail', because: `burns (${rule.severity}): ${standing.because}`, ...numbers };
  if ((short?.requests ?? 0) < minRequests) {
    const because = `${short?.requests ?? 0} requests in the shortest window, expected at least ${minRequests} to judge by`;
    return { verdict: 'inconclusive', because, ...numbers };
  }
  return { verdict: 'pass', because: `no rule burns; ${standing.because}`, ...numbers };
};

/** What is left of what an objective allows to fail. */
export interface BudgetStanding extends Counts {
  /** Failures that so many requests allow. */
  readonly allowed: number;
  /** The part of it that is left: 1 untouched, 0 spent, below 0 overdrawn. Absent where nothing was asked. */
  readonly left?: number;
}

/** The error budget of a stretch of time, argued in requests, not in minutes: so many may fail, so many did. */
export const assessBudget = ({ requests, failures }: Counts, allowedShare: number): BudgetStanding => {
  const allowed = requests * allowedShare;
  return { requests, failures, allowed, ...(requests === 0 ? {} : { left: 1 - failures / allowed }) };
};
