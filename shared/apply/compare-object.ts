import type { Cluster } from '../clouds/cluster.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { Action, FieldChange, PlannedObject } from '../rollout/plan.ts';
import { type Answer, type ApiRefusal, ApiServerRefused, getObject, liveObject } from './api-requests.ts';
import { idLabel, partOfLabel } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { replicasToHandOver, withReplicas } from './autoscaled.ts';
import { changedFields, ownershipChange } from './changed-fields.ts';
import { clientSideEntries, planMigration, predictMigrated } from './client-side.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { dryRun } from './dry-run.ts';
import { explainRefusal, foreignOwners } from './explain-refusal.ts';
import { fieldChange, overlay, ownershipPath } from './field-diff.ts';
import type { JsonObject } from './fields.ts';
import { leaveFilled } from './left-to-others.ts';
import type { LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { assessDifference, ownFields } from './managed-fields.ts';
import { immutableChangeAnnotation } from './manager.ts';
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
  /** What the API server warned of when it was asked by dry run. */
  readonly warnings?: readonly string[];
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

type Answered = Answer & { readonly ok: true };
type Refused = Answer & { readonly ok: false };

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
  const handover = handoverOf(desired, live);
  if (comparing.leavesCertain === true && difference === 'certain' && handover === undefined) {
    return compareUntried(desired, live);
  }
  // As if the number of replicas stayed ours: what differs beside it.
  const manifest = handover === undefined ? desired.manifest : withReplicas(desired.manifest, handover);
  const asked = await dryRun(manifest, desired, comparing, false);
  if (asked.ok) return compareAnswer(desired, live, asked, { force: false, handover });
  if (isVersionSkew(asked.refused)) return compareSkewed(desired, live, asked, comparing);
  const meaning = assessRefusal(asked.refused);
  if (meaning === 'immutable') return compareReplacement(desired, live, asked, comparing);
  if (meaning === 'invalid' && isClientSide) return compareMigrated(desired, live);
  if (meaning !== 'ownership' || foreignOwners(asked.refused).length > 0)
    return refuse(desired, asked.refused, comparing);
  const forced = await dryRun(manifest, desired, comparing, true);
  if (forced.ok) return compareAnswer(desired, live, forced, { force: true, handover });
  if (assessRefusal(forced.refused) === 'invalid' && isClientSide) return compareMigrated(desired, live);
  return assessRefusal(forced.refused) === 'immutable'
    ? compareReplacement(desired, live, forced, comparing)
    : refuse(desired, forced.refused, comparing);
};

/** Looked for after a migration, which makes the fields of a client ours: replicas that kubectl once stated would be reset as well. */
const handoverOf = ({ isAutoscaled }: DesiredObject, live: LiveObject): number | undefined => {
  if (isAutoscaled === undefined) return undefined;
  const managedFields = planMigration(live) ?? live.metadata.managedFields ?? [];
  return replicasToHandOver({ ...live, metadata: { ...live.metadata, managedFields } });
};

/** A refusal of the object; trouble of the server's is no verdict on it and is thrown. */
const refuse = ({ id, manifest }: DesiredObject, refused: ApiRefusal, { cluster }: Comparing): Refusal => {
  const meaning = assessRefusal(refused);
  if (meaning !== 'again' && meaning !== 'stale') return explainRefusal(id, refused);
  throw new ApiServerRefused(cluster.target, `dry run of ${manifest.kind} ${manifest.metadata.name}`, refused);
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
  if (asked.ok) return { ...created, ...warnedOf(asked) };
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
  const fields = changedFields(desired, live, predictApplied(desired.manifest, migrated));
  return { ...desired, action: 'migrate', fields, live, force: true, migration };
};

/** A fencing token is never a difference, and `comparable` leaves it out; that the manifest states none does not take it away. */
const compareUntried = (desired: DesiredObject, live: LiveObject): ComparedObject => {
  const fields = changedFields(desired, live, predictApplied(desired.manifest, live));
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
export const asWritten = (object: ComparedObject, answer: Answered): ComparedObject =>
  object.isUntried === true && object.live !== undefined
    ? compareAnswer(object, object.live, answer, { force: object.force, handover: undefined })
    : object;

const warnedOf = ({ warnings }: Answer): Pick<ComparedObject, 'warnings'> =>
  warnings === undefined ? {} : { warnings };

const compareAnswer = (
  desired: DesiredObject,
  live: LiveObject,
  asked: Answered,
  { force, handover }: { readonly force: boolean; readonly handover: number | undefined },
): ComparedObject => {
  const answered = liveObject(asked.body);
  const migration = planMigration(live);
  const changed = changedFields(desired, live, migration === undefined ? answered : predictMigrated(answered));
  const owned = changed.length > 0 ? changed : ownershipChange(live, answered, migration !== undefined);
  // That replicas are given up is a change of ownership.
  const given =
    handover === undefined ? [] : [fieldChange(ownershipPath, ownFields(live), desired.manifest.spec, true)];
  const fields = owned.length > 0 ? owned : given;
  return {
    ...desired,
    action: fields.length === 0 ? 'unchanged' : migration === undefined ? 'change' : 'migrate',
    fields,
    live,
    force,
    ...(migration === undefined ? {} : { migration }),
    ...(handover === undefined ? {} : { handover }),
    ...warnedOf(asked),
  };
};

/** A dry run can not span the repair and the apply; the difference is what the manifest states otherwise than the live object. */
const compareSkewed = (
  desired: DesiredObject,
  live: LiveObject,
  asked: Refused,
  comparing: Comparing,
): ComparedObject | Refusal => {
  const repair = planVersionRepair(live, desired.manifest.apiVersion);
  if (repair === undefined) return refuse(desired, asked.refused, comparing);
  const changed = changedFields(desired, live, overlay(live, desired.manifest) as JsonObject);
  const repaired = fieldChange(ownershipPath, live.metadata.managedFields, repair, true);
  return { ...desired, action: 'change', fields: [...changed, repaired], live, force: false, repair };
};

const mayRecreate = ({ manifest, served }: DesiredObject): boolean =>
  manifest.metadata.annotations?.[immutableChangeAnnotation] === 'recreate' && !holdsState(served);

const compareReplacement = async (
  desired: DesiredObject,
  live: LiveObject,
  asked: Refused,
  comparing: Comparing,
): Promise<ComparedObject | Refusal> => {
  if (!mayRecreate(desired)) return refuse(desired, asked.refused, comparing);
  const compared: ComparedObject = {
    ...desired,
    action: 'recreate',
    fields: changedFields(desired, live, overlay(live, desired.manifest) as JsonObject),
    live,
    force: false,
  };
  if (!comparing.tryCreates && comparing.isFree !== true) return compared;
  // Under a name of its own, so that a bad replacement is found out before the object it replaces is gone.
  const { metadata } = desired.manifest;
  const renamed = { ...desired.manifest, metadata: { ...metadata, name: trialName(metadata.name) } };
  const tried = await dryRun(renamed, desired, comparing, false);
  return tried.ok ? { ...compared, ...warnedOf(tried) } : refuse(desired, tried.refused, comparing);
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
  because: brief(
    `${spoken(desired.id)} belongs to the set ${set} (whose inventory carries that as label ${idLabel}); remove it there or take it out of the release`,
  ),
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
