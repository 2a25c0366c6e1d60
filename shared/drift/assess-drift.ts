import type { ToDo } from '../apply/look-again.ts';
import type { Refusal, RefusalCode } from '../apply/refusals.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import type { LastWritten } from '../rollout/last-written.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Target } from '../rollout/target.ts';
import type { Looked } from '../wave/verify-target.ts';

/** An object that is not as it was brought, and in what; at most 300 characters, never a value. */
export interface DriftedObject {
  readonly id: ObjectId;
  readonly because: string;
  /** Who of others wrote it last: most likely, and not certainly, whose change it is. */
  readonly written?: LastWritten;
}

/** What a look at a target found. `unknown` is no answer: neither that it drifted nor that it did not. */
export type DriftFound =
  | { readonly status: 'as-deployed'; readonly objects: number }
  /** `parts`: short digests of the differences, object by object, live values included: what a waiver of this drift lets by. */
  | { readonly status: 'drifted'; readonly objects: readonly DriftedObject[]; readonly parts: readonly string[] }
  | { readonly status: 'unknown'; readonly because: string };

/** Refusals that say what became of one object since it was brought; others speak of the release, or of what we may. */
const drifted: readonly RefusalCode[] = [
  'FIELD_CONFLICT',
  'FOREIGN_SET',
  'IMMUTABLE_FIELD',
  'TERMINATING',
  // Its kind went with its CustomResourceDefinition, or it with its namespace.
  'UNKNOWN_KIND',
  'NAMESPACE_MISSING',
];

/** Fields named of an object. */
const mostFields = 3;

/**
 * Whether a target still has what was brought to it: what deploying that again would do is the drift. Objects that left the release and
 * stand there all the same are none: nobody approved their delete, or they ask to stay. Neither is a field that has its value and another
 * holder. Of a look that is refused only what refuses it is known. Pure.
 */
export const assessDrift = (looked: Looked, { namespace }: Pick<Target, 'namespace'>): DriftFound => {
  if (looked.status === 'unreachable') return { status: 'unknown', because: looked.because };
  if (looked.status === 'refused') return assessRefusals(looked.refusals, `/Namespace//${namespace}`);
  const different = looked.status === 'different' ? looked.toDo.filter(isDifferent) : [];
  return different.length === 0
    ? { status: 'as-deployed', objects: looked.objects }
    : {
        status: 'drifted',
        objects: different.map((object) => ({ id: object.id, because: differenceOf(object), ...writtenOf(object) })),
        parts: partsOf(
          different.map(({ id, action, fields }) => ({ id, action, fields: fields.filter(isValue).map(liveValue) })),
        ),
      };
};

const writtenOf = ({ written }: Pick<ToDo, 'written'>): Pick<DriftedObject, 'written'> =>
  written === undefined ? {} : { written };

const liveValue = ({ path, replaces, replacesHash }: ToDo['fields'][number]) => ({
  path,
  live: replacesHash ?? replaces,
});

/** Parts that are told apart: more than that are one, by all of them. */
const mostParts = 200;

/** Sorted, so that the same difference has the same parts. */
const partsOf = (differences: readonly object[]): readonly string[] => {
  const parts = differences.map(shortDigest).sort();
  return parts.length > mostParts ? [shortDigest(parts)] : parts;
};

/** 64 bits of a digest. */
const shortDigest = (value: unknown): string => digestOf(canonicalJson(value)).slice(7, 23);

const isDifferent = ({ action, fields }: ToDo): boolean =>
  action === 'create' || action === 'recreate' || (action !== 'prune' && differing(fields).length > 0);

/** Without who holds fields, which is a field of its own where nothing else differs. */
const differing = (fields: ToDo['fields']): readonly string[] => fields.filter(isValue).map(({ path }) => path);

const isValue = ({ path }: ToDo['fields'][number]): boolean => path !== '/metadata/managedFields';

const assessRefusals = (refusals: readonly Refusal[], namespace: ObjectId): DriftFound => {
  const objects = refusals.flatMap(({ code, because, conflicts = [], ...refusal }) => {
    const object = refusal.object ?? (code === 'NAMESPACE_MISSING' ? namespace : undefined);
    if (object === undefined || !drifted.includes(code)) return [];
    const rest = writtenOf(refusal);
    if (conflicts.length === 0) return [{ id: object, because: brief(because, 300), ...rest }];
    const held = conflicts.map(({ path, manager }) => `${path} (${manager})`);
    return [{ id: object, because: brief(`others hold ${some(held, 'field')}`, 300), ...rest }];
  });
  if (objects.length > 0) {
    return { status: 'drifted', objects, parts: partsOf(objects.map(({ id, because }) => ({ id, because }))) };
  }
  const reasons = refusals.map(({ because }) => because).join('; ');
  return { status: 'unknown', because: brief(`what was deployed can not be planned again: ${reasons}`, 300) };
};

const differenceOf = ({ action, fields }: ToDo): string => {
  if (action === 'create') return 'it is gone';
  const named = differing(fields);
  const what = `${named.length} ${named.length === 1 ? 'field differs' : 'fields differ'}`;
  const difference = named.length === 0 ? 'it differs' : `${what}: ${some(named, 'field')}`;
  if (action === 'recreate') return brief(`${difference}; only a new object can have it back`, 300);
  return brief(action === 'migrate' ? `${difference}; somebody applied it from a client` : difference, 300);
};

const some = (names: readonly string[], what: string): string => {
  const more = names.length - mostFields;
  const rest = more > 0 ? ` and ${more} more ${more === 1 ? what : `${what}s`}` : '';
  return `${names.slice(0, mostFields).join(', ')}${rest}`;
};

/** The objects as one clause: `apps/Deployment/shop/web (2 fields differ: …), …`. */
export const sayDrifted = (objects: readonly DriftedObject[]): string =>
  brief(
    `${objects
      .slice(0, mostFields)
      .map(({ id, because }) => `${id} (${because})`)
      .join(', ')}${objects.length > mostFields ? ` and ${objects.length - mostFields} more` : ''}`,
    400,
  );
