import type { ObjectId } from '../../rollout/plan.ts';
import type { RestartPlan, RestartStep, WorkloadStart } from '../../rollout/restarts.ts';
import { spoken } from '../object-id.ts';

/** How far a workload of a restart plan is. `waiting`: nothing of it was begun. `under-way`: begun, and not all of it is done and settled. */
export interface Standing {
  readonly stage: 'waiting' | 'under-way' | 'settled' | 'failed';
  /** Every pod it wants is there and ready, of whatever revision. */
  readonly isWell: boolean;
  /** Whether there is a pod of it that serves. */
  readonly isServing: boolean;
  /** What it lacks, as a clause; empty where it lacks nothing. */
  readonly because: string;
  /** When this deployment found its restart settled; absent where it began none. */
  readonly settledAt?: number;
}

export type Turn =
  /** `since`: when the last of those waited for had settled; absent where none was restarted. */
  | { readonly is: 'ours'; readonly since?: number }
  /** `onOrder`: whatever it is like itself, what it depends on comes first. */
  | { readonly is: 'waiting'; readonly because: string; readonly onOrder?: true }
  /** It will never be its turn. */
  | { readonly is: 'lost'; readonly on: ObjectId };

export type Standings = ReadonlyMap<ObjectId, Standing>;

/** When and for which way a turn is assessed. */
export interface TurnSituation {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly isBack: boolean;
}

/**
 * So long what has settled must have stood before the next restart: that it is ready must have reached every proxy and load balancer
 * before others go, and what a client lost with the last pod it must be able to try again (usual advice for preStop is 5 to 15 s
 * for the same way back).
 */
const steadyMs = 5000;

/**
 * Whether a workload may begin to restart, as its plan orders: after what it waits for has settled; one failure zone at a time, zones of
 * a service in their order; never at once with a redundant partner, nor while one lacks a ready pod. A workload that is itself not well
 * goes before partners and zones: the others serve meanwhile. One that serves nothing at all waits, on the way back, for nobody. A restart
 * that failed ends it for all that have not begun; on the way back it does not, and nobody waits for it any more.
 */
export const assessTurn = (
  step: RestartStep,
  { steps, starts }: Pick<RestartPlan, 'steps' | 'starts'>,
  standings: Standings,
  { now, isBack }: TurnSituation,
): Turn => {
  const own = standings.get(step.workload);
  const stageOf = (id: ObjectId) => standings.get(id)?.stage;
  const failed = [...steps, ...starts].find(
    ({ workload }) => workload !== step.workload && stageOf(workload) === 'failed',
  );
  if (failed !== undefined && !isBack) return { is: 'lost', on: failed.workload };
  const isDown = isBack && own?.isServing === false;
  const after = isDown ? [] : step.after;
  const isAwaited = (id: ObjectId) => stageOf(id) !== 'settled' && !(isBack && stageOf(id) === 'failed');
  const open = after.find(isAwaited);
  if (open !== undefined) return { ...waitFor(open, standings), onOrder: true };
  const others = steps.filter(({ workload }) => workload !== step.workload);
  const elsewhere = others.find(
    ({ workload, zone }) =>
      step.zone !== undefined && zone !== undefined && zone !== step.zone && stageOf(workload) === 'under-way',
  );
  if (elsewhere !== undefined) return waitFor(elsewhere.workload, standings, ` of zone ${elsewhere.zone}`);
  const isWell = own?.isWell !== false;
  const earlier = isWell ? earlierZone(step, steps).find(({ workload }) => isAwaited(workload)) : undefined;
  if (earlier !== undefined) return waitFor(earlier.workload, standings, ` of zone ${earlier.zone}`);
  const busy = step.apart.find((id) => stageOf(id) === 'under-way');
  if (busy !== undefined) return waitFor(busy, standings, ', its redundant partner,');
  const sick = isWell ? step.apart.find((id) => standings.get(id)?.isWell === false) : undefined;
  if (sick !== undefined) return waitFor(sick, standings, ', its redundant partner,', 'lacks a ready pod');
  const zones = earlierZone(step, steps).map(({ workload }) => workload);
  return whenSteady([...after, ...zones, ...step.apart, step.workload], standings, now);
};

const whenSteady = (ids: readonly ObjectId[], standings: Standings, now: number): Turn => {
  const at = (id: ObjectId) => standings.get(id)?.settledAt ?? Number.NEGATIVE_INFINITY;
  const [last] = ids.toSorted((a, b) => at(b) - at(a));
  if (last === undefined || at(last) === Number.NEGATIVE_INFINITY) return { is: 'ours' };
  if (now >= at(last) + steadyMs) return { is: 'ours', since: at(last) };
  return { is: 'waiting', because: `${spoken(last)} has been settled for less than ${steadyMs / 1000} s` };
};

/** Whether a workload that is new may begin. */
export const assessStart = (
  { after }: WorkloadStart,
  { steps }: Pick<RestartPlan, 'steps'>,
  standings: Standings,
  { now, isBack }: TurnSituation,
): Turn => {
  const failed = steps.find(({ workload }) => standings.get(workload)?.stage === 'failed');
  if (failed !== undefined && after.length > 0 && !isBack) return { is: 'lost', on: failed.workload };
  const open = after.find((id) => !['settled', ...(isBack ? ['failed'] : [])].includes(standings.get(id)?.stage ?? ''));
  return open === undefined ? whenSteady(after, standings, now) : waitFor(open, standings);
};

const earlierZone = (step: RestartStep, steps: readonly RestartStep[]): readonly RestartStep[] => {
  const place = steps.findIndex(({ workload }) => workload === step.workload);
  return step.zone === undefined
    ? []
    : steps
        .slice(0, place)
        .filter(({ zone, service }) => service === step.service && zone !== undefined && zone !== step.zone);
};

const waitFor = (
  id: ObjectId,
  standings: Standings,
  role = '',
  lacks = 'has not settled',
): Turn & { readonly is: 'waiting' } => {
  const because = standings.get(id)?.because ?? '';
  return { is: 'waiting', because: `${spoken(id)}${role} ${lacks}${because === '' ? '' : ` (${because})`}` };
};
