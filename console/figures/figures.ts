import type { AvailabilityStanding } from '../../shared/availability/assess-objective-standings.ts';
import { assessDelivery, deliveryWindowMs, type Quantiles, quantiles } from '../../shared/delivery/assess-delivery.ts';
import type { Drift } from '../../shared/drift/drift-row.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { End } from '../../shared/rollout/outcome.ts';
import type { Verdict } from '../../shared/rollout/verdict.ts';
import type { PrivateRow } from '../rows/read-private.ts';
import type { Family, Sample } from './exposition.ts';

/** What the figures are made of. */
export interface FiguresRows {
  /** The newest rollouts, enough for the window or as many as are looked at. */
  readonly rollouts: readonly Rollout[];
  readonly verdicts: readonly { readonly kind: string; readonly verdict: Verdict }[];
  readonly availability: readonly AvailabilityStanding[];
  readonly approvalsOpen: number;
  /** Rollouts that wait for a wave, by wave. */
  readonly queue: Readonly<Record<string, number>>;
  /** Targets by the commit that is verified on them. */
  readonly targetsByCommit: Readonly<Record<string, number>>;
  readonly silentProbers: Readonly<Record<string, number>>;
  readonly following: readonly PrivateRow[];
  readonly drifts: readonly Drift[];
}

const ends: readonly End[] = ['succeeded', 'partial', 'failed', 'rolled_back', 'aborted', 'refused', 'superseded'];
const verdicts: readonly Verdict[] = ['pass', 'fail', 'error', 'inconclusive'];

/**
 * Our own figures. Labels are waves, targets, gates and closed lists: never a commit, a digest or a rollout, of which there is no end. Pure.
 */
export const figures = (rows: FiguresRows, now: number): readonly Family[] => {
  const { rollouts, availability } = rows;
  const ended = rollouts.flatMap(({ end, startedAt }) =>
    end !== undefined && end.at > now - deliveryWindowMs ? [{ ...end, seconds: (end.at - startedAt) / 1_000 }] : [],
  );
  const delivery = assessDelivery(rollouts, now);
  const kinds = [...new Set(rows.verdicts.map(({ kind }) => kind))].sort();
  const gauge = (name: string, help: string, samples: readonly Sample[], unit?: Family['unit']): Family => ({
    name: `tidegate_${name}`,
    help,
    samples,
    ...(unit === undefined ? {} : { unit }),
  });
  const each = (value: (standing: AvailabilityStanding) => number) =>
    availability.map((standing) => sample(value(standing), { target: standing.target, gate: standing.gate }));
  return [
    gauge(
      'rollouts',
      'Rollouts that ended within 30 days, by how.',
      byLabel(
        'outcome',
        ends,
        ended.map(({ outcome }) => outcome),
      ),
    ),
    gauge('rollouts_running', 'Rollouts under way.', [sample(rollouts.filter(({ end }) => end === undefined).length)]),
    gauge(
      'rollout_duration_seconds',
      'From start to end, of rollouts that ended within 30 days.',
      ofQuantiles(quantiles(ended.map(({ seconds }) => seconds))),
      'seconds',
    ),
    gauge(
      'gate_verdicts',
      'Verdicts recorded in rollouts of the last day, by kind of gate.',
      kinds.flatMap((kind) =>
        verdicts.map((verdict) =>
          sample(rows.verdicts.filter((one) => one.kind === kind && one.verdict === verdict).length, { kind, verdict }),
        ),
      ),
    ),
    gauge('approvals_open', 'Waves that wait for people.', [sample(rows.approvalsOpen)]),
    gauge('queue_length', 'Rollouts that wait for a wave.', ofRecord('wave', rows.queue)),
    gauge('releases_live', 'Different commits verified on targets; more than 1 is skew.', [
      sample(Object.keys(rows.targetsByCommit).length),
    ]),
    gauge('targets_verified', 'Targets with a verified release.', [
      sample(Object.values(rows.targetsByCommit).reduce((sum, count) => sum + count, 0)),
    ]),
    gauge(
      'probe_attempts',
      'First attempts of scheduled probes within 30 days, by result.',
      availability.flatMap(({ target, gate, requests, failures, invalid }) => [
        sample(requests - failures, { target, gate, result: 'passed' }),
        sample(failures, { target, gate, result: 'failed' }),
        sample(invalid, { target, gate, result: 'invalid' }),
      ]),
    ),
    gauge(
      'probe_failures_with_retry',
      'Of the failed, those whose one retry failed too.',
      each((one) => one.failuresWithRetry),
    ),
    gauge(
      'probe_slots_expected',
      'Minutes and regions that should have been probed within 30 days.',
      each((one) => one.slots.expected),
    ),
    gauge(
      'probe_slots_missing',
      'Of the expected, those that were not.',
      each((one) => one.slots.missing),
    ),
    gauge(
      'probers_silent',
      'Targets that a region should probe and has not for minutes.',
      ofRecord('region', rows.silentProbers),
    ),
    gauge(
      'target_out',
      '1 while enough regions see the gate fail.',
      each((one) => (one.outage === undefined ? 0 : 1)),
    ),
    gauge(
      'drifted_objects',
      'Objects of a target that are not as they were deployed, at the last look that found out.',
      rows.drifts.flatMap(({ target, status, count }) =>
        status === 'unknown' ? [] : [sample(count ?? 0, { target })],
      ),
    ),
    gauge(
      'drift_looked_seconds',
      'How long ago a target was looked at for drift, whatever came of it.',
      rows.drifts.map(({ target, at }) => sample((now - at) / 1_000, { target })),
      'seconds',
    ),
    gauge(
      'objective_allowed_ratio',
      'Share of first attempts that may fail.',
      each((one) => one.allowed),
      'ratio',
    ),
    gauge(
      'objective_shown_ratio',
      'Share that fails at most, with 95 % confidence.',
      each((one) => one.upper),
      'ratio',
    ),
    gauge(
      'objective_state',
      '1 for what can be said of the objective.',
      availability.flatMap(({ target, gate, state }) =>
        (['met', 'broken', 'unknown'] as const).map((one) =>
          sample(one === state ? 1 : 0, { target, gate, state: one }),
        ),
      ),
    ),
    gauge(
      'budget_left_failures',
      'Failures that may still happen among as many attempts.',
      each((one) => one.budget.left),
    ),
    gauge(
      'private_behind_seconds',
      'How long a private target has been without what the fleet has; 0 while it has it.',
      rows.following.map(({ target, lag }) => sample(lag === undefined ? 0 : (now - lag.since) / 1_000, { target })),
      'seconds',
    ),
    gauge(
      'private_debt',
      '1 while a private target is behind the fleet for longer than it may be.',
      rows.following.map(({ target, lag }) => sample(lag?.isDebt === true ? 1 : 0, { target })),
    ),
    gauge('delivery_deployments', 'Deployments within 30 days (DORA).', [sample(delivery.deployments)]),
    gauge(
      'delivery_lead_time_seconds',
      'From merge to the end of the last wave (DORA).',
      ofQuantiles(delivery.leadSeconds),
      'seconds',
    ),
    gauge(
      'delivery_change_failure_ratio',
      'Share of changes that failed or went back (DORA).',
      delivery.changeFailureRate === undefined ? [] : [sample(delivery.changeFailureRate)],
      'ratio',
    ),
    gauge(
      'delivery_time_to_restore_seconds',
      'From the start of what failed to when it was whole again (DORA).',
      ofQuantiles(delivery.restoreSeconds),
      'seconds',
    ),
    gauge('delivery_not_restored', 'Failed changes after which nothing good has come yet.', [
      sample(delivery.notRestored),
    ]),
  ];
};

const sample = (value: number, labels: Sample['labels'] = {}): Sample => ({ labels, value });

const byLabel = (label: string, values: readonly string[], found: readonly string[]): readonly Sample[] =>
  values.map((value) => sample(found.filter((each) => each === value).length, { [label]: value }));

const ofRecord = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([value, count]) => sample(count, { [label]: value }));

const ofQuantiles = (found: Quantiles | undefined): readonly Sample[] =>
  found === undefined ? [] : [sample(found.median, { statistic: 'median' }), sample(found.p90, { statistic: 'p90' })];
