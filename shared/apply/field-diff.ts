import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { FieldChange } from '../rollout/plan.ts';
import { isCredential, withoutCredentials } from './credentials.ts';
import { isObject, type JsonObject } from './fields.ts';
import { keyedItems } from './list-keys.ts';

/** Characters of a value that a plan shows; the hash beside it covers the whole value. */
const shownCharacters = 200;

/** The path of a change that touches no value, only who owns the fields. */
export const ownershipPath = '/metadata/managedFields';

/** Fields of one object that a plan tells apart; more than anybody reads, and some 100 kB for an object at the most. */
const mostFields = 200;

/** Steps into an object that are told apart where it differs in more fields than that. */
const shallower = [8, 6, 5, 4, 3, 2, 1];

/**
 * The fields in which `after` differs from `before`, sorted by the order of the walk: members by code point, items of keyed lists
 * by their place in `before`, then new ones. Lists without keys are one value. With `hidden` (Secrets) only hashes are given. An object
 * that differs in more than 200 fields is told in larger parts, as deep as fits, each under one hash.
 */
export const diffFields = (before: unknown, after: unknown, hidden = false): readonly FieldChange[] => {
  const whole = diffValue({ path: '', depth: Number.POSITIVE_INFINITY, hidden }, before, after);
  if (whole.length <= mostFields) return whole;
  for (const depth of shallower) {
    const parts = diffValue({ path: '', depth, hidden }, before, after);
    if (parts.length <= mostFields) return parts;
  }
  return [fieldChange('', before, after, true)];
};

/** Where a walk is, and how many steps further it may tell apart. */
interface Place {
  readonly path: string;
  readonly depth: number;
  readonly hidden: boolean;
}

const below = ({ path, depth, hidden }: Place, step: string): Place => ({
  path: path + step,
  depth: depth - 1,
  hidden,
});

const diffValue = (place: Place, before: unknown, after: unknown): readonly FieldChange[] => {
  if (place.depth > 0 && isObject(before) && isObject(after)) return diffMembers(place, before, after);
  if (place.depth > 0 && Array.isArray(before) && Array.isArray(after)) return diffItems(place, before, after);
  return sameJson(before, after) ? [] : [fieldChange(place.path, before, after, place.hidden)];
};

const diffMembers = (place: Place, before: JsonObject, after: JsonObject): readonly FieldChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((name) => diffValue(below(place, `/${escapeStep(name)}`), before[name], after[name]));

const diffItems = (place: Place, before: readonly unknown[], after: readonly unknown[]): readonly FieldChange[] => {
  const { path, hidden } = place;
  const [old, now] = keyedItems(before, after) ?? [];
  if (old === undefined || now === undefined) {
    return sameJson(before, after) ? [] : [fieldChange(path, before, after, hidden)];
  }
  const labels = [...new Set([...old.keys(), ...now.keys()])];
  const changes = labels.flatMap((label) =>
    diffValue(below(place, `[${escapeStep(label)}]`), old.get(label), now.get(label)),
  );
  const moved = changes.length === 0 && !sameJson([...old.keys()], [...now.keys()]);
  return moved ? [fieldChange(path, [...old.keys()], [...now.keys()], hidden)] : changes;
};

/** One changed field; an absent value has neither text nor hash. */
export const fieldChange = (path: string, before: unknown, after: unknown, hidden: boolean): FieldChange => {
  const isShown = !hidden && !isCredential(path);
  return {
    path,
    ...(before === undefined
      ? {}
      : { ...(isShown ? { replaces: shown(path, before) } : {}), replacesHash: digestOf(canonicalJson(before)) }),
    ...(after === undefined
      ? {}
      : { ...(isShown ? { with: shown(path, after) } : {}), withHash: digestOf(canonicalJson(after)) }),
  };
};

const shown = (path: string, value: unknown): string => {
  const bare = withoutCredentials(path, value);
  return brief(typeof bare === 'string' ? bare : canonicalJson(bare), shownCharacters);
};

/** A step of a JSON pointer (RFC 6901, section 3). */
const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

export const sameJson = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));

/** `live` with every value that `want` states put in its place: what a replacement would have, as far as we say it. */
export const overlay = (live: unknown, want: unknown): unknown => {
  if (isObject(live) && isObject(want)) {
    const members = Object.entries(want).map(([name, value]) => [name, overlay(live[name], value)]);
    return { ...live, ...Object.fromEntries(members) };
  }
  if (Array.isArray(live) && Array.isArray(want)) {
    const [had, wanted] = keyedItems(live, want) ?? [];
    if (had !== undefined && wanted !== undefined) {
      return [...wanted].map(([label, item]) => overlay(had.get(label), item));
    }
  }
  return want;
};
