import type { Manifest } from '../rollout/release.ts';
import { assessValue, type Difference } from './assess-value.ts';
import { sameJson } from './field-diff.ts';
import { isObject, type JsonObject } from './fields.ts';
import type { FieldTrie, LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { fenceAnnotation, fieldManager } from './manager.ts';

const isOwnEntry = (entry: ManagedFieldsEntry) =>
  entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '';

/** Our own entry: what the object had of us when it was last applied. */
export const ownEntry = (live: LiveObject): ManagedFieldsEntry | undefined =>
  live.metadata.managedFields?.find(isOwnEntry);

/** Our fields of an object without the fencing token, which is never a difference. */
export const ownFields = (live: LiveObject): FieldTrie | undefined => {
  const fields = ownEntry(live)?.fieldsV1;
  return fields && withoutFence(fields);
};

/**
 * What applying `want` would change, as far as our own managedFields entry tells without a request. `none` where every leaf of the entry
 * stands in the manifest and equals the live value, and every leaf of the manifest is covered by the entry: the first half catches
 * changes and removals, the second additions. `certain` where a leaf was added, taken away or given another value, or nothing of ours was
 * ever applied. The rest (another apiVersion, an index step, a value the server may write in another form) is `doubt`.
 */
export const assessDifference = (want: Manifest, live: LiveObject): Difference => {
  const entry = ownEntry(live);
  if (entry === undefined) return 'certain';
  if (entry.fieldsV1 === undefined || entry.apiVersion !== want.apiVersion) return 'doubt';
  return assess(withoutFence(entry.fieldsV1), statedFields(want), withoutFenceValue(live), [], (path, stated, held) =>
    assessValue(want.apiVersion, path, stated, held),
  );
};

/** Whether applying `want` would change nothing; never wrongly in the affirmative. */
export const isExactlyApplied = (want: Manifest, live: LiveObject): boolean => assessDifference(want, live) === 'none';

/**
 * Whether Tidegate has applied something else to an object than `want`: its own entry has a leaf that `want` does not state, or states
 * with another value. What other managers took over or changed is no longer in that entry, and is no sign of it.
 */
export const isAppliedOtherwise = (want: Manifest, live: LiveObject): boolean => {
  const fields = ownFields(live);
  if (fields === undefined || ownEntry(live)?.apiVersion !== want.apiVersion) return false;
  return states(fields, statedFields(want), withoutFenceValue(live), [], (path, stated, held) =>
    assessValue(want.apiVersion, path, stated, held),
  );
};

const states = (
  trie: FieldTrie,
  want: unknown,
  have: unknown,
  path: readonly string[],
  assessLeaf: AssessLeaf,
): boolean => {
  const steps = Object.entries(trie).filter(([step]) => step !== '.');
  if (steps.length === 0) return assessLeaf(path, want, have) === 'certain';
  return steps.some(([step, below]) => {
    if (step.startsWith('f:') && isObject(want) && isObject(have)) {
      const name = step.slice(2);
      return !(name in want) || states(below, want[name], have[name], [...path, name], assessLeaf);
    }
    if (!isItemStep(step) || !Array.isArray(want) || !Array.isArray(have)) return false;
    const [wanted, ...more] = want.filter(itemMatcher(step));
    const [found, ...others] = have.filter(itemMatcher(step));
    if (more.length > 0 || others.length > 0) return false;
    return wanted === undefined || states(below, wanted, found, path, assessLeaf);
  });
};

/** The part of a manifest that managedFields speaks of: not the identity, which no manager owns. */
const statedFields = (want: Manifest): JsonObject => {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = want;
  const { name: _name, namespace: _namespace, ...meta } = metadata;
  return { ...rest, ...(Object.keys(meta).length === 0 ? {} : { metadata: meta }) };
};

type AssessLeaf = (path: readonly string[], want: unknown, have: unknown) => Difference;

/** One difference that is certain needs no other; one doubt is enough for doubt. */
const worst = (found: readonly Difference[]): Difference =>
  found.includes('certain') ? 'certain' : found.includes('doubt') ? 'doubt' : 'none';

const assess = (
  trie: FieldTrie,
  want: unknown,
  have: unknown,
  path: readonly string[],
  assessLeaf: AssessLeaf,
): Difference => {
  const steps = Object.entries(trie).filter(([step]) => step !== '.');
  if (steps.length === 0) return assessLeaf(path, want, have);
  if (isObject(want) && isObject(have)) return assessMembers(steps, want, have, path, assessLeaf);
  if (Array.isArray(want) && Array.isArray(have)) return assessItems(steps, want, have, path, assessLeaf);
  return 'doubt';
};

type Steps = readonly (readonly [string, FieldTrie])[];

const assessMembers = (
  steps: Steps,
  want: JsonObject,
  have: JsonObject,
  path: readonly string[],
  assessLeaf: AssessLeaf,
): Difference => {
  if (steps.some(([step]) => !step.startsWith('f:'))) return 'doubt';
  const owned = new Set(steps.map(([step]) => step.slice(2)));
  const isSameSet = owned.size === Object.keys(want).length && Object.keys(want).every((name) => owned.has(name));
  if (!isSameSet) return 'certain';
  return worst(
    steps.map(([step, below]) => {
      const name = step.slice(2);
      return assess(below, want[name], have[name], [...path, name], assessLeaf);
    }),
  );
};

const assessItems = (
  steps: Steps,
  want: readonly unknown[],
  have: readonly unknown[],
  path: readonly string[],
  assessLeaf: AssessLeaf,
): Difference => {
  if (steps.some(([step]) => !isItemStep(step))) return 'doubt';
  const matchers = steps.map(([step]) => itemMatcher(step));
  if (steps.length !== want.length || matchers.some((matches) => !want.some(matches))) return 'certain';
  const items = steps.map(([, below], place) => {
    const matches = matchers[place] ?? (() => false);
    const wanted = want.filter(matches);
    const found = have.filter(matches);
    const isOne = wanted.length === 1 && found.length === 1;
    return isOne ? assess(below, wanted[0], found[0], path, assessLeaf) : 'doubt';
  });
  return worst([...items, sameOrder(steps, want, have) ? 'none' : 'doubt']);
};

/** Associative lists keep the order they were applied in, and for environment variables the order means something. */
const sameOrder = (steps: Steps, want: readonly unknown[], have: readonly unknown[]): boolean => {
  const placeIn = (list: readonly unknown[]) => {
    const ours = list.filter((item) => steps.some(([step]) => itemMatcher(step)(item)));
    return steps.map(([step]) => ours.findIndex(itemMatcher(step)));
  };
  return sameJson(placeIn(want), placeIn(have));
};

const isItemStep = (step: string): boolean => step.startsWith('k:') || step.startsWith('v:');

/** Tells the item of a `k:` or `v:` step; no item for any other step. */
export const itemMatcher = (step: string): ((item: unknown) => boolean) => {
  if (!isItemStep(step)) return () => false;
  const value: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return (item) => sameJson(item, value);
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
