import { assessObjective } from '../../shared/analysis/assess-objective.ts';
import type { Approval } from '../../shared/approval/approval.ts';
import { countVotes } from '../../shared/approval/count-votes.ts';
import {
  type AvailabilityStanding,
  assessObjectiveStandings,
} from '../../shared/availability/assess-objective-standings.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import type { TargetState } from '../../shared/ledger/target-state.ts';
import type { Hold } from '../../shared/rollout/holds.ts';
import { factsOf, type Provider, type Target } from '../../shared/rollout/target.ts';
import type { FleetRows } from '../rows/read-fleet.ts';
import { type RolloutView, rolloutView, type TargetView, type WaveView } from './rollout.ts';
import type { Situation } from './situation.ts';
import type { TargetStatus } from './target-status.ts';
import { isUnderWay } from './wave-status.ts';

/** The fleet: waves as columns, clouds as rows, a cell per target. */
export interface FleetView {
  /** Approvals that are open, oldest first: what waits for a person. */
  readonly waiting: readonly WaitingView[];
  /** What is halted, then frozen and paused, then held by alerts; of each the oldest first. */
  readonly holds: readonly Hold[];
  /** Rollouts under way, newest first. */
  readonly rollouts: readonly { readonly rollout: string; readonly commit: string; readonly situation: Situation }[];
  readonly waves: readonly FleetWave[];
  readonly providers: readonly Provider[];
  /** How available each target is by each of its probe gates: those that are out first, then by name. */
  readonly availability: readonly AvailabilityStanding[];
  /** How many targets have which release, most first. More than one is skew. */
  readonly releases: readonly { readonly release: Digest; readonly commit: string; readonly targets: number }[];
}

export interface WaitingView {
  readonly approval: string;
  readonly rollout: string;
  readonly wave: string;
  readonly plan: Digest;
  readonly roles: readonly string[];
  readonly people: number;
  readonly votes: number;
  /** Objects that only an approval by name may delete. */
  readonly deletes?: number;
  readonly targets: number;
  readonly askedAt: number;
  readonly expiresAt: number;
}

export interface FleetWave {
  readonly wave: string;
  readonly cells: readonly FleetCell[];
  /** The pass over it that is under way, or was the last. */
  readonly pass?: Pick<WaveView, 'status' | 'done' | 'total' | 'soakEndsAt' | 'gateNames' | 'gates' | 'endedAt'> & {
    readonly rollout: string;
    readonly commit: string;
  };
}

export interface FleetCell {
  readonly target: string;
  readonly provider: Provider;
  readonly region: string;
  readonly status: TargetStatus;
  readonly because?: string;
  /** What it has: the release begun last. */
  readonly release?: Digest;
  readonly commit?: string;
  /** Since when it has that. */
  readonly since?: number;
  /** The rollout that brought it, or is bringing it. */
  readonly rollout?: string;
  /** Why its API server refuses no stale writers by itself. */
  readonly unfenced?: string;
}

/** The fleet as it stands at `now`; waves and targets are those of the newest release that was prepared. Pure. */
export const fleetView = (rows: FleetRows, now: number, regions: readonly string[]): FleetView => {
  const views = rows.rollouts.map((each) => rolloutView(each, now));
  const release = rows.rollouts.find((each) => each.release !== undefined)?.release;
  const targets: Readonly<Record<string, Target>> = release?.targets ?? {};
  const waves = (release?.waves ?? []).map(({ name, targets: names }) => ({
    wave: name,
    cells: names.toSorted().flatMap((target) => {
      const known = targets[target];
      if (known === undefined) return [];
      return [{ ...fleetCell(known, rows.states.get(target), views), ...unfencedOf(rows, target) }];
    }),
    ...passOver(name, views),
  }));
  const order: readonly Provider[] = ['eks', 'gke', 'aks', 'kubeconfig'];
  const cells = waves.flatMap((wave) => wave.cells);
  return {
    waiting: rows.approvals.filter((approval) => isOpen(approval, views, now)).map((each) => waitingView(each, views)),
    holds: rows.holds.toSorted((a, b) => weightOf(a) - weightOf(b) || a.at - b.at),
    rollouts: views
      .filter(({ end }) => end === undefined)
      .map(({ rollout, commit, situation }) => ({ rollout, commit, situation })),
    waves,
    providers: order.filter((provider) => cells.some((cell) => cell.provider === provider)),
    releases: releasesOf(cells),
    availability: rows.probed
      .flatMap((each) => assessObjectiveStandings(each, regions, rows.outages, assessObjective, now))
      .toSorted((a, b) => Number(b.outage !== undefined) - Number(a.outage !== undefined)),
  };
};

/** What stops everything stands first, and what people hold before what alerts do. */
const weightOf = ({ kind }: Hold): number => ({ halt: 0, freeze: 1, pause: 1, alert: 2 })[kind];

const isOpen = (approval: Approval, views: readonly RolloutView[], now: number): boolean =>
  now < approval.expiresAt &&
  views.some(
    ({ rollout, waves }) =>
      rollout === approval.rollout &&
      waves.some(({ wave, status }) => wave === approval.wave && status === 'waiting-for-approval'),
  );

const waitingView = (approval: Approval, views: readonly RolloutView[]): WaitingView => ({
  approval: approval.approval,
  rollout: approval.rollout,
  wave: approval.wave,
  plan: approval.plan,
  roles: approval.roles,
  people: approval.people,
  votes: countVotes(approval).yes.length,
  ...(approval.deletes === undefined ? {} : { deletes: approval.deletes.count }),
  targets:
    views.find(({ rollout }) => rollout === approval.rollout)?.waves.find(({ wave }) => wave === approval.wave)
      ?.total ?? 0,
  askedAt: approval.askedAt,
  expiresAt: approval.expiresAt,
});

const unfencedOf = ({ fences }: FleetRows, target: string): Pick<FleetCell, 'unfenced'> => {
  const standing = fences.get(target)?.standing;
  return standing === undefined || standing.isEnforced ? {} : { unfenced: standing.because };
};

const fleetCell = (target: Target, state: TargetState | undefined, views: readonly RolloutView[]): FleetCell => {
  const { provider, region } = factsOf(target);
  const standing = state?.begun;
  const moving = views.find((view) => view.end === undefined && isTouched(targetIn(view, target.name)));
  // Of an ended rollout that wrote here last and was not verified, its own words say how it stands.
  const last = views.find(
    ({ rollout }) => rollout === standing?.rollout && standing.rollout !== state?.verified?.rollout,
  );
  const speaking = moving ?? last;
  const seen = speaking === undefined ? undefined : targetIn(speaking, target.name);
  return {
    target: target.name,
    provider,
    region,
    status: seen?.status ?? (state?.verified === undefined ? 'not-started' : 'verified'),
    ...(seen?.because === undefined ? {} : { because: seen.because }),
    ...(standing === undefined ? {} : { release: standing.release, commit: standing.commit, since: standing.at }),
    ...(speaking === undefined
      ? standing === undefined
        ? {}
        : { rollout: standing.rollout }
      : { rollout: speaking.rollout }),
  };
};

const targetIn = (view: RolloutView, name: string): TargetView | undefined =>
  view.waves.flatMap((wave) => wave.batches.flat()).find(({ target }) => target === name);

const isTouched = (target: TargetView | undefined): boolean => target !== undefined && target.status !== 'not-started';

const passOver = (name: string, views: readonly RolloutView[]): Pick<FleetWave, 'pass'> => {
  const passes = views.flatMap((view) => view.waves.flatMap((wave) => (wave.wave === name ? [{ view, wave }] : [])));
  const pass =
    passes.find(({ view, wave }) => view.end === undefined && isUnderWay(wave.status)) ??
    passes.find(({ wave }) => wave.status !== 'not-started');
  if (pass === undefined) return {};
  const { status, done, total, soakEndsAt, gateNames, gates, endedAt } = pass.wave;
  return {
    pass: {
      rollout: pass.view.rollout,
      commit: pass.view.commit,
      status,
      done,
      total,
      gateNames,
      gates,
      ...(soakEndsAt === undefined ? {} : { soakEndsAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
    },
  };
};

const releasesOf = (cells: readonly FleetCell[]): FleetView['releases'] => {
  const found = new Map<Digest, { release: Digest; commit: string; targets: number }>();
  for (const { release, commit = '' } of cells) {
    if (release === undefined) continue;
    const known = found.get(release);
    found.set(release, { release, commit, targets: (known?.targets ?? 0) + 1 });
  }
  return [...found.values()].toSorted(
    (a, b) => b.targets - a.targets || (`${a.commit} ${a.release}` < `${b.commit} ${b.release}` ? -1 : 1),
  );
};
