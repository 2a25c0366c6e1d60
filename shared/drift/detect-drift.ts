import { type Digest, isLost } from '../blobs/blobs.ts';
import { readOnce } from '../blobs/read-once.ts';
import { keepAlerts } from '../ledger/alerts.ts';
import { readLease } from '../ledger/lease.ts';
import { listFleetRollouts } from '../ledger/rollouts.ts';
import { readTargetState, readTargetStates, type Standing, type TargetState } from '../ledger/target-state.ts';
import { mapInTurns } from '../outside/in-turns.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import type { AlertReport } from '../rollout/alerts.ts';
import { type Audience, audienceOf } from '../rollout/audience.ts';
import { digestOf } from '../rollout/digest.ts';
import { failureOf } from '../rollout/failures.ts';
import { brief } from '../rollout/outcome.ts';
import type { Release, ReleaseTarget } from '../rollout/release.ts';
import type { Looked } from '../wave/verify-target.ts';
import { assessDrift, type DriftFound, sayDrifted } from './assess-drift.ts';
import { assessRest, isSameRest, type Rest, settledOn } from './assess-rest.ts';
import { alertId, type Drift, dropDrift, keepDrift, MOST_DRIFTED, readDrifts } from './drift-row.ts';

/** What looking for drift needs of the capabilities beside it. */
export interface DriftTools {
  /** Compares a target, as it is now, with what a standing brought to it. Writes nothing. */
  lookAt(target: ReleaseTarget, standing: Standing, signal: AbortSignal): Promise<Looked>;
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

/**
 * Compares every target with what was verified on it last, and keeps what it finds; a target that has drifted is held as by an alert, where
 * the release does not say `drift: report`, and its people are told. Those that are not at rest are not looked at, and what was seen while
 * something of ours wrote is nothing. Of those that have left the config what is known goes, and what held them. Those looked at longest ago
 * come first. Writes nothing to any cluster. Twice is as once.
 * @throws what a look at one target threw, with that target's name before it, once all the others were looked at.
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
  const releaseOf = readOnce<Release>(outside.blobs);
  const isGone = await findGone(ledger, releaseOf);
  const thrown: unknown[] = [];
  let left = 0;
  const looks = await mapInTurns(due, SIDE_BY_SIDE, async (target) => {
    if (deadline - clock.now() <= leftMs) {
      left += 1;
      return undefined;
    }
    try {
      return await look(target, before.get(target), { releaseOf, isGone }, tools, outside, signal);
    } catch (error) {
      thrown.push(failureOf(target, error));
      return undefined;
    }
  });
  // One that can never be looked at stays the first in line: it must not keep all others from being looked at.
  if (thrown.length > 0) throw thrown[0];
  const found = looks.filter((drift) => drift !== undefined);
  const named = (status: Drift['status']) => found.filter((each) => each.status === status).map(({ target }) => target);
  return { looked: found.length, drifted: named('drifted'), unknown: named('unknown'), left };
};

/** Targets of which it is settled what they should have; those looked at longest ago first. Pure. */
export const orderLooks = (
  states: readonly TargetState[],
  before: ReadonlyMap<string, Pick<Drift, 'at'>>,
): readonly string[] =>
  states
    .filter((state) => settledOn(state) !== undefined)
    .map(({ target }) => target)
    .toSorted((a, b) => (before.get(a)?.at ?? 0) - (before.get(b)?.at ?? 0) || (a < b ? -1 : 1));

/** Whether a target is at rest by now, by its rows as they are now. */
const readRest = async (
  name: string,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Rest | undefined> => {
  const [state, lease] = await Promise.all([readTargetState(ledger, name), readLease(ledger, name)]);
  return assessRest(state, lease, clock.now());
};

type ReleaseOf = (digest: Digest) => Promise<Release>;

interface Known {
  readonly releaseOf: ReleaseOf;
  /** Whether it is a target of the fleet no more. */
  isGone(target: ReleaseTarget): boolean;
}

/** So many rollouts of the fleet are looked through for one that was prepared: it says which targets there are. */
const LOOKED_THROUGH = 20;

const findGone = async (ledger: Outside['ledger'], releaseOf: ReleaseOf): Promise<Known['isGone']> => {
  const newest = (await listFleetRollouts(ledger, LOOKED_THROUGH)).find(({ release }) => release !== undefined);
  if (newest?.release === undefined) return () => false;
  try {
    const { targets, following = [] } = await releaseOf(newest.release);
    return ({ name, private: own }) => targets[name] === undefined && (own === undefined || !following.includes(name));
  } catch (error) {
    if (!isLost(error)) throw error;
    return () => false;
  }
};

const look = async (
  name: string,
  before: Drift | undefined,
  known: Known,
  tools: DriftTools,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Promise<Drift | undefined> => {
  const { ledger, clock } = outside;
  const rest = await readRest(name, outside);
  if (rest === undefined) return undefined;
  const { standing } = rest;
  const at = clock.now();
  const held = before?.holds === true;
  const tellOf = (report: Pick<AlertReport, 'status' | 'summary' | 'parts'>) =>
    keepAlerts(ledger, { scope: 'target', name }, [{ ...alert, ...report }], clock.now());
  const seen = await compare(name, standing, known, tools, signal);
  if (seen === undefined) return undefined;
  if (seen === 'gone') {
    if (held) await tellOf({ status: 'resolved', summary: `target ${name} is in the config no more` });
    await dropDrift(ledger, name);
    return undefined;
  }
  const { found, target, effect } = seen;
  if (!isSameRest(rest, await readRest(name, outside))) return undefined;
  const holds = effect === 'report' ? false : found.status === 'unknown' ? held : found.status === 'drifted';
  // The row says that the target is held from before it is until after it was: what dies in between the next look puts right.
  if (held && !holds) await tellOf({ status: 'resolved' });
  const { commit, rollout } = standing;
  const row = { target: name, at, commit, rollout, ...keptOf(found), ...(holds ? { holds } : {}) };
  const drift = await keepDrift(ledger, row);
  if (found.status !== 'drifted' || drift.at !== at) return drift;
  const text = said(name, found, standing);
  const alerts = holds ? await tellOf({ status: 'firing', summary: text, parts: found.parts }) : undefined;
  // A waiver that was outgrown is told of though the same objects were before.
  const { outgrownAt = '' } = alerts?.firing.find(({ id }) => id === alertId) ?? {};
  const ids = found.objects.map(({ id }) => id);
  await tools.tell(`drift ${name} ${digestOf(JSON.stringify(ids))}${outgrownAt}`, text, audienceOf(target));
  return drift;
};

/** What a look found, of which target, and what its release makes of drift. */
interface Seen {
  readonly found: DriftFound;
  readonly target?: ReleaseTarget;
  readonly effect?: Release['drift'];
}

/** Compares a target with its standing; `undefined` where that has no such target. What is not stored any more compares with nothing. */
const compare = async (
  name: string,
  standing: Standing,
  { releaseOf, isGone }: Known,
  tools: DriftTools,
  signal: AbortSignal,
): Promise<Seen | 'gone' | undefined> => {
  try {
    const { targets, drift: effect } = await releaseOf(standing.release);
    const target = targets[name];
    if (target === undefined) return undefined;
    if (isGone(target)) return 'gone';
    const found = assessDrift(await tools.lookAt(target, standing, signal), target);
    return { found, target, ...(effect === undefined ? {} : { effect }) };
  } catch (error) {
    if (!isLost(error)) throw error;
    return { found: { status: 'unknown', because: brief(`what was deployed is not known: ${error.message}`, 300) } };
  }
};

const alert = { id: alertId, name: 'drift', own: true, labels: {} } as const;

const keptOf = (found: DriftFound): Pick<Drift, 'status' | 'because' | 'count' | 'objects'> => {
  if (found.status === 'unknown') return found;
  if (found.status === 'as-deployed') return { status: found.status };
  return { status: found.status, count: found.objects.length, objects: found.objects.slice(0, MOST_DRIFTED) };
};

const said = (name: string, { objects }: Extract<DriftFound, { status: 'drifted' }>, { commit }: Standing): string => {
  const what = objects.length === 1 ? '1 object is' : `${objects.length} objects are`;
  return `${name} has drifted: ${what} not as ${commit.slice(0, 7)} left ${objects.length === 1 ? 'it' : 'them'}: ${sayDrifted(objects)}`;
};
