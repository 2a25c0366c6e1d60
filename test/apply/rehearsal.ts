import { applyManifests } from '../../shared/apply/apply-manifests.ts';
import type { DeleteLimits } from '../../shared/apply/assess-deletes.ts';
import type { JobLog } from '../../shared/apply/jobs/job-log.ts';
import type { JobRules } from '../../shared/apply/jobs/read-jobs.ts';
import { rememberJobs } from '../../shared/apply/jobs/remember-jobs.ts';
import { planTarget } from '../../shared/apply/plan-target.ts';
import { type PruneResult, pruneObjects } from '../../shared/apply/prune-objects.ts';
import { type RestartRules, usualRules } from '../../shared/apply/restarts/plan-restarts.ts';
import { rememberRestarts } from '../../shared/apply/restarts/remember-restarts.ts';
import type { Restarting } from '../../shared/apply/restarts/restart-log.ts';
import { runJobs } from '../../shared/apply/run-jobs.ts';
import { type SettleResult, settleTarget } from '../../shared/apply/settle-target.ts';
import type { Progress, SliceResult } from '../../shared/apply/slice.ts';
import type { Journal } from '../../shared/apply/writing.ts';
import type { Cluster, ClusterRequest } from '../../shared/clouds/cluster.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { ObjectId, TargetPlan } from '../../shared/rollout/plan.ts';
import type { Manifest, RenderedTarget, SettledRule } from '../../shared/rollout/release.ts';

/** A request as the cluster got it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
}

/** A cluster that keeps what was asked of it. `before` may throw in place of a request, `after` in place of its answer. */
export interface RecordedCluster extends Cluster {
  readonly seen: Seen[];
}

export interface Faults {
  readonly before?: (seen: Seen) => void;
  readonly after?: (seen: Seen) => void;
}

export const recordCluster = (
  request: (path: string, init?: ClusterRequest) => Promise<Response>,
  { before, after }: Faults = {},
): RecordedCluster => {
  const seen: Seen[] = [];
  return {
    target: 'rehearsal',
    seen,
    request: async (path, init) => {
      const asked = { method: init?.method ?? 'GET', path, userAgent: init?.headers?.['user-agent'] ?? '' };
      before?.(asked);
      seen.push(asked);
      const response = await request(path, init);
      after?.(asked);
      return response;
    },
  };
};

export const isWrite = ({ method, path }: Seen): boolean => method !== 'GET' && !path.includes('dryRun=All');
export const isDryRun = ({ path }: Seen): boolean => path.includes('dryRun=All');
/** `PATCH deployments/web`: enough of a write to tell which it was. */
export const inShort = ({ method, path }: Seen): string =>
  `${method} ${(path.split('?')[0] ?? '').split('/').slice(-2).join('/')}`;

export const renderedOf = (services: Readonly<Record<string, readonly Manifest[]>>): RenderedTarget => ({
  target: 'rehearsal',
  services: Object.entries(services).map(([service, objects]) => ({
    service,
    objects: objects.map((object, place) => ({ object, source: `services/${service}.yaml:${place + 1}` })),
  })),
});

export const releaseOf = (rendered: RenderedTarget) => digestOf(`release of ${canonicalJson(rendered)}`);

export interface Stage {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly namespace: string;
  /** Length of one invocation. */
  readonly sliceMs?: number;
}

export const keepJournal = (): Journal & { readonly lines: string[] } => {
  const lines: string[] = [];
  return {
    lines,
    intent: async ({ id, verb }) => `${lines.push(`${verb} ${id}`)}`,
    outcome: async (intent, { status, code }) =>
      void lines.push(`${intent} ${status}${code === undefined ? '' : ` ${code}`}`),
  };
};

const invocationOf = ({ clock, sliceMs = 60_000 }: Stage) => ({
  signal: new AbortController().signal,
  deadline: clock.now() + sliceMs,
});

export const plan = async (
  rendered: RenderedTarget,
  { cluster, namespace, clock }: Stage,
  restarts: RestartRules = usualRules,
): Promise<TargetPlan> => {
  const { signal } = invocationOf({ cluster, namespace, clock });
  const planned = await planTarget({ cluster, rendered, release: releaseOf(rendered), namespace, signal, restarts });
  if (planned.status === 'refused') throw new Error(`refused: ${JSON.stringify(planned.refusals)}`);
  return planned.plan;
};

/** As `plan`, under limits on what it deletes, or with what an earlier one left standing. */
export const planBack = async (
  rendered: RenderedTarget,
  { cluster, namespace }: Stage,
  deletes: DeleteLimits | undefined,
  kept: readonly ObjectId[] = [],
): Promise<TargetPlan> => {
  const { signal } = new AbortController();
  const limits = deletes === undefined ? {} : { deletes };
  const input = { cluster, rendered, release: releaseOf(rendered), namespace, signal, kept, ...limits };
  const planned = await planTarget(input);
  if (planned.status === 'refused') throw new Error(`refused: ${JSON.stringify(planned.refusals)}`);
  return planned.plan;
};

/** Runs slices until one has something else to say than that it is not done. */
const slices = async <Result extends { readonly status: string; readonly retryAfterSeconds?: number }>(
  clock: Clock,
  run: () => Promise<Result>,
): Promise<Result> => {
  for (let slice = 0; slice < 1000; slice++) {
    const result = await run();
    if (result.status !== 'in-progress') return result;
    await clock.sleep((result.retryAfterSeconds ?? 0) * 1000);
  }
  throw new Error('a thousand slices and not done');
};

/** What ordered restarts go by in a rehearsal: a log of their own, and a gate that is open. */
export const restartingOf = (clock: Clock, given: Partial<Restarting> = {}): Restarting => ({
  log: rememberRestarts(),
  gate: async () => ({ passed: true }),
  since: clock.now(),
  settleWithinMs: 120_000,
  isBack: false,
  ...given,
});

export interface Carried {
  readonly approved: TargetPlan;
  readonly unnamed?: readonly ObjectId[];
  readonly restarting?: Restarting;
  readonly jobs?: JobLog;
  readonly takenBack?: ReadonlyMap<`sha256:${string}`, RenderedTarget>;
  readonly fence?: number;
  readonly journal?: Journal;
  readonly guard?: () => Promise<string | undefined>;
}

export const apply = (rendered: RenderedTarget, stage: Stage, carried: Carried): Promise<SliceResult> => {
  let progress: Progress = {};
  const { restarting = restartingOf(stage.clock), jobs = rememberJobs('rehearsal', stage.clock) } = carried;
  return slices(stage.clock, async () => {
    const [input, outside, invocation] = inputs(rendered, stage, carried, progress);
    const result = await applyManifests(input, { ...outside, restarting, jobs }, invocation);
    progress = result.progress;
    return result;
  });
};

/** The jobs that come when all has settled. */
export const runAfter = (rendered: RenderedTarget, stage: Stage, carried: Carried): Promise<SliceResult> => {
  const { jobs = rememberJobs('rehearsal', stage.clock) } = carried;
  return slices(stage.clock, () => {
    const [input, outside, invocation] = inputs(rendered, stage, carried, {});
    return runJobs(input, { ...outside, jobs }, invocation);
  });
};

/** A plan with the jobs around it. */
export const planWithJobs = async (
  rendered: RenderedTarget,
  { cluster, namespace }: Stage,
  jobs: Partial<JobRules> = {},
): Promise<TargetPlan> => {
  const { signal } = new AbortController();
  const rules: JobRules = { records: [], takenBack: [], withinMs: 60_000, ...jobs };
  const input = { cluster, rendered, release: releaseOf(rendered), namespace, signal, jobs: rules };
  const planned = await planTarget(input);
  if (planned.status === 'refused') throw new Error(`refused: ${JSON.stringify(planned.refusals)}`);
  return planned.plan;
};

export const prune = (rendered: RenderedTarget, stage: Stage, carried: Carried): Promise<PruneResult> =>
  slices(stage.clock, () => pruneObjects(...inputs(rendered, stage, carried, {})));

/** One slice of pruning, whatever it comes to. */
export const pruneOnce = (rendered: RenderedTarget, stage: Stage, carried: Carried): Promise<PruneResult> =>
  pruneObjects(...inputs(rendered, stage, carried, {}));

const inputs = (
  rendered: RenderedTarget,
  stage: Stage,
  { approved, unnamed = [], takenBack, fence = 1, journal = keepJournal(), guard = async () => undefined }: Carried,
  progress: Progress,
): Parameters<typeof pruneObjects> => [
  {
    rendered,
    release: approved.release,
    namespace: stage.namespace,
    approved,
    plan: digestOf(canonicalJson(approved)),
    progress,
    unnamed,
    ...(takenBack === undefined ? {} : { takenBack }),
  },
  { cluster: stage.cluster, clock: stage.clock, guard, journal, fence },
  invocationOf(stage),
];

export const settle = (
  rendered: RenderedTarget,
  stage: Stage,
  progress: Progress,
  withinMs = 60_000,
  rules: readonly SettledRule[] = [],
): Promise<SettleResult> => {
  const since = stage.clock.now();
  return slices(stage.clock, () =>
    settleTarget(
      { rendered, namespace: stage.namespace, progress, rules, since, until: since + withinMs },
      stage,
      invocationOf(stage),
    ),
  );
};

/** The whole way of one deployment. */
export const deploy = async (rendered: RenderedTarget, stage: Stage): Promise<TargetPlan> => {
  const approved = await plan(rendered, stage);
  const applied = await apply(rendered, stage, { approved });
  if (applied.status !== 'done') throw new Error(`not applied: ${JSON.stringify(applied)}`);
  const settled = await settle(rendered, stage, applied.progress);
  if (settled.status !== 'settled') throw new Error(`not settled: ${JSON.stringify(settled)}`);
  const pruned = await prune(rendered, stage, { approved });
  if (pruned.status !== 'done') throw new Error(`not pruned: ${JSON.stringify(pruned)}`);
  return approved;
};
