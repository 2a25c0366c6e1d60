import type { Manifest } from '../rollout/release.ts';
import { sameJson } from './field-diff.ts';
import { isObject, type JsonObject } from './fields.ts';
import type { FieldTrie, LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { fenceAnnotation, fieldManager } from './manager.ts';
import { sameQuantity } from './quantity.ts';
import { sameWithDefaults } from './server-defaults.ts';

const isOwn = (entry: ManagedFieldsEntry) =>
  entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '';

/** Our own entry: what the object had of us when it was last applied. */
export const ownEntry = (live: LiveObject): ManagedFieldsEntry | undefined => live.metadata.managedFields?.find(isOwn);

/** Our fields of an object without the fencing token, which is never a difference. */
export const ownFields = (live: LiveObject): FieldTrie | undefined => {
  const fields = ownEntry(live)?.fieldsV1;
  return fields && withoutFence(fields);
};

/**
 * Whether applying `want` would change nothing, decided without a request and never wrongly in the affirmative: every leaf of our
 * own managedFields entry stands in the manifest and equals the live value, and every leaf of the manifest is covered by the
 * entry. The first half catches changes and removals, the second additions. Doubt (another apiVersion, an index step, a value
 * the server may write in another form) is `false`, and the caller pays for a server-side dry run.
 */
export const isExactlyApplied = (want: Manifest, live: LiveObject): boolean => {
  const entry = ownEntry(live);
  if (entry?.fieldsV1 === undefined || entry.apiVersion !== want.apiVersion) return false;
  return covers(
    withoutFence(entry.fieldsV1),
    statedFields(want),
    withoutFenceValue(live),
    [],
    (path, a, b) => sameWithDefaults(want.apiVersion, a, b) || sameQuantity(path, a, b),
  );
};

/** The part of a manifest that managedFields speaks of: not the identity, which no manager owns. */
const statedFields = (want: Manifest): JsonObject => {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = want;
  const { name: _name, namespace: _namespace, ...meta } = metadata;
  return { ...rest, ...(Object.keys(meta).length === 0 ? {} : { metadata: meta }) };
};

/** Whether two values of a leaf are one, whatever form the server gives them. */
type Same = (path: readonly string[], want: unknown, have: unknown) => boolean;

const covers = (trie: FieldTrie, want: unknown, have: unknown, path: readonly string[], same: Same): boolean => {
  const steps = Object.entries(trie).filter(([step]) => step !== '.');
  if (steps.length === 0) return same(path, want, have);
  if (isObject(want) && isObject(have)) return coversMembers(steps, want, have, path, same);
  if (Array.isArray(want) && Array.isArray(have)) return coversItems(steps, want, have, path, same);
  return false;
};

type Steps = readonly (readonly [string, FieldTrie])[];

const coversMembers = (
  steps: Steps,
  want: Readonly<Record<string, unknown>>,
  have: Readonly<Record<string, unknown>>,
  path: readonly string[],
  same: Same,
): boolean =>
  steps.length === Object.keys(want).length &&
  steps.every(([step, below]) => {
    const name = step.slice(2);
    return (
      step.startsWith('f:') &&
      name in want &&
      name in have &&
      covers(below, want[name], have[name], [...path, name], same)
    );
  });

const coversItems = (
  steps: Steps,
  want: readonly unknown[],
  have: readonly unknown[],
  path: readonly string[],
  same: Same,
): boolean =>
  steps.length === want.length &&
  steps.every(([step, below]) => {
    const matches = itemMatcher(step);
    const wanted = want.filter(matches);
    const found = have.filter(matches);
    return wanted.length === 1 && found.length === 1 && covers(below, wanted[0], found[0], path, same);
  }) &&
  sameOrder(steps, want, have);

/** Associative lists keep the order they were applied in, and for environment variables the order means something. */
const sameOrder = (steps: Steps, want: readonly unknown[], have: readonly unknown[]): boolean => {
  const placeIn = (list: readonly unknown[]) => {
    const ours = list.filter((item) => steps.some(([step]) => itemMatcher(step)(item)));
    return steps.map(([step]) => ours.findIndex(itemMatcher(step)));
  };
  return sameJson(placeIn(want), placeIn(have));
};

/** Tells the item of a `k:` or `v:` step; no item for any other step, which makes it a doubt. */
export const itemMatcher = (step: string): ((item: unknown) => boolean) => {
  const [form, text] = [step.slice(0, 2), step.slice(2)];
  if (form !== 'k:' && form !== 'v:') return () => false;
  const value: unknown = JSON.parse(text);
  if (form === 'v:') return (item) => sameJson(item, value);
  if (!isObject(value)) return () => false;
  return (item) => isObject(item) && Object.entries(value).every(([key, expected]) => sameJson(item[key], expected));
};

const withoutFenceValue = (live: LiveObject): LiveObject => {
  const { [fenceAnnotation]: _fence, ...annotations } = live.metadata.annotations ?? {};
  return { ...live, metadata: { ...live.metadata, annotations } };
};

const withoutFence = (fields: FieldTrie): FieldTrie => {
  const metadata = fields['f:metadata'];
  const annotations = metadata?.['f:annotations'];
  if (metadata === undefined || annotations === undefined) return fields;
  const { [`f:${fenceAnnotation}`]: _fence, ...kept } = annotations;
  const { 'f:annotations': _annotations, ...others } = metadata;
  const left = Object.keys(kept).some((step) => step !== '.') ? { ...others, 'f:annotations': kept } : others;
  const { 'f:metadata': _metadata, ...rest } = fields;
  return Object.keys(left).length === 0 ? rest : { ...rest, 'f:metadata': left };
};
