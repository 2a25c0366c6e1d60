import type { PlannedObject } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { type Answer, type ApiRefusal, getObject, liveObject } from './api-requests.ts';
import { assessRefusal } from './assess-refusal.ts';
import { replicasToHandOver, withReplicas } from './autoscaled.ts';
import { clientSideEntries } from './client-side.ts';
import { type ComparedObject, type Comparing, compareObject, isRefusal, plannedObject } from './compare-object.ts';
import { deleteObject, propagationFor } from './delete-object.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import { numberAt } from './fields.ts';
import type { LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { isExactlyApplied } from './managed-fields.ts';
import { fenceOf, fieldManager, handoverManager } from './manager.ts';
import { spoken } from './object-id.ts';
import type { ObjectFailure } from './refusals.ts';
import { type Landed, landed } from './slice.ts';
import { planVersionRepair } from './version-skew.ts';
import { isWithin } from './within-plan.ts';
import { type Writing, type Written, write } from './writing.ts';

export type Applied =
  | { readonly status: 'done'; readonly landed: Landed; readonly warnings?: readonly string[] }
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
      return { status: 'done', landed: landed(object.live) };
    const written = await bring(object, applying);
    if (written.status !== 'answered') return written;
    const { answer } = written;
    if (answer.ok) {
      const warned = answer.warnings === undefined ? {} : { warnings: answer.warnings };
      return { status: 'done', landed: landed(liveObject(answer.body)), ...warned };
    }
    const { refused } = answer;
    if (assessRefusal(refused) !== 'stale' || attempt >= collisions) return refusedObject(object, refused);
    const again = await compareAgain(object, applying);
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
  { metadata: { resourceVersion } }: LiveObject,
  replicas: number,
): Promise<Written> => {
  const path = objectPath(object);
  const { apiVersion, kind, metadata } = object.manifest;
  const { name, namespace } = metadata;
  return write(writing, {
    id: object.id,
    verb: 'apply',
    path: `${path}?fieldManager=${handoverManager}&fieldValidation=Strict&force=true`,
    method: 'PATCH',
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify({ apiVersion, kind, metadata: { name, namespace, resourceVersion }, spec: { replicas } }),
    readBack: () => readBack(writing, path, (found) => replicasToHandOver(found) === undefined),
  });
};

/**
 * The apply request. Where an object is there, its resourceVersion goes along, so that what was compared is what is written;
 * only then may fields of client-side managers be forced.
 */
const sendApply = (writing: Writing, object: ComparedObject, live: LiveObject | undefined): Promise<Written> => {
  const { manifest } = object;
  const path = objectPath(object);
  const force = object.force || object.migration !== undefined ? '&force=true' : '';
  return write(writing, {
    id: object.id,
    verb: 'apply',
    path: `${path}?fieldManager=${fieldManager}&fieldValidation=Strict${force}`,
    method: 'PATCH',
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(fenced(manifest, writing.fence, live)),
    readBack: () => readBack(writing, path, (found) => isExactlyApplied(manifest, found)),
  });
};

const fenced = (manifest: Manifest, fence: number | undefined, live: LiveObject | undefined): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    ...withFence(manifest, fence),
    ...(live === undefined ? {} : { resourceVersion: live.metadata.resourceVersion }),
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
    path: `${path}?fieldManager=${fieldManager}`,
    method: 'PATCH',
    contentType: 'application/json-patch+json',
    body: JSON.stringify([
      { op: 'replace', path: '/metadata/managedFields', value: entries },
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    ]),
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

const compareAgain = async (
  object: ComparedObject,
  { writing, comparing, approved }: ApplyingObject,
): Promise<ComparedObject | Applied> => {
  const live = await getObject(writing.cluster, objectPath(object), writing.invocation.signal);
  const again = await compareObject(object, live, comparing);
  if (isRefusal(again))
    return { status: 'failed', failure: { id: object.id, code: again.code, because: again.because } };
  if (isWithin(approved, plannedObject(again))) return again;
  return {
    status: 'stopped',
    because: `${spoken(object.id)} was changed by somebody else while it was being written, and differs now from what was approved; plan again`,
  };
};

const refusedObject = (object: ComparedObject, refused: ApiRefusal): Applied => {
  // Behind a load balancer another API server may not serve a new CRD for some seconds more.
  if (object.crd !== undefined && assessRefusal(refused) === 'kind-missing') {
    return {
      status: 'later',
      retryAfterSeconds: 2,
      because: `waiting for every API server to serve ${object.served.kind}`,
    };
  }
  return { status: 'failed', failure: failedObject(object.id, refused) };
};
