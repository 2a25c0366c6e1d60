import type { BurnTest, MetricGate } from '../rollout/gate.ts';
import { kindOf } from '../rollout/metric-source.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { askedOver } from './asked-over.ts';
import { assessBurnRules, BURN_RULES, type BurnRule } from './assess-burn.ts';
import type { Counts } from './counts.ts';
import { type MetricOrder, measureWindow } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** What was counted over one of the windows, and how that was judged by itself. */
interface CountedOver {
  readonly counts?: Counts;
  readonly judgement: Judgement;
}

/**
 * Whether the budget of a gate's objective burns: its counts are asked over every window of the rules, side by side. Its judgement spans
 * the short window of the rule that speaks, since that must burn for any rule to: what passes after the write has seen that much of what
 * was written. Reads only; a window that could not be counted is never a pass.
 */
export const measureBurn = async (
  order: MetricOrder,
  test: BurnTest,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<{ readonly judgement: Judgement }> => {
  const { gate, name, target } = order;
  const rules = burnRulesOf(test);
  const windows = [...new Set(rules.flatMap(({ longMs, shortMs }) => [longMs, shortMs]))];
  const at = order.at ?? outside.clock.now();
  const asked = windows.map(async (ms) => [ms, await countOver(order, ms, outside, tools, signal)] as const);
  const counted = new Map<number, CountedOver>(await Promise.all(asked));
  const allowed = gate.failAbove ?? 0;
  const found = assessBurnRules(rules, (ms) => counted.get(ms)?.counts, allowed, gate.minRequests);
  const { telling = rules[0], because, ...conclusion } = found;
  const [long, short] = [telling?.longMs, telling?.shortMs].map((ms) => counted.get(ms ?? 0));
  const unread = [long, short].find((each) => each !== undefined && each.counts === undefined)?.judgement;
  const prefix = `gate ${name} on ${target.name}: `;
  const why = unread === undefined ? '' : `; ${unread.because.replace(prefix, '')}`;
  const isError = conclusion.verdict === 'inconclusive' && unread?.verdict === 'error';
  return {
    judgement: {
      gate: name,
      kind: 'metric',
      target: target.name,
      ...conclusion,
      verdict: isError ? 'error' : conclusion.verdict,
      because: `${prefix}${because}${why}`,
      query: [long, short].map((each) => each?.judgement.query ?? '').join('; '),
      ...(short?.judgement.source === undefined ? {} : { source: short.judgement.source }),
      window: { from: at - (telling?.shortMs ?? 0), to: at },
    },
  };
};

/**
 * Whether the budget of a gate's objective burns by the slots of scheduled probes: as `measureBurn`, by first attempts from every region.
 * A region that has itself to blame has no attempts. Nothing probed in the shortest window is inconclusive: nobody watches. Pure.
 */
export const assessProbeBurn = (
  name: string,
  gate: MetricGate,
  probe: string,
  target: string,
  slots: readonly (Counts & { readonly at: number })[],
  now: number,
): Judgement => {
  const allowed = gate.failAbove ?? 0;
  const rules = burnRulesOf({ severity: 'page' });
  const countsOver = (ms: number): Counts => {
    const within = slots.filter(({ at }) => at > now - ms);
    return {
      requests: within.reduce((sum, { requests }) => sum + requests, 0),
      failures: within.reduce((sum, { failures }) => sum + failures, 0),
    };
  };
  const { telling = rules[0], because, ...conclusion } = assessBurnRules(rules, countsOver, allowed, gate.minRequests);
  return {
    gate: name,
    kind: 'metric',
    target,
    ...conclusion,
    because: `gate ${name} on ${target}: ${because}`,
    query: `gate ${probe}`,
    source: 'scheduled probes',
    window: { from: now - (telling?.shortMs ?? 0), to: now },
  };
};

/** The rules of a gate: those that somebody is woken for, or all of them. */
const burnRulesOf = ({ severity }: Pick<BurnTest, 'severity'>): readonly BurnRule[] =>
  BURN_RULES.filter((rule) => severity === 'ticket' || rule.severity === 'page');

/** Counts over one window; none where they are not sound, which its judgement says. No requests at all is a count. */
const countOver = async (
  order: MetricOrder,
  ms: number,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<CountedOver> => {
  const gate = askedOver(order.gate, ms, kindOf(order.source));
  const { judgement, counts } = await measureWindow({ ...order, gate }, outside, tools, signal);
  if (counts === undefined || (judgement.verdict !== 'pass' && counts.requests > 0)) return { judgement };
  return { judgement, counts };
};
