import { at, isObject, type JsonObject, listAt, numberAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { settledWhenAnnotation } from '../manager.ts';
import { groupOf } from '../object-id.ts';
import {
  isBusyType,
  isDoneReason,
  isGoodType,
  isLostType,
  isNeverJudged,
  isPartType,
  isPieceOfWork,
  isSickType,
  meaningOf,
  plainType,
} from './condition-words.ts';
import { failed, inProgress, ready, type Settled, suspended } from './settled-rules.ts';

/**
 * Whether a custom object is what it states, told by what its kind has in common with others. No status yet is not ready; then
 * conditions by their polarity, none of them older than the object; then flags, the words in phase, state or health, numbers of replicas.
 * A word that is not known to mean ready does not: a rule for its kind (`settled` in the config) says what does. A kind that
 * serves no status has none to wait for (`statusless`), nor one whose status nobody writes (`isNeverJudged`); annotation
 * `tidegate.dev/settled-when: applied` says so of one object.
 */
export const assessCustom = (object: LiveObject, statusless: boolean): Settled => {
  const { status, kind } = object;
  if (statusless || object.metadata.annotations?.[settledWhenAnnotation] === 'applied') return ready;
  if (!isObject(status) || Object.values(status).every(isEmpty)) {
    return isNeverJudged(groupOf(object.apiVersion), kind)
      ? ready
      : inProgress('NoStatus', 'its controller has not written a status yet');
  }
  const conditions = readConditions(status);
  const isSummed = conditions.some(({ type, isOn }) => type === 'Ready' && isOn);
  return (
    byBad(conditions) ??
    byFailureFields(status) ??
    byAge(object, conditions) ??
    byGood(conditions, kind) ??
    (isSummed
      ? undefined
      : (byFlags(status) ?? byWords(object, status) ?? byReplicas(object) ?? byEnd(kind, conditions, status))) ??
    byAddress(object) ??
    ready
  );
};

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

interface Condition {
  readonly type: string;
  /** `true` also of one that is there without a status: some controllers (Argo CD's Application) only list what is wrong. */
  readonly isOn: boolean;
  readonly isUnknown: boolean;
  readonly reason: string;
  readonly message: string;
  readonly observed: number | undefined;
}

/** Also those that the Gateway API keeps for each parent, ancestor and listener. */
const readConditions = (status: JsonObject): readonly Condition[] => {
  const holders = ['parents', 'ancestors', 'listeners'].flatMap((name) => listAt(status, name));
  return [status, ...holders]
    .flatMap((holder) => listAt(holder, 'conditions'))
    .filter(isObject)
    .map((condition) => {
      const value = String(condition.status ?? '').toLowerCase();
      return {
        type: plainType(textAt(condition, 'type') ?? ''),
        isOn: value === 'true' || value === '',
        isUnknown: value === 'unknown',
        reason: textAt(condition, 'reason') ?? '',
        message: textAt(condition, 'message') ?? '',
        observed: numberAt(condition, 'observedGeneration'),
      };
    });
};

const byBad = (conditions: readonly Condition[]): Settled | undefined => {
  const failure = conditions.find(
    ({ type, isOn, reason }) => (isOn && isLostType(type)) || reason === 'ProgressDeadlineExceeded',
  );
  if (failure !== undefined) return failed(failure.reason || failure.type, failure.message);
  const trouble = conditions.find(
    ({ type, isOn, reason }) => isOn && (isSickType(type) || (isBusyType(type) && !isDoneReason(reason))),
  );
  return trouble && inProgress(trouble.reason || trouble.type, trouble.message);
};

/** As Cluster API has them: set only where people have to see to it. */
const byFailureFields = (status: JsonObject): Settled | undefined => {
  const reason = textAt(status, 'failureReason') ?? '';
  const message = textAt(status, 'failureMessage') ?? '';
  return reason + message === '' ? undefined : failed(reason || 'Failed', message);
};

/** A condition of an older generation says nothing about this one. */
const byAge = ({ metadata: { generation = 0 } }: LiveObject, conditions: readonly Condition[]): Settled | undefined => {
  const old = conditions.find(
    ({ type, observed }) => (isGoodType(type) || isPartType(type)) && observed !== undefined && observed < generation,
  );
  return (
    old &&
    inProgress('LatestGenerationNotObserved', `condition ${old.type} is of generation ${old.observed} of ${generation}`)
  );
};

/** What sums up must be true; where nothing does, every part must. What nobody knows yet is not true either. */
const byGood = (conditions: readonly Condition[], kind: string): Settled | undefined => {
  const summary = conditions.filter(({ type }) => isGoodType(type));
  const telling = summary.length > 0 ? summary : conditions.filter(({ type }) => isPartType(type));
  const missing =
    telling.find(({ isOn }) => !isOn) ?? (summary.length > 0 ? undefined : conditions.find((each) => each.isUnknown));
  if (missing === undefined) return undefined;
  const { type, isUnknown, reason, message } = missing;
  const said = message || `condition ${type} is not true`;
  // A run that ended otherwise than well has ended.
  if (type === 'Succeeded' && !isUnknown && isPieceOfWork(kind)) return failed(reason || 'Failed', said);
  return inProgress(reason || `Not${type}`, said);
};

const byFlags = (status: JsonObject): Settled | undefined => {
  const off = ['ready', 'readyToUse', 'available', 'healthy'].find((name) => status[name] === false);
  const said = textAt(status, 'error', 'message') ?? textAt(status, 'message');
  return off === undefined ? undefined : inProgress('NotReady', said ?? `its status says ${off}: false`);
};

/** Fields that hold the word for the whole object. */
const mainField = /^(phase|state|status|health|stage)$/i;
/** And such as may hold the word for a part of it; what was last, or is wanted, says nothing of now. */
const anyField = /^(?!last|prev|desired|target|expected).*(phase|state|status|health|stage)$/i;

/** Words at the top of the status, and one level below where the field itself is named like one. */
const byWords = ({ kind }: LiveObject, status: JsonObject): Settled | undefined => {
  const said = textAt(status, 'message');
  const meant = Object.entries(status)
    .filter(([name]) => anyField.test(name))
    .flatMap(([name, value]) =>
      [value, ...['phase', 'state', 'status', name].map((inner) => at(value, inner))]
        .filter((word): word is string => typeof word === 'string' && word !== '')
        .map((word) => ({ word, meaning: meaningOf(word), isMain: mainField.test(name) })),
    );
  const find = (...meanings: readonly string[]) => meant.find(({ meaning }) => meanings.includes(meaning));
  const lost = find('lost');
  if (lost !== undefined) return failed(lost.word, said ?? `its status says ${lost.word}`);
  const busy = find('busy') ?? (isPieceOfWork(kind) ? find('running') : undefined);
  if (busy !== undefined) return inProgress(busy.word, said ?? `its status says ${busy.word}`);
  if (find('suspended') !== undefined) return suspended;
  const odd = meant.find(({ meaning, isMain }) => isMain && meaning === 'unknown');
  if (odd === undefined || find('good', 'running') !== undefined) return undefined;
  return inProgress(odd.word, `its status says ${odd.word}, which is not known to mean ready; give its kind a rule`);
};

/** Numbers of what it runs, for kinds that count like a Deployment. */
const byReplicas = (object: LiveObject): Settled | undefined => {
  const want = ['replicas', 'instances', 'size']
    .map((name) => numberAt(object, 'spec', name))
    .find((count) => count !== undefined);
  const counted = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'readyInstances'];
  const wanted = want ?? numberAt(object, 'status', 'replicas');
  const short = counted.find((name) => (numberAt(object, 'status', name) ?? Infinity) < (wanted ?? 0));
  if (short === undefined) return undefined;
  return inProgress('LessReady', `${numberAt(object, 'status', short)} of ${wanted} in ${short}`);
};

/** A piece of work that nothing says the end of is under way. */
const byEnd = (kind: string, conditions: readonly Condition[], status: JsonObject): Settled | undefined => {
  if (!isPieceOfWork(kind)) return undefined;
  const isThrough =
    conditions.some(({ type, isOn }) => isGoodType(type) && isOn) ||
    Object.values(status).some((value) => typeof value === 'string' && meaningOf(value) === 'good') ||
    ['completionTime', 'completedAt', 'finishedAt'].some((name) => !isEmpty(at(status, name) ?? null));
  return isThrough ? undefined : inProgress('Running', 'it has not come to its end');
};

/** A Gateway that is programmed can be reached where its addresses say. */
const byAddress = (object: LiveObject): Settled | undefined =>
  object.kind === 'Gateway' &&
  groupOf(object.apiVersion) === 'gateway.networking.k8s.io' &&
  listAt(object, 'status', 'addresses').length === 0
    ? inProgress('NoAddress', 'it has no address yet')
    : undefined;
