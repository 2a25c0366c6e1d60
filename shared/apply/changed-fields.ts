import type { FieldChange } from '../rollout/plan.ts';
import type { DesiredObject } from './desired.ts';
import { diffFields, fieldChange, ownershipPath, sameJson } from './field-diff.ts';
import type { JsonObject } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { ownFields } from './managed-fields.ts';
import { fenceAnnotation } from './manager.ts';

/** Bookkeeping of the server's; `status` is written by controllers and is another resource. */
const bookkeeping = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

const comparable = (object: JsonObject): JsonObject => {
  const { status: _status, metadata, ...rest } = object as LiveObject;
  const meta = Object.fromEntries(Object.entries(metadata).filter(([name]) => !bookkeeping.includes(name)));
  const { [fenceAnnotation]: _fence, ...annotations } = metadata.annotations ?? {};
  // Always there, so that a key has one path, whether or not a controller has written the first one in between.
  return { ...rest, metadata: { ...meta, labels: metadata.labels ?? {}, annotations } };
};

/** What of an object will differ, bookkeeping, status and our fence aside. Of a Secret nothing but hashes. */
export const changedFields = (
  { served }: Pick<DesiredObject, 'served'>,
  before: JsonObject,
  after: JsonObject,
): readonly FieldChange[] =>
  diffFields(comparable(before), comparable(after), served.kind === 'Secret' && served.group === '');

/** Nothing differs but who owns it: a change all the same, since what we do not own we could never remove. */
export const ownershipChange = (live: LiveObject, answered: LiveObject, migrates: boolean): readonly FieldChange[] => {
  const [before, after] = [ownFields(live), ownFields(answered)];
  return sameJson(before, after) && !migrates ? [] : [fieldChange(ownershipPath, before, after, true)];
};
