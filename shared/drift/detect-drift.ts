import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { keepAlerts } from '../ledger/alerts.ts';
import { readTargetState, readTargetStates, type Standing, type TargetState } from '../ledger/target-state.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import type { AlertReport } from '../rollout/alerts.ts';
import { type Audience, audienceOf } from '../rollout/audience.ts';
import { digestOf } from '../rollout/digest.ts';
import type { Release, ReleaseTarget } from '../rollout/release.ts';
import type { PlannedOne } from '../wave/plan-one.ts';
import { assessDrift, type DriftFound, sayDrifted } from './assess-drift.ts';
import { type Drift, keepDrift, MOST_DRIFTED, readDrifts } from './drift-row.ts';

/** What looking for drift needs of the capabilities beside it. */
export interface DriftTools {
  /** Plans what a standing brought to a target, as it is now. Writes nothing. */
  plan(target: ReleaseTarget, standing: Standing, signal: AbortSignal): Promise<PlannedOne>;
  /** Tells an audience, once for each key and day. Never throws. */
  tell(key: string, text: string, audience: Audience): Promise<void>;
}

export interface Detected {
  readonly looked: number;
  readonly drifted: readonly string[];
  readonly unknown: readonly string[];
  /** Targets that there was no time for: the next call begins with them. */
  readonly left: number;
}

/** Targets looked at side by side: each is a few requests, to another cluster. */
const SIDE_BY_SIDE = 16;
/** Nothing is begun when less is left: a target that does not answer takes most of it. */
const leftMs = 60_000;

/** The alert that a target's drift is, by which it holds releases, is waived, and resolves. */
const alertId = 'tidegate-drift';

/**
 * Compares every target with what was verified on it last, and keeps what it finds; a target that has drifted is held as by an alert, where the
 * release does not say `drift: report`, and its people are told. Those under a rollout, or left by one half way, are not looked at: what they
 * should have is not settled. Those looked at longest ago come first. Writes nothing to any cluster. Twice is as once.
 */
export const detectDrift = async (
  tools: DriftTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal, deadline }: Invocation,
): Promise<Detected> => {
  const { ledger, clock } = outside;
  const [states, drifts] = await Promise.all([readTargetStates(ledger), readDrifts(ledger)]);
  const before = new Map(drifts.map((drift) => [drift.target, drift]));
  const due = orderLooks([...states.values()], before);
  const releases = new Map<Digest, Promise<Release>>();
  const releaseOf = (digest: Digest): Promise<Release> => {
    const release = releases.get(digest) ?? getJson<Release>(outside.blobs, digest);
    releases.set(digest, release);
    return release;
  };
  const found: Drift[] = [];
  let begun = 0;
  while (begun < due.length && deadline - clock.now() > leftMs) {
    const some = due.slice(begun, begun + SIDE_BY_SIDE);
    begun += some.length;
    const looks = some.map(async ({ target, standing }) =>
      look(target, standing, await releaseOf(standing.release), before.get(target), tools, outside, signal),
    );
    found.push(...(await Promise.all(looks)).filter((drift) => drift !== undefined));
  }
  const named = (status: Drift['status']) => found.filter((each) => each.status === status).map(({ target }) => target);
  return { looked: found.length, drifted: named('drifted'), unknown: named('unknown'), left: due.length - begun };
};

/** Targets that have what they should have by our own account, and what that is; those looked at longest ago first. Pure. */
export const orderLooks = (
  states: readonly TargetState[],
  before: ReadonlyMap<string, Pick<Drift, 'at'>>,
): readonly { readonly target: string; readonly standing: Standing }[] =>
  states
    .flatMap(({ target, begun, verified }) =>
      verified !== undefined && begun?.rollout === verified.rollout ? [{ target, standing: verified }] : [],
    )
    .toSorted(
      (a, b) => (before.get(a.target)?.at ?? 0) - (before.get(b.target)?.at ?? 0) || (a.target < b.target ? -1 : 1),
    );

const look = async (
  name: string,
  standing: Standing,
  release: Release,
  before: Drift | undefined,
  tools: DriftTools,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Promise<Drift | undefined> => {
  const at = clock.now();
  const target = release.targets[name];
  if (target === undefined) return undefined;
  const found = assessDrift(await tools.plan(target, standing, signal));
  // A rollout that began meanwhile changes what is looked at.
  const now = await readTargetState(ledger, name);
  if (now.begun?.rollout !== standing.rollout || now.verified?.rollout !== standing.rollout) return undefined;
  const holds = await hold(name, found, before?.holds === true, release, standing, { ledger, clock });
  const { commit, rollout } = standing;
  const drift = await keepDrift(ledger, {
    target: name,
    at,
    commit,
    rollout,
    ...keptOf(found),
    ...(holds ? { holds } : {}),
  });
  if (found.status === 'drifted') {
    const ids = found.objects.map(({ id }) => id);
    await tools.tell(`drift ${name} ${digestOf(JSON.stringify(ids))}`, said(name, found, standing), audienceOf(target));
  }
  return drift;
};

/** Holds the target while it drifts, and lets it go when it is as deployed; what is not known changes nothing. Returns whether it holds. */
const hold = async (
  name: string,
  found: DriftFound,
  held: boolean,
  { drift: effect }: Pick<Release, 'drift'>,
  standing: Standing,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<boolean> => {
  const holds = effect === 'report' ? false : found.status === 'unknown' ? held : found.status === 'drifted';
  if (found.status === 'unknown' || !(holds || held)) return holds;
  const report: AlertReport = {
    id: alertId,
    name: 'drift',
    status: holds ? 'firing' : 'resolved',
    labels: {},
    ...(found.status === 'drifted' ? { summary: said(name, found, standing) } : {}),
  };
  await keepAlerts(ledger, { scope: 'target', name }, [report], clock.now());
  return holds;
};

const keptOf = (found: DriftFound): Pick<Drift, 'status' | 'because' | 'count' | 'objects'> => {
  if (found.status === 'unknown') return found;
  if (found.status === 'as-deployed') return { status: found.status };
  return { status: found.status, count: found.objects.length, objects: found.objects.slice(0, MOST_DRIFTED) };
};

const said = (name: string, { objects }: Extract<DriftFound, { status: 'drifted' }>, { commit }: Standing): string => {
  const what = objects.length === 1 ? '1 object is' : `${objects.length} objects are`;
  return `${name} has drifted: ${what} not as ${commit.slice(0, 7)} left ${objects.length === 1 ? 'it' : 'them'}: ${sayDrifted(objects)}`;
};
