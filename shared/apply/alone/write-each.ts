import { canonicalJson, digestOf } from '../../rollout/digest.ts';
import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { RestartPlan } from '../../rollout/restarts.ts';
import { restartAlone } from '../alone-restarts.ts';
import { type AloneAction, type AloneLine, appliedLine, refusedLine } from '../alone-words.ts';
import { wantedInventories } from '../apply-manifests.ts';
import type { Applied } from '../apply-object.ts';
import { compareEach } from '../compare-each.ts';
import type { ComparedObject } from '../compare-object.ts';
import { type ComparedTarget, namespaceMissing } from '../compare-target.ts';
import type { ObjectFailure } from '../refusals.ts';
import type { Restarting } from '../restarts/restart-log.ts';
import type { Landed, SliceResult } from '../slice.ts';
import { planWith } from '../target-plan.ts';
import { writeSet } from '../write-set.ts';
import type { Writing } from '../writing.ts';
import { claimSet } from './claim-set.ts';
import { attempt, bePatient, insist } from './patience.ts';
import { type Attempts, isOpen, noAttempts, rest, type Setting, writingOf } from './setting.ts';
import { tellRefused } from './tell-refused.ts';

/** For an endpoint of a webhook's service, where it is not to be waited for readiness. */
const hastyMs = 10_000;

/** What was written, object by object. */
export interface WrittenEach {
  /** Of objects that were applied or found as wanted; those that were applied are told already where nobody waits for them. */
  readonly lines: ReadonlyMap<ObjectId, AloneLine>;
  readonly landed: ReadonlyMap<ObjectId, Landed>;
  /** Requests that have changed something. */
  readonly writes: number;
  /** Whether all that was compared is there. */
  readonly isWhole: boolean;
}

/**
 * Writes a compared set, slice after slice, until nothing is left to do, and tells of what could not be written. After trouble and after
 * waiting the set is compared anew, so that what was written meanwhile counts as done; workloads restart in the order of the beginning.
 * Where another applies the set at the same time, one of the two goes on (`claimSet`), and what the other had left to do is failed.
 */
export const writeEach = async (
  setting: Setting,
  first: ComparedTarget,
  restarts: RestartPlan,
): Promise<WrittenEach> => {
  const { clock, invocation, interrupted, telling, input } = setting;
  const attempts = noAttempts();
  const writing = writingOf(setting, attempts);
  const meant = new Map(first.objects.map((object) => [object.id, object]));
  const restarting = restartAlone(clock.now(), input.wait ? input.patienceMs : undefined);
  const run: Run = { setting, writing, attempts, meant, restarts, restarting, lines: new Map(), landed: new Map() };
  const patience = bePatient(setting);
  let compared = first;
  for (;;) {
    const now = compared;
    const slice = await attempt(setting, () => writeSlice(run, now));
    if ('trouble' in slice) {
      if (!(await patience.outlasts(slice.trouble))) return leave(run, now, 'failed', slice.trouble.message);
    } else if (slice.result.status === 'done') {
      return writtenBy(run, true);
    } else if (slice.result.status === 'failed') {
      return tellFailed(run, now, slice.result.objects);
    } else if (slice.result.status === 'in-progress') {
      const { because, retryAfterSeconds } = slice.result;
      telling.say(because);
      if (clock.now() >= invocation.deadline) return leave(run, now, 'failed', because);
      await rest(setting, retryAfterSeconds * 1000);
    } else if (!interrupted.aborted) {
      const { because } = slice.result;
      const claimed = await attempt(setting, () => claimSet(setting, writing, now));
      const isOurs = 'result' in claimed && claimed.result && clock.now() < invocation.deadline;
      if (!isOurs) return leave(run, now, 'failed', `${because}; that one goes on, apply again when it has ended`);
      telling.say(`${because}; this one goes on`);
    }
    if (interrupted.aborted) return leave(run, now, 'failed', unknownEnd);
    const again = await insist(setting, () =>
      compareEach({ ...setting, namespace: input.namespace, signal: invocation.signal, isDryRun: false }),
    );
    if ('trouble' in again) return leave(run, now, 'failed', again.trouble.message);
    tellRefused(setting, again.result);
    if (again.result.compared === undefined) return writtenBy(run, false);
    const { compared: found } = again.result;
    compared = { ...found, objects: found.objects.filter(({ id }) => meant.has(id)) };
  }
};

interface Run {
  readonly setting: Setting;
  readonly writing: Writing;
  readonly attempts: Attempts;
  /** Objects as they were compared before anything was written. */
  readonly meant: ReadonlyMap<ObjectId, ComparedObject>;
  readonly restarts: RestartPlan;
  readonly restarting: Restarting;
  readonly lines: Map<ObjectId, AloneLine>;
  readonly landed: Map<ObjectId, Landed>;
}

const writtenBy = ({ lines, landed, attempts }: Run, isWhole: boolean): WrittenEach => ({
  ...{ lines, landed, isWhole },
  writes: attempts.done.size,
});

const writeSlice = (
  { setting, writing, attempts, meant, restarts, restarting, lines, landed }: Run,
  compared: ComparedTarget,
): Promise<SliceResult> => {
  const { input, rendered, telling } = setting;
  const ended = (object: ComparedObject, how: Applied): void => {
    if (how.status === 'failed') telling.tell(refusedLine(object.id, how.failure, object.source));
    if (how.status !== 'done') return;
    landed.set(object.id, how.landed);
    if (lines.has(object.id)) return;
    // What is as it was meant to be after an answer was lost had been written.
    const isOurs = object.action === 'unchanged' && isOpen(attempts, object.id);
    const line = appliedLine((isOurs ? meant.get(object.id) : undefined) ?? object, how.warnings);
    lines.set(object.id, line);
    // What was found as wanted another may change until the last of this set is written.
    if (!input.wait && line.action !== 'unchanged') telling.tell(line);
  };
  return writeSet(
    {
      compared,
      approved: planWith(compared, rendered, digestOf(canonicalJson(rendered)), restarts),
      namespace: input.namespace,
      inventories: wantedInventories(rendered, input.namespace, compared),
      progress: Object.fromEntries(landed),
      isFree: true,
      restarting,
      ended,
      endpoints: input.wait
        ? { patienceMs: input.patienceMs, waits: telling.say }
        : { patienceMs: hastyMs, waits: telling.say, appliesAnyway: true },
    },
    writing,
  );
};

/** Whether a request to write it has left, its end known or not. */
const hasBegun = ({ attempts }: Run, id: ObjectId): boolean => attempts.begun.has(id) || isOpen(attempts, id);

const unknownEnd = 'interrupted while it was written';

/** Tells of all that is left how it ended; what an interruption found unbegun was skipped. */
const leave = (run: Run, { objects }: ComparedTarget, action: AloneAction, reason: string): WrittenEach => {
  const { telling, interrupted } = run.setting;
  for (const { id } of objects) {
    if (run.lines.has(id)) continue;
    const isSkipped = interrupted.aborted && !hasBegun(run, id);
    if (isSkipped) telling.tell({ identity: id, action: 'skipped', reason: 'interrupted before it was written' });
    else telling.tell({ identity: id, action, reason: brief(reason) });
  }
  return writtenBy(run, false);
};

/** Of workloads that wait for their turn to restart, or are restarted part by part, when another one is lost. */
const leaveWaiting = (run: Run, { objects }: ComparedTarget, because: string): WrittenEach => {
  for (const { id } of objects) {
    if (run.lines.has(id)) continue;
    const action = hasBegun(run, id) ? 'failed' : 'skipped';
    run.setting.telling.tell({ identity: id, action, reason: brief(`its turn to restart never came: ${because}`) });
  }
  return writtenBy(run, false);
};

/** Of an inventory that could not be written, which comes before all else, the failure is everybody's. */
const tellFailed = (run: Run, compared: ComparedTarget, failures: readonly ObjectFailure[]): WrittenEach => {
  const { telling, rendered, input } = run.setting;
  const sources = new Map(compared.objects.map(({ id, source }) => [id, source]));
  const [everybodys] = failures.filter(({ id }) => !sources.has(id));
  for (const failure of failures) {
    const source = sources.get(failure.id);
    if (source !== undefined) telling.tell(refusedLine(failure.id, failure, source));
  }
  if (everybodys === undefined) return leaveWaiting(run, compared, failures[0]?.because ?? '');
  const isMissing = everybodys.code === 'NAMESPACE_MISSING';
  const { action, reason } = refusedLine(
    everybodys.id,
    isMissing ? namespaceMissing(rendered, input.namespace) : everybodys,
  );
  return leave(run, compared, action, reason);
};
