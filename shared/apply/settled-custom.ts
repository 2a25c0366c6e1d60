import { at, isObject, listAt, numberAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { settledWhenAnnotation } from './manager.ts';
import { failed, inProgress, ready, type Settled } from './settled-rules.ts';

/** Conditions that say by `True` that all is well. The most telling one that is there decides first. */
const good = [
  'Ready',
  'Available',
  'Healthy',
  'Succeeded',
  'Complete',
  'Completed',
  'Programmed',
  'Accepted',
  'ResolvedRefs',
  'Synced',
  'Deployed',
  'Installed',
  'Provisioned',
  'Established',
  'Reconciled',
  'Initialized',
  'Active',
  'Online',
];
/** Conditions that say by `True` that it has gone wrong for good, or that it has gone wrong for now, or that work is under way. */
const lost = /^(Failed|Failure|Error|Errored|Invalid|Stalled|Rejected)$|(Failed|Failure|Error)$/;
const sick = /^(Degraded|Unhealthy|NotReady|Unavailable|OutOfSync|Warning)$/;
const busy =
  /^(Progressing|Reconciling|Pending|Updating|Upgrading|Creating|Provisioning|Deploying|Scaling|Initializing|Installing|Issuing)$/;
/** `Progressing` stays `True` when a rollout is done, as a Deployment has it; only its reason tells. */
const done = /Available|Complete|Succeeded|AsExpected|Healthy|Ready/;

const lostWord = /^(failed|failure|error|errored|invalid|rejected|lost|crashed|aborted|cancelled|canceled)$/i;
const busyWord =
  /^(pending|creating|provisioning|progressing|updating|upgrading|deploying|initializing|initialising|starting|in.?progress|reconciling|waiting|queued|new|unknown|degraded|unhealthy|notready|not.ready|missing|deleting|terminating|restarting|scaling|bootstrapping|configuring|scheduling|scheduled|unavailable|outofsync)$/i;
/** `Running` is the end for a server and the way for a piece of work. */
const pieceOfWork = /(Run|Workflow|Job|Task|Backup|Restore|Build|Rollout|Upgrade|Migration|Test)$/;

/**
 * Whether a custom object is what it states, told by what its kind has in common with others: no status yet is not ready; then
 * conditions by their polarity (Ready, Available, Synced … must not be false; Failed, Degraded, Progressing … must not be true),
 * none of them older than the object; then the word in phase, state or health. A kind that serves no status has none
 * to wait for (`statusless`); annotation `tidegate.dev/settled-when: applied` says so of one object.
 */
export const assessCustom = (object: LiveObject, statusless: boolean): Settled => {
  if (statusless || object.metadata.annotations?.[settledWhenAnnotation] === 'applied') return ready;
  const { status } = object;
  if (!isObject(status) || Object.values(status).every(isEmpty)) {
    return inProgress('NoStatus', 'its controller has not written a status yet');
  }
  const conditions = readConditions(status);
  return byBad(conditions) ?? stale(object, conditions) ?? byGood(conditions) ?? byWord(object, conditions) ?? ready;
};

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observed: number | undefined;
}

/** Also those that a route keeps for each of its gateways (`status.parents`, Gateway API). */
const readConditions = (status: unknown): readonly Condition[] =>
  [...listAt(status, 'conditions'), ...listAt(status, 'parents').flatMap((parent) => listAt(parent, 'conditions'))].map(
    (condition) => ({
      type: textAt(condition, 'type') ?? '',
      status: String(at(condition, 'status') ?? ''),
      reason: textAt(condition, 'reason') ?? '',
      message: textAt(condition, 'message') ?? '',
      observed: numberAt(condition, 'observedGeneration'),
    }),
  );

const byBad = (conditions: readonly Condition[]): Settled | undefined => {
  const isOn = ({ status }: Condition) => /^true$/i.test(status);
  const failure = conditions.find((condition) => isOn(condition) && lost.test(condition.type));
  if (failure !== undefined) return failed(failure.reason || failure.type, failure.message);
  const trouble = conditions.find(
    (condition) =>
      isOn(condition) && (sick.test(condition.type) || (busy.test(condition.type) && !done.test(condition.reason))),
  );
  return trouble && inProgress(trouble.reason || trouble.type, trouble.message);
};

/** A condition of an older generation says nothing about this one. */
const stale = ({ metadata: { generation } }: LiveObject, conditions: readonly Condition[]): Settled | undefined => {
  const old = conditions.find(
    ({ type, observed }) => good.includes(type) && observed !== undefined && observed < (generation ?? 0),
  );
  return (
    old &&
    inProgress('LatestGenerationNotObserved', `condition ${old.type} is of generation ${old.observed} of ${generation}`)
  );
};

const byGood = (conditions: readonly Condition[]): Settled | undefined => {
  const telling = good.flatMap((type) => conditions.filter((condition) => condition.type === type));
  const missing = telling.find(({ status }) => !/^true$/i.test(status));
  if (missing !== undefined) {
    return inProgress(
      missing.reason || `Not${missing.type}`,
      missing.message || `condition ${missing.type} is not true`,
    );
  }
  return undefined;
};

const byWord = (object: LiveObject, conditions: readonly Condition[]): Settled | undefined => {
  const word = ['phase', 'state', 'health', 'status']
    .flatMap((name) => [
      textAt(object, 'status', name),
      textAt(object, 'status', name, name),
      textAt(object, 'status', name, 'status'),
    ])
    .find((found) => found !== undefined && found !== '');
  if (word === undefined) return undefined;
  if (lostWord.test(word)) return failed(word, textAt(object, 'status', 'message') ?? `its status says ${word}`);
  const works = busyWord.test(word) || (/^running$/i.test(word) && pieceOfWork.test(object.kind));
  const isSaidReady = conditions.some(({ type, status }) => type === 'Ready' && /^true$/i.test(status));
  return works && !isSaidReady
    ? inProgress(word, textAt(object, 'status', 'message') ?? `its status says ${word}`)
    : undefined;
};
