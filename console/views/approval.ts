import type { Actor, Permission } from '../../shared/access/authorise.ts';
import type { Approval, Vote } from '../../shared/approval/approval.ts';
import { permissionsOf } from '../../shared/approval/next-approval.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import { type TargetState, wayBack } from '../../shared/ledger/target-state.ts';
import { describeOpenBudgets } from '../../shared/rollout/lifted-budgets.ts';
import { type ActionCounts, sumActions, type WavePlan } from '../../shared/rollout/plan.ts';
import { factsOf, type Provider } from '../../shared/rollout/target.ts';
import type { ApprovalRows } from '../rows/read-approval.ts';
import { type DiffGroup, groupDiffs } from './diff-groups.ts';
import { type FindingGroup, groupFindings } from './findings.ts';
import { type FlagView, plannedFlagViews } from './flags.ts';
import type { GateView } from './gates.ts';
import { groupKept, type KeptGroup } from './kept.ts';
import { type NamedView, namedView } from './named-deletes.ts';
import { groupJobs, type JobGroup } from './planned-jobs.ts';
import { groupRestarts, type RestartGroup } from './restart-groups.ts';
import { rolloutView } from './rollout.ts';
import { standingText } from './standing-text.ts';
import type { WaveStatus } from './wave-status.ts';

/** What a person needs to decide on: what exactly will change, where, what is known so far, what happens if it goes wrong. */
export interface ApprovalView {
  readonly approval: string;
  readonly rollout: string;
  readonly commit: string;
  readonly wave: string;
  readonly release: Digest;
  /** The plan digest: what is approved, and nothing else. */
  readonly plan: Digest;
  readonly state: 'open' | 'approved' | 'rejected' | 'expired' | 'closed';
  readonly roles: readonly string[];
  readonly people: number;
  readonly votes: readonly Vote[];
  /** What only an approval by name may delete: the list, who may name it, and how many have. */
  readonly deletes?: NamedView & { readonly roles: readonly string[]; readonly people: number; readonly named: number };
  /** Error budgets that a yes lifts, one sentence each. */
  readonly budgets: readonly string[];
  readonly authors: readonly string[];
  readonly startedBy: string;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly counts: ActionCounts;
  readonly groups: readonly DiffGroup[];
  /** What will have trouble, and what was waived. */
  readonly findings: readonly FindingGroup[];
  /** What is no longer in the release and stays all the same. */
  readonly kept: readonly KeptGroup[];
  readonly restarts: readonly RestartGroup[];
  /** What runs once around the deployment. */
  readonly jobs: readonly JobGroup[];
  /** Feature flags that are set once its targets run. */
  readonly flags: readonly FlagView[];
  readonly targets: readonly PlannedTargetView[];
  readonly unreachable: WavePlan['unreachable'];
  /** The waves before, as they ended. */
  readonly evidence: readonly EvidenceOfWave[];
  /** Whether the one who looks may approve and reject, and why not. */
  readonly may: {
    readonly approve: Permission;
    readonly reject: Permission;
    /** Only where there are deletes to name. */
    readonly nameDeletes?: Permission;
    /** A yes names the deletes and does not count for the wave. */
    readonly namesOnly?: true;
  };
}

export interface PlannedTargetView {
  readonly target: string;
  readonly provider: Provider;
  readonly region: string;
  readonly counts: ActionCounts;
  /** What the target has now, and goes back to if the wave fails. */
  readonly wayBack?: string;
}

export interface EvidenceOfWave {
  readonly wave: string;
  readonly status: WaveStatus;
  readonly done: number;
  readonly total: number;
  /** From its plan to its end. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly gates: readonly GateView[];
}

/** An approval as `actor` sees it at `now`. Pure. */
export const approvalView = (rows: ApprovalRows, actor: Actor, now: number): ApprovalView => {
  const { approval, rollout, plan, planned, states } = rows;
  const { roles, authors } = approval;
  const view = rolloutView(rollout, now);
  const at = view.waves.findIndex(({ wave }) => wave === approval.wave);
  const facts = new Map(planned.map(({ target }) => [target.name, factsOf(target)]));
  return {
    approval: approval.approval,
    rollout: approval.rollout,
    commit: view.commit,
    wave: approval.wave,
    release: approval.release,
    plan: approval.plan,
    state: stateOf(approval, view.end !== undefined || view.waves[at]?.status !== 'waiting-for-approval', now),
    roles,
    people: approval.people,
    votes: approval.votes,
    ...deletesOf(approval, planned),
    budgets: (approval.budgets ?? []).map((budget) => describeOpenBudgets([budget])),
    authors,
    startedBy: view.startedBy,
    askedAt: approval.askedAt,
    expiresAt: approval.expiresAt,
    counts: sumActions(plan.targets.map(({ counts }) => counts)),
    groups: groupDiffs(planned),
    findings: groupFindings(planned),
    kept: groupKept(planned.map((each) => each.plan)),
    jobs: groupJobs(planned.map((each) => each.plan)),
    flags: plannedFlagViews(plan),
    restarts: groupRestarts(planned.map(({ plan: own }) => own)),
    targets: plan.targets.map(({ target, counts }) => ({
      target,
      provider: facts.get(target)?.provider ?? 'kubeconfig',
      region: facts.get(target)?.region ?? '',
      counts,
      ...wayBackOf(states.get(target), approval.rollout),
    })),
    unreachable: plan.unreachable,
    evidence: view.waves.slice(0, Math.max(0, at)).map(({ wave, status, done, total, startedAt, endedAt, gates }) => ({
      wave,
      status,
      done,
      total,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      gates,
    })),
    may: mayOf(approval, actor),
  };
};

/** Who may do only one of two things may do that. */
const mayOf = (approval: Approval, actor: Actor): ApprovalView['may'] => {
  const { wave, deletes } = permissionsOf(approval, 'approve', actor);
  const reject = permissionsOf(approval, 'reject', actor);
  return {
    approve: deletes?.allowed ? deletes : wave,
    reject: reject.deletes?.allowed ? reject.deletes : reject.wave,
    ...(deletes === undefined ? {} : { nameDeletes: deletes }),
    ...(deletes?.allowed === true && !wave.allowed ? { namesOnly: true } : {}),
  };
};

const deletesOf = ({ deletes, votes }: Approval, planned: ApprovalRows['planned']): Pick<ApprovalView, 'deletes'> => {
  const view = namedView(planned);
  if (deletes === undefined || view === undefined) return {};
  const { roles, people } = deletes;
  return { deletes: { ...view, roles, people, named: votes.filter((vote) => vote.deletes !== undefined).length } };
};

const stateOf = (approval: Approval, isOver: boolean, now: number): ApprovalView['state'] => {
  if (approval.decision !== undefined) return approval.decision;
  if (now >= approval.expiresAt) return 'expired';
  return isOver ? 'closed' : 'open';
};

const wayBackOf = (state: TargetState | undefined, rollout: string): { readonly wayBack?: string } => {
  const standing = state === undefined ? undefined : wayBack(state, rollout);
  return standing === undefined ? {} : { wayBack: standingText(standing) };
};
