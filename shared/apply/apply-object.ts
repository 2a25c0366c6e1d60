import { brief } from '../rollout/outcome.ts';
import type { PlannedObject } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { type Answer, type ApiRefusal, getObject, liveObject } from './api-requests.ts';
import { applyRequest } from './apply-request.ts';
import { partOfLabel } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { replicasToHandOver, withReplicas } from './autoscaled.ts';
import { clientSideEntries } from './client-side.ts';
import {
  asWritten,
  type ComparedObject,
  type Comparing,
  compareObject,
  isMoved,
  isRefusal,
  plannedObject,
} from './compare-object.ts';
import { deleteObject, propagationFor } from './delete-object.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import { numberAt } from './fields.ts';
import type { LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { isExactlyApplied } from './managed-fields.ts';
import { fenceAnnotation, fenceOf, fieldManager, handoverManager, migrationManager } from './manager.ts';
import { spoken } from './object-id.ts';
import { isOvertaken, overtaken } from './overtaken.ts';
import { preconditionsOf } from './preconditions.ts';
import { putBack } from './put-back.ts';
import { type Raised, raisedBy } from './raise-fence.ts';
import type { ObjectFailure } from './refusals.ts';
import { type Landed, landed } from './slice.ts';
import { planVersionRepair } from './version-skew.ts';
import { isWithin } from './within-plan.ts';
import { type Writing, type Written, write } from './writing.ts';

export type Applied =
  | {
      readonly status: 'done';
      readonly landed: Landed;
      readonly object: ComparedObject;
      readonly warnings?: readonly string[];
    }
  | { readonly status: 'later'; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly status: 'stopped'; readonly because: string }
  | { readonly status: 'failed'; readonly failure: ObjectFailure };

export interface ApplyingObject {
  readonly writing: Writing;
  /** What the approved plan says of the object: what is compared again after a collision must still be within it. */
  readonly approved: PlannedObject | undefined;
  readonly comparing: Comparing;
  /** What is sent in place of the manifest, where the object is held at other values for a while. */
  readonly sent?: Manifest;
}

/** How often a write is prepared anew because the object moved in between, mostly by its own controller. */
const collisions = 5;

/** Brings one object where the comparison says; nothing is sent for an unchanged one. Twice is safe. */
export const applyObject = async (compared: ComparedObject, applying: ApplyingObject): Promise<Applied> => {
  let object = compared;
  for (let attempt = 1; ; attempt++) {
    if (object.action === 'unchanged' && object.live !== undefined)
      return { status: 'done', landed: landed(object.live), object };
    const written = await bring(object, applying);
    if (written.status !== 'answered') return written;
    const { answer } = written;
    if (answer.ok) {
      const live = liveObject(answer.body);
      const warned = answer.warnings === undefined ? {} : { warnings: answer.warnings };
      return { status: 'done', landed: landed(live), object: asWritten(object, answer), ...warned };
    }
    const isStale = isMoved(object.live, answer.refused);
    const isGuess = object.isUntried === true && object.live !== undefined;
    if ((!isStale && !isGuess) || attempt >= collisions) return refusedObject(object, answer.refused, applying);
    const again = await compareAgain(object, applying, assessRefusal(answer.refused) !== 'stale');
    if ('status' in again) return again;
    object = again;
  }
};

type Brought = Written | { readonly status: 'failed'; readonly failure: ObjectFailure };

const bring = async (object: ComparedObject, { writing, sent }: ApplyingObject): Promise<Brought> => {
  const { live } = object;
  const sending = sent === undefined ? object : { ...object, manifest: sent };
  if (object.action === 'recreate' && live !== undefined) {
    const deleted = await deleteObject(writing, { ...object, object: live }, propagationFor(object.id));
    return deleted.status === 'gone' ? createAgain(writing, sending, live) : deleted;
  }
  return live === undefined
    ? sendApply(writing, sending, undefined)
    : sendAll(writing, sending, live, stepsBefore(writing, object));
};

type Step = (live: LiveObject) => Promise<Written>;

/** What has to be written before the object itself can be, in its order. */
const stepsBefore = (writing: Writing, object: ComparedObject): readonly Step[] => {
  const { handover } = object;
  const entries = object.migration ?? object.repair;
  return [
    ...(entries === undefined ? [] : [(live: LiveObject) => sendMigration(writing, object, live, entries)]),
    ...(handover === undefined ? [] : [(live: LiveObject) => sendHandover(writing, object, live, handover)]),
  ];
};

/** The steps before and the apply itself, each over what the one before left; the first that is not taken ends it. */
const sendAll = async (
  writing: Writing,
  object: ComparedObject,
  live: LiveObject,
  steps: readonly Step[],
): Promise<Written> => {
  let found = live;
  for (const step of steps) {
    const written = await step(found);
    if (written.status !== 'answered' || !written.answer.ok) return written;
    found = liveObject(written.answer.body);
  }
  return sendApply(writing, object, found);
};

/**
 * Creates what was deleted. A workload of an autoscaler begins with the number it had, stated and then handed over: with none stated it
 * would begin with one pod, or keep one of those that were left to it.
 */
const createAgain = async (writing: Writing, object: ComparedObject, before: LiveObject): Promise<Written> => {
  const replicas = object.isAutoscaled === undefined ? undefined : numberAt(before, 'spec', 'replicas');
  if (replicas === undefined) return sendApply(writing, object, undefined);
  const stating = { ...object, manifest: withReplicas(object.manifest, replicas) };
  const created = await sendApply(writing, stating, undefined);
  if (created.status !== 'answered' || !created.answer.ok) return created;
  return sendAll(writing, object, liveObject(created.answer.body), [
    (live) => sendHandover(writing, object, live, replicas),
  ]);
};

/** The live number of replicas as another manager's, so that it stays when we no longer state it. */
const sendHandover = (
  writing: Writing,
  object: ComparedObject,
  live: LiveObject,
  replicas: number,
): Promise<Written> => {
  const path = objectPath(object);
  const { apiVersion, kind, metadata } = object.manifest;
  const { name, namespace } = metadata;
  const handed = { apiVersion, kind, metadata: { name, namespace, ...preconditionsOf(live) }, spec: { replicas } };
  return write(writing, {
    id: object.id,
    ...applyRequest(path, handed, handoverManager, true),
    preconditions: live.metadata,
    isBare: true,
    readBack: () => readBack(writing, path, (found) => replicasToHandOver(found) === undefined),
  });
};

/**
 * The apply request. What was compared goes along as a precondition, an object that was not there too; only over an object that was
 * compared may fields of client-side managers be forced.
 */
const sendApply = (writing: Writing, object: ComparedObject, live: LiveObject | undefined): Promise<Written> => {
  const { manifest } = object;
  const path = objectPath(object);
  const isForced = object.force || object.migration !== undefined;
  return write(writing, {
    id: object.id,
    ...applyRequest(path, fenced(manifest, writing.fence, live), fieldManager, isForced),
    ...(live === undefined ? {} : { preconditions: live.metadata }),
    ...setOf(manifest),
    // A write that only raises the token shows by nothing else.
    readBack: () => readBack(writing, path, (found) => isExactlyApplied(manifest, found) && isOurs(found, writing)),
  });
};

const isOurs = ({ metadata: { annotations } }: LiveObject, { fence }: Writing): boolean =>
  fence === undefined || annotations?.[fenceAnnotation] === String(fence);

const setOf = ({ metadata: { labels } }: Manifest) => {
  const set = labels?.[partOfLabel];
  return set === undefined ? {} : { set };
};

/** Applies an object that is as it shall be once more, so that it carries our token. Nothing else of it changes. */
export const touchObject = async (object: ComparedObject, writing: Writing): Promise<Raised> =>
  raisedBy(await sendApply(writing, object, object.live));

const fenced = (manifest: Manifest, fence: number | undefined, live: LiveObject | undefined): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    ...withFence(manifest, fence),
    ...preconditionsOf(live),
  },
});

const withFence = ({ metadata: { annotations } }: Manifest, fence: number | undefined) =>
  fence === undefined ? {} : { annotations: { ...annotations, ...fenceOf(fence) } };

/** Two `replace`s, not `test`s: a race is then a conflict to be repeated, not an invalid patch. */
const sendMigration = (
  writing: Writing,
  object: ComparedObject,
  live: LiveObject,
  entries: readonly ManagedFieldsEntry[],
): Promise<Written> => {
  const path = objectPath(object);
  return write(writing, {
    id: object.id,
    verb: 'apply',
    path: `${path}?fieldManager=${migrationManager}`,
    method: 'PATCH',
    contentType: 'application/json-patch+json',
    body: JSON.stringify([
      { op: 'replace', path: '/metadata/managedFields', value: entries },
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    ]),
    preconditions: live.metadata,
    isBare: true,
    readBack: () => readBack(writing, path, (found) => isPrepared(object, found)),
  });
};

const isPrepared = ({ manifest }: ComparedObject, found: LiveObject): boolean =>
  clientSideEntries(found).length === 0 && planVersionRepair(found, manifest.apiVersion) === undefined;

const readBack = async (
  { cluster, invocation }: Writing,
  path: string,
  isWritten: (found: LiveObject) => boolean,
): Promise<Answer | undefined> => {
  const found = await getObject(cluster, path, invocation.signal);
  return found !== undefined && isWritten(found) ? { ok: true, body: found } : undefined;
};

const objectPath = ({ served, manifest }: DesiredObject): string =>
  pathOf(served, manifest.metadata.namespace ?? '', manifest.metadata.name);

/** The object beside what is there by now; `thoroughly` where the server refused what nobody had tried. */
const compareAgain = async (
  object: ComparedObject,
  { writing, comparing, approved }: ApplyingObject,
  thoroughly: boolean,
): Promise<ComparedObject | Applied> => {
  const { leavesCertain: _certain, ...thorough } = comparing;
  const live = await getObject(writing.cluster, objectPath(object), writing.invocation.signal);
  const again = await compareObject(withoutFindings(object), live, thoroughly ? thorough : comparing);
  if (isRefusal(again))
    return { status: 'failed', failure: { id: object.id, code: again.code, because: again.because } };
  if (comparing.isFree)
    return isOvertaken(object, again, comparing.ours) ? { status: 'stopped', because: overtaken(object.id) } : again;
  if (isWithin(approved, plannedObject(again))) return again;
  return {
    status: 'stopped',
    because: `${spoken(object.id)} was changed by somebody else while it was being written, and differs now from what was approved; plan again`,
  };
};

/** What is wanted of an object, without what an earlier comparison found. */
const withoutFindings = (object: ComparedObject): DesiredObject => {
  const { live: _1, migration: _2, repair: _3, handover: _4, isUntried: _5, ...desired } = object;
  return desired;
};

const refusedObject = async (
  object: ComparedObject,
  refused: ApiRefusal,
  { writing, comparing }: ApplyingObject,
): Promise<Applied> => {
  // Behind a load balancer another API server may not serve a new CRD for some seconds more.
  if (object.crd !== undefined && assessRefusal(refused) === 'kind-missing') {
    return {
      status: 'later',
      retryAfterSeconds: 2,
      because: `waiting for every API server to serve ${object.served.kind}`,
    };
  }
  const failure = failedObject(object.id, refused);
  // A rollout goes back as a whole; where nobody does, what was deleted for this is put back at once.
  if (object.action !== 'recreate' || object.live === undefined || comparing.isFree !== true) {
    return { status: 'failed', failure };
  }
  const because = brief(`${failure.because}; ${await putBack(writing, object, object.live)}`);
  return { status: 'failed', failure: { ...failure, because } };
};
