import { isObject, type JsonObject } from './fields.ts';
import type { FieldTrie, LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { itemMatcher } from './managed-fields.ts';
import { fieldManager } from './manager.ts';

/** Managers that stand for "whoever applied or created it from a client", whose fields become ours when we take over. */
const migrated = ['kubectl-client-side-apply', 'kubectl-create', 'kubectl-replace', 'before-first-apply'];

/** Beside those, hands at a keyboard: what they set is replaced where the manifest says otherwise, and stays elsewhere. */
const takenOver = [
  ...migrated,
  'kubectl',
  'kubectl-edit',
  'kubectl-patch',
  'kubectl-set',
  'kubectl-label',
  'kubectl-annotate',
];

/** Whether a conflict with this manager may be forced. Any other manager is a conflict for a person to decide. */
export const isClientSide = (manager: string): boolean => takenOver.includes(manager);

const lastApplied = 'f:kubectl.kubernetes.io/last-applied-configuration';

const isMigrated = (entry: ManagedFieldsEntry): boolean =>
  entry.operation === 'Update' &&
  (entry.subresource ?? '') === '' &&
  (migrated.includes(entry.manager ?? '') ||
    entry.fieldsV1?.['f:metadata']?.['f:annotations']?.[lastApplied] !== undefined);

/** The entries of client-side managers whose fields a migration hands to us. */
export const clientSideEntries = (live: LiveObject): readonly ManagedFieldsEntry[] =>
  live.metadata.managedFields?.filter(isMigrated) ?? [];

/**
 * The managedFields with which client-side apply becomes server-side apply (the rules of client-go's csaupgrade): our Apply
 * entry owns what the client-side entries of the same apiVersion owned, and those are gone. Applying again then removes what the
 * manifest no longer states. `undefined` where there is nothing to migrate, so twice is the same as once.
 */
export const planMigration = (live: LiveObject): readonly ManagedFieldsEntry[] | undefined => {
  const entries = live.metadata.managedFields ?? [];
  const leaving = entries.filter(isMigrated);
  const [first] = leaving;
  if (first === undefined) return undefined;
  const own = entries.find(
    (entry) => entry.manager === fieldManager && entry.operation === 'Apply' && !entry.subresource,
  );
  const base: ManagedFieldsEntry = own ?? { ...first, manager: fieldManager, operation: 'Apply' };
  const fieldsV1 = leaving
    .filter((entry) => entry.apiVersion === base.apiVersion)
    .reduce((union, entry) => unionOf(union, entry.fieldsV1 ?? {}), base.fieldsV1 ?? {});
  return [{ ...base, fieldsV1 }, ...entries.filter((entry) => entry !== own && !leaving.includes(entry))];
};

const unionOf = (a: FieldTrie, b: FieldTrie): FieldTrie => ({
  ...a,
  ...Object.fromEntries(Object.entries(b).map(([step, below]) => [step, unionOf(a[step] ?? {}, below)])),
});

/**
 * What the object will be when the migration is done: `forced`, the answer of a forced dry run, without the fields that only
 * client-side managers own. A prediction, because no dry run can span both requests; defaults that the server would put back
 * are not in it.
 */
export const predictMigrated = (forced: LiveObject): JsonObject => {
  const entries = forced.metadata.managedFields ?? [];
  const kept = entries.filter((entry) => !isMigrated(entry)).map((entry) => entry.fieldsV1 ?? {});
  return entries
    .filter(isMigrated)
    .reduce<JsonObject>((object, entry) => removeOwned(object, entry.fieldsV1 ?? {}, kept) as JsonObject, forced);
};

const isMember = (trie: FieldTrie): boolean => '.' in trie || Object.keys(trie).length === 0;

/** Structured-merge-diff's rule: an owned element goes with all below it, unless anybody else owns it or something below it. */
export const removeOwned = (value: unknown, owned: FieldTrie, kept: readonly FieldTrie[]): unknown => {
  let left = value;
  for (const [step, below] of Object.entries(owned)) {
    if (step === '.') continue;
    const keepers = kept.map((trie) => trie[step]).filter((trie) => trie !== undefined);
    const gone = keepers.length === 0 && isMember(below);
    left = atStep(left, step, (found) => (gone ? undefined : removeOwned(found, below, keepers)));
  }
  return left;
};

const atStep = (value: unknown, step: string, change: (found: unknown) => unknown): unknown => {
  if (step.startsWith('f:') && isObject(value)) {
    const name = step.slice(2);
    if (!(name in value)) return value;
    const { [name]: found, ...rest } = value;
    const changed = change(found);
    return changed === undefined ? rest : { ...rest, [name]: changed };
  }
  if (!Array.isArray(value)) return value;
  const matches = itemMatcher(step);
  return value.flatMap((item) => {
    const changed = matches(item) ? change(item) : item;
    return changed === undefined ? [] : [changed];
  });
};
