import type { KeptJudgement, Moment } from '../../shared/ledger/waves.ts';
import type { GateSpec } from '../../shared/rollout/gate.ts';
import { type GateKind, type Verdict, worstVerdict } from '../../shared/rollout/verdict.ts';

/** One gate of a wave at the moment it was judged last, the worst of its targets speaking for all. */
export interface GateView {
  readonly gate: string;
  readonly kind: GateKind;
  readonly moment: Moment;
  readonly at: number;
  readonly verdict: Verdict;
  /** Judgements that say pass, of how many. */
  readonly passed: number;
  readonly of: number;
  /** How numbers of this gate are written: a share as percent. */
  readonly unit: 'share' | 'number';
  /** `< 0.1 %`, as configured. */
  readonly limit?: string;
  readonly worst: KeptJudgement;
  /** Every judgement of the gate, all moments, the gravest first. */
  readonly judgements: readonly KeptJudgement[];
}

const moments: readonly Moment[] = ['before', 'during', 'after'];
const gravity: readonly Verdict[] = ['fail', 'error', 'inconclusive', 'pass'];

/** The judgements of a wave, gate by gate, in the order the wave names them; what judges every wave comes last. Pure. */
export const gateViews = (
  judgements: readonly KeptJudgement[],
  specs: Readonly<Record<string, GateSpec>>,
  order: readonly string[],
): readonly GateView[] => {
  const names = new Set([...order, ...judgements.map((each) => each.gate)]);
  return [...names].flatMap((gate) => {
    const all = judgements.filter((each) => each.gate === gate).toSorted(byGravity);
    const moment = moments.findLast((each) => all.some((judgement) => judgement.moment === each));
    const latest = all.filter((each) => each.moment === moment);
    const worst = latest[0];
    if (worst === undefined || moment === undefined) return [];
    const spec = specs[gate];
    const limit = spec === undefined ? undefined : limitOf(spec);
    return [
      {
        gate,
        kind: worst.kind,
        moment,
        at: Math.max(...latest.map((each) => each.at)),
        verdict: worstVerdict(latest.map((each) => each.verdict)),
        passed: latest.filter((each) => each.verdict === 'pass').length,
        of: latest.length,
        unit: spec === undefined ? 'number' : unitOf(spec),
        ...(limit === undefined ? {} : { limit }),
        worst,
        judgements: all,
      },
    ];
  });
};

const byGravity = (a: KeptJudgement, b: KeptJudgement): number =>
  gravity.indexOf(a.verdict) - gravity.indexOf(b.verdict) ||
  moments.indexOf(b.moment) - moments.indexOf(a.moment) ||
  ((a.target ?? '') < (b.target ?? '') ? -1 : 1);

const unitOf = (spec: GateSpec): GateView['unit'] =>
  spec.kind === 'probe' || spec.kind === 'budget' || (spec.kind === 'metric' && 'errors' in spec.query)
    ? 'share'
    : 'number';

/** The bound of a gate as configured, the shortest way to write it: `< 0.1 %`. */
export const limitOf = (gate: GateSpec): string | undefined => {
  const unit = unitOf(gate);
  if (gate.kind === 'probe') return gate.failuresBelow === 0 ? 'none' : `< ${quantity(gate.failuresBelow, unit)}`;
  if (gate.kind === 'alerts') return 'none';
  if (gate.kind === 'budget') return `${gate.atLeast === 0 ? '>' : '≥'} ${quantity(gate.atLeast, unit)}`;
  if (gate.kind === 'test') return undefined;
  if (gate.kind === 'score') return `≥ ${quantity(gate.pass, unit)}`;
  const bounds = [
    ...(gate.failBelow === undefined ? [] : [`≥ ${quantity(gate.failBelow, unit)}`]),
    ...(gate.failAbove === undefined ? [] : [`≤ ${quantity(gate.failAbove, unit)}`]),
  ];
  return bounds.length === 0 ? undefined : bounds.join(', ');
};

/** A measured number as people read it: four significant digits, a share as percent. */
export const quantity = (value: number, unit: GateView['unit']): string => {
  if (!Number.isFinite(value)) return String(value);
  const shown = String(Number((unit === 'share' ? value * 100 : value).toPrecision(4)));
  return unit === 'share' ? `${shown} %` : shown;
};
