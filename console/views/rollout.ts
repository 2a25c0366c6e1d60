import type { Approval } from '../../shared/approval/approval.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import type { RolloutEvent } from '../../shared/ledger/events.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import { cutBatches } from '../../shared/rollout/next-batch.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { factsOf, type Provider } from '../../shared/rollout/target.ts';
import type { EvidenceRow, RolloutRows, WaveRows } from '../rows/rollout-rows.ts';
import { type FlagView, flagViews } from './flags.ts';
import { type GateView, gateViews } from './gates.ts';
import { type Situation, situationOf } from './situation.ts';
import { type TargetStatus, targetStatus } from './target-status.ts';
import { type WaveStatus, waveStatus } from './wave-status.ts';

/** A rollout as a page, and `status --json`, show it. Plain JSON, no credentials; times are epoch milliseconds. */
export interface RolloutView {
  readonly rollout: string;
  readonly repository: string;
  readonly commit: string;
  readonly release?: Digest;
  readonly startedAt: number;
  readonly startedBy: string;
  readonly authors: readonly string[];
  /** The one private target it is for. */
  readonly only?: string;
  readonly end?: NonNullable<Rollout['end']>;
  readonly situation: Situation;
  readonly waves: readonly WaveView[];
  /** Targets that the rollout ends without. */
  readonly debt: readonly string[];
  /** What the clusters said of the first failed deployments. */
  readonly evidence: readonly { readonly target: string; readonly objects: readonly EvidenceRow[] }[];
  readonly events: readonly RolloutEvent[];
}

export interface WaveView {
  readonly wave: string;
  readonly status: WaveStatus;
  readonly because?: string;
  /** Targets that have the release, or on the way back have left it. */
  readonly done: number;
  readonly total: number;
  readonly batches: readonly (readonly TargetView[])[];
  readonly maxFailures: number;
  readonly soakMs: number;
  /** While it soaks: when that is over. */
  readonly soakEndsAt?: number;
  /** Names of the gates that are configured. */
  readonly gateNames: readonly string[];
  readonly gates: readonly GateView[];
  /** Feature flags that are, or shall be, set in it. */
  readonly flags: readonly FlagView[];
  readonly asksApproval: boolean;
  readonly approval?: ApprovalSummary;
  readonly stop?: { readonly because: string; readonly at: number };
  readonly plan?: Digest;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export interface TargetView {
  readonly target: string;
  readonly provider: Provider;
  readonly region: string;
  readonly status: TargetStatus;
  readonly because?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Digest of what the cluster said of a failure. */
  readonly evidence?: Digest;
}

/** What others need to know of an approval. */
export type ApprovalSummary = Pick<
  Approval,
  'approval' | 'plan' | 'roles' | 'people' | 'askedAt' | 'expiresAt' | 'votes' | 'decision'
>;

/** A rollout as it stands at `now`. Pure. */
export const rolloutView = (rows: RolloutRows, now: number): RolloutView => {
  const { rollout, release } = rows;
  const waves = release === undefined ? [] : rows.waves.map((wave) => waveView(rows, wave, release));
  return {
    rollout: rollout.rollout,
    repository: rollout.repository,
    commit: rollout.commit,
    ...(rollout.release === undefined ? {} : { release: rollout.release }),
    startedAt: rollout.startedAt,
    startedBy: rollout.startedBy,
    authors: rollout.authors,
    ...(rollout.only === undefined ? {} : { only: rollout.only }),
    ...(rollout.end === undefined ? {} : { end: rollout.end }),
    situation: situationOf(rows, waves, now),
    waves,
    debt: rows.debt,
    evidence: [...rows.evidence].map(([target, objects]) => ({ target, objects })),
    events: rows.events,
  };
};

const waveView = (rows: RolloutRows, waveRows: WaveRows, release: Release): WaveView => {
  const { wave, forward, back, approval } = waveRows;
  const status = waveStatus(rows.rollout.rollout, waveRows);
  const isBack = status === 'going-back' || status === 'back' || back.plan !== undefined;
  const pass = isBack ? back : forward;
  const { progress } = forward;
  const plan = forward.plan;
  const names =
    plan === undefined
      ? wave.targets.toSorted()
      : [...plan.targets, ...plan.unreachable].map(({ target }) => target).toSorted();
  const batches = cutBatches(names, wave.batches).map((batch) =>
    batch.map((target) => targetView(target, rows, waveRows, release)),
  );
  const targets = batches.flat();
  const counted = isBack ? targets.filter((target) => rows.begun.has(target.target)) : targets;
  const doneStatuses: readonly TargetStatus[] = isBack ? ['back'] : ['deployed', 'soaking', 'verified'];
  const lastWrite = Math.max(
    progress.flagsSeenAt ?? 0,
    ...[...forward.deployments.values()].map((each) => each.endedAt),
  );
  const because = pass.progress.because ?? forward.progress.because;
  const soakMs = forward.progress.longSoak?.ms ?? wave.soakMs;
  return {
    wave: wave.name,
    status,
    ...(because === undefined ? {} : { because }),
    done: counted.filter((target) => doneStatuses.includes(target.status)).length,
    total: counted.length,
    batches,
    maxFailures: wave.maxFailures,
    soakMs,
    ...(status === 'soaking' ? { soakEndsAt: (lastWrite === 0 ? (progress.judgingAt ?? 0) : lastWrite) + soakMs } : {}),
    gateNames: wave.gates,
    gates: gateViews(forward.judgements, release.gates, wave.gates),
    flags: flagViews(release, wave.name, plan, waveRows.flags),
    asksApproval: wave.approval !== undefined,
    ...(approval === undefined ? {} : { approval: summaryOf(approval) }),
    ...(forward.stop === undefined ? {} : { stop: forward.stop }),
    ...(progress.plan === undefined ? {} : { plan: progress.plan }),
    ...(progress.plannedAt === undefined ? {} : { startedAt: progress.plannedAt }),
    ...(pass.progress.closedAt === undefined ? {} : { endedAt: pass.progress.closedAt }),
  };
};

const targetView = (name: string, rows: RolloutRows, waveRows: WaveRows, release: Release): TargetView => {
  const target = release.targets[name];
  const facts = target === undefined ? undefined : factsOf(target);
  const record = waveRows.back.deployments.get(name) ?? waveRows.forward.deployments.get(name);
  return {
    target: name,
    provider: facts?.provider ?? 'kubeconfig',
    region: facts?.region ?? '',
    ...targetStatus(name, waveRows, rows.begun),
    ...(record === undefined ? {} : { startedAt: record.startedAt, endedAt: record.endedAt }),
    ...(record?.evidence === undefined ? {} : { evidence: record.evidence }),
  };
};

const summaryOf = ({
  approval,
  plan,
  roles,
  people,
  askedAt,
  expiresAt,
  votes,
  decision,
}: Approval): ApprovalSummary => ({
  approval,
  plan,
  roles,
  people,
  askedAt,
  expiresAt,
  votes,
  ...(decision === undefined ? {} : { decision }),
});
