import type { Cluster } from '../clouds/cluster.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { Action, FieldChange, PlannedObject } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { type Answer, type ApiRefusal, ApiServerRefused, ask, getObject, liveObject } from './api-requests.ts';
import { partOfLabel } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { replicasToHandOver } from './autoscaled.ts';
import { clientSideEntries, planMigration, predictMigrated } from './client-side.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { explainRefusal, foreignOwners } from './explain-refusal.ts';
import { diffFields, fieldChange, overlay, ownershipPath, sameJson } from './field-diff.ts';
import type { JsonObject } from './fields.ts';
import { leaveFilled } from './left-to-others.ts';
import type { LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { assessDifference, ownFields } from './managed-fields.ts';
import { fenceAnnotation, fieldManager, immutableChangeAnnotation } from './manager.ts';
import { holdsState, spoken } from './object-id.ts';
import { preconditionsOf } from './preconditions.ts';
import { predictApplied } from './predict-applied.ts';
import type { Refusal } from './refusals.ts';
import { isVersionSkew, planVersionRepair } from './version-skew.ts';

/** A desired object beside what is there, and what bringing them together takes. */
export interface ComparedObject extends DesiredObject {
  readonly action: Exclude<Action, 'prune'>;
  readonly fields: readonly FieldChange[];
  readonly live?: LiveObject;
  /** Fields of client-side managers are taken over. */
  readonly force: boolean;
  /** The managedFields to write before, where client-side apply had the object. */
  readonly migration?: readonly ManagedFieldsEntry[];
  /** The managedFields to write before, where they speak of fields that their version no longer has. */
  readonly repair?: readonly ManagedFieldsEntry[];
  /** The number of replicas to hand over to its autoscaler before. */
  readonly handover?: number;
  /** The server was not asked. Of an object that is there `fields` is predicted, until it answers to the write. */
  readonly isUntried?: true;
}

export interface Comparing {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  /** Ids of our own sets on the target. */
  readonly ours: ReadonlySet<string>;
  /** Whether objects to be created, and replacements, are tried by a dry run: when planning, not again when writing. */
  readonly tryCreates: boolean;
  /** There is no approved plan to keep to, nor one in which a replacement was tried: what is found is what is meant. */
  readonly isFree?: true;
  /** What certainly differs is not tried before it is written. */
  readonly leavesCertain?: true;
}

/**
 * What applying `desired` would do to `live`. Unchanged objects are found without a request (`assessDifference`); for the others
 * the server is asked by dry run, whose answer differs from the live object in exactly the fields that will change.
 * @throws ApiServerRefused when the server is busy or in trouble.
 */
export const compareObject = async (
  stated: DesiredObject,
  live: LiveObject | undefined,
  comparing: Comparing,
): Promise<ComparedObject | Refusal> => {
  if (live === undefined) return compareNew(stated, comparing);
  const desired = { ...stated, manifest: leaveFilled(stated.manifest, live) };
  const set = live.metadata.labels?.[partOfLabel];
  if (set !== undefined && !comparing.ours.has(set)) return foreignMember(desired, set);
  if (live.metadata.deletionTimestamp !== undefined) return compareLeaving(desired, live);
  const isClientSide = clientSideEntries(live).length > 0;
  const difference = isClientSide ? 'doubt' : assessDifference(desired.manifest, live);
  if (difference === 'none') return { ...desired, action: 'unchanged', fields: [], live, force: false };
  const handover = desired.isAutoscaled ? replicasToHandOver(live) : undefined;
  if (handover !== undefined) return compareHandover(desired, live, handover, comparing);
  if (comparing.leavesCertain === true && difference === 'certain') {
    return compareUntried(desired, live);
  }
  const asked = await dryRun(desired.manifest, desired, comparing, false);
  if (asked.ok) return compareAnswer(desired, live, liveObject(asked.body), false);
  if (isVersionSkew(asked.refused)) return compareSkewed(desired, live, asked, comparing);
  const meaning = assessRefusal(asked.refused);
  if (meaning === 'immutable') return compareReplacement(desired, live, asked, comparing);
  if (meaning === 'invalid' && isClientSide) return compareMigrated(desired, live);
  if (meaning !== 'ownership' || foreignOwners(asked.refused).length > 0)
    return refuse(desired, asked.refused, comparing);
  const forced = await dryRun(desired.manifest, desired, comparing, true);
  if (forced.ok) return compareAnswer(desired, live, liveObject(forced.body), true);
  if (assessRefusal(forced.refused) === 'invalid' && isClientSide) return compareMigrated(desired, live);
  return assessRefusal(forced.refused) === 'immutable'
    ? compareReplacement(desired, live, forced, comparing)
    : refuse(desired, forced.refused, comparing);
};

/** A refusal of the object; trouble of the server's is no verdict on it and is thrown. */
const refuse = ({ id, manifest }: DesiredObject, refused: ApiRefusal, { cluster }: Comparing): Refusal => {
  const meaning = assessRefusal(refused);
  if (meaning !== 'again' && meaning !== 'stale') return explainRefusal(id, refused);
  throw new ApiServerRefused(cluster.target, `dry run of ${manifest.kind} ${manifest.metadata.name}`, refused);
};

const dryRun = (
  manifest: Manifest,
  { served }: DesiredObject,
  { cluster, signal }: Comparing,
  force: boolean,
): Promise<Answer> => {
  const { namespace = '', name } = manifest.metadata;
  const query = `fieldManager=${fieldManager}&fieldValidation=Strict&dryRun=All${force ? '&force=true' : ''}`;
  return ask(cluster, `${pathOf(served, namespace, name)}?${query}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(manifest),
    signal,
  });
};

const compareNew = async (desired: DesiredObject, comparing: Comparing): Promise<ComparedObject | Refusal> => {
  const created: ComparedObject = {
    ...desired,
    action: 'create',
    fields: [fieldChange('', undefined, desired.manifest, true)],
    force: false,
  };
  if (!comparing.tryCreates || !desired.isServed) return { ...created, isUntried: true };
  const { manifest } = desired;
  const metadata = { ...manifest.metadata, ...(comparing.isFree ? preconditionsOf(undefined) : {}) };
  const asked = await dryRun({ ...manifest, metadata }, desired, comparing, false);
  if (asked.ok) return created;
  if (comparing.isFree !== true || !isMoved(undefined, asked.refused)) return refuse(desired, asked.refused, comparing);
  // It was not looked for, and is there.
  const path = pathOf(desired.served, manifest.metadata.namespace ?? '', manifest.metadata.name);
  const live = await getObject(comparing.cluster, path, comparing.signal);
  return live === undefined ? created : compareObject(desired, live, comparing);
};

/**
 * What the server calls invalid may be so only as long as client-side apply owns what the manifest states otherwise: a port of another
 * number beside the old one of its name (kubernetes#131147). No dry run can span the migration; the write says whether it is right.
 */
const compareMigrated = (desired: DesiredObject, live: LiveObject): ComparedObject => {
  const migration = planMigration(live) ?? [];
  const migrated = { ...live, metadata: { ...live.metadata, managedFields: migration } };
  const hidden = desired.served.kind === 'Secret' && desired.served.group === '';
  const fields = diffFields(comparable(live), comparable(predictApplied(desired.manifest, migrated)), hidden);
  return { ...desired, action: 'change', fields, live, force: true, migration };
};

/** A fencing token is never a difference, and `comparable` leaves it out; that the manifest states none does not take it away. */
const compareUntried = (desired: DesiredObject, live: LiveObject): ComparedObject => {
  const hidden = desired.served.kind === 'Secret' && desired.served.group === '';
  const fields = diffFields(comparable(live), comparable(predictApplied(desired.manifest, live)), hidden);
  const known = fields.length > 0 ? fields : [fieldChange(ownershipPath, ownFields(live), desired.manifest, true)];
  return { ...desired, action: 'change', fields: known, live, force: false, isUntried: true };
};

/**
 * Whether a write was refused because the object is not as it was read. One that was not there and is may be told as owned by others: the
 * server looks at that first.
 */
export const isMoved = (live: LiveObject | undefined, refused: ApiRefusal): boolean => {
  const meaning = assessRefusal(refused);
  return meaning === 'stale' || (live === undefined && meaning === 'ownership');
};

/** What became of an object of which it was not known by how much it differs, from what the server answered to the write. */
export const asWritten = (object: ComparedObject, answered: LiveObject): ComparedObject =>
  object.isUntried === true && object.live !== undefined
    ? compareAnswer(object, object.live, answered, object.force)
    : object;

const compareAnswer = (
  desired: DesiredObject,
  live: LiveObject,
  answered: LiveObject,
  force: boolean,
): ComparedObject => {
  const migration = planMigration(live);
  const expected = migration === undefined ? answered : predictMigrated(answered);
  const hidden = desired.served.kind === 'Secret' && desired.served.group === '';
  const changed = diffFields(comparable(live), comparable(expected), hidden);
  const fields = changed.length > 0 ? changed : ownershipChange(live, answered, migration !== undefined);
  return {
    ...desired,
    action: fields.length === 0 ? 'unchanged' : 'change',
    fields,
    live,
    force,
    ...(migration === undefined ? {} : { migration }),
  };
};

/** As if the number of replicas stayed ours: what differs beside it. That it is given up is a change of ownership. */
const compareHandover = async (
  desired: DesiredObject,
  live: LiveObject,
  replicas: number,
  comparing: Comparing,
): Promise<ComparedObject | Refusal> => {
  const kept = { ...desired.manifest, spec: { ...(desired.manifest.spec as JsonObject), replicas } };
  const asked = await dryRun(kept, desired, comparing, true);
  if (!asked.ok) return refuse(desired, asked.refused, comparing);
  const compared = compareAnswer(desired, live, liveObject(asked.body), true);
  const given = fieldChange(ownershipPath, ownFields(live), desired.manifest.spec, true);
  const fields = compared.fields.length > 0 ? compared.fields : [given];
  return { ...compared, action: 'change', fields, handover: replicas };
};

/** A dry run can not span the repair and the apply; the difference is what the manifest states otherwise than the live object. */
const compareSkewed = (
  desired: DesiredObject,
  live: LiveObject,
  asked: Answer & { ok: false },
  comparing: Comparing,
): ComparedObject | Refusal => {
  const repair = planVersionRepair(live, desired.manifest.apiVersion);
  if (repair === undefined) return refuse(desired, asked.refused, comparing);
  const changed = diffFields(comparable(live), comparable(overlay(live, desired.manifest) as JsonObject));
  const repaired = fieldChange(ownershipPath, live.metadata.managedFields, repair, true);
  return { ...desired, action: 'change', fields: [...changed, repaired], live, force: false, repair };
};

/** Nothing differs but who owns it: a change all the same, since what we do not own we could never remove. */
const ownershipChange = (live: LiveObject, answered: LiveObject, migrates: boolean): readonly FieldChange[] => {
  const [before, after] = [ownFields(live), ownFields(answered)];
  return sameJson(before, after) && !migrates ? [] : [fieldChange(ownershipPath, before, after, true)];
};

/** Bookkeeping of the server's; `status` is written by controllers and is another resource. */
const bookkeeping = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

const comparable = (object: JsonObject): JsonObject => {
  const { status: _status, metadata, ...rest } = object as LiveObject;
  const meta = Object.fromEntries(Object.entries(metadata).filter(([name]) => !bookkeeping.includes(name)));
  const { [fenceAnnotation]: _fence, ...annotations } = metadata.annotations ?? {};
  // Always there, so that a key has one path, whether or not a controller has written the first one in between.
  return { ...rest, metadata: { ...meta, labels: metadata.labels ?? {}, annotations } };
};

const mayRecreate = ({ manifest, served }: DesiredObject): boolean =>
  manifest.metadata.annotations?.[immutableChangeAnnotation] === 'recreate' && !holdsState(served);

const compareReplacement = async (
  desired: DesiredObject,
  live: LiveObject,
  asked: Answer & { ok: false },
  comparing: Comparing,
): Promise<ComparedObject | Refusal> => {
  if (!mayRecreate(desired)) return refuse(desired, asked.refused, comparing);
  if (comparing.tryCreates || comparing.isFree) {
    // Under a name of its own, so that a bad replacement is found out before the object it replaces is gone.
    const { metadata } = desired.manifest;
    const renamed = { ...desired.manifest, metadata: { ...metadata, name: trialName(metadata.name) } };
    const tried = await dryRun(renamed, desired, comparing, false);
    if (!tried.ok) return refuse(desired, tried.refused, comparing);
  }
  const fields = diffFields(comparable(live), comparable(overlay(live, desired.manifest) as JsonObject));
  return { ...desired, action: 'recreate', fields, live, force: false };
};

/** At most 63 characters, the shortest limit a kind has; the digest keeps two long names apart. */
const trialName = (name: string): string =>
  `${name.slice(0, 40).replace(/[^a-z0-9]+$/, '')}-${digestOf(canonicalJson(name)).slice(7, 15)}`;

/** An object on its way out: ours to replace when it was being recreated, else to wait for. */
const compareLeaving = (desired: DesiredObject, live: LiveObject): ComparedObject | Refusal => {
  if (mayRecreate(desired)) return { ...desired, action: 'recreate', fields: [], live, force: false };
  const held = live.metadata.finalizers?.length ? `, held by finalizers ${live.metadata.finalizers.join(', ')}` : '';
  return {
    code: 'TERMINATING',
    object: desired.id,
    because: brief(`${spoken(desired.id)} is being deleted${held}; wait until it is gone, then plan again`),
  };
};

const foreignMember = (desired: DesiredObject, set: string): Refusal => ({
  code: 'FOREIGN_SET',
  object: desired.id,
  because: brief(`${spoken(desired.id)} belongs to the set ${set}; remove it there or take it out of the release`),
});

export const isRefusal = (result: ComparedObject | Refusal): result is Refusal => 'code' in result;

/** A compared object as the plan lists it. */
export const plannedObject = ({ id, service, action, fields, live }: ComparedObject): PlannedObject => ({
  id,
  service,
  action,
  fields,
  ...(live === undefined || action === 'unchanged' ? {} : { uid: live.metadata.uid }),
});
