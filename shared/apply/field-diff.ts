import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { FieldChange } from '../rollout/plan.ts';
import { isObject, type JsonObject } from './fields.ts';
import { keyedItems } from './list-keys.ts';

/** Characters of a value that a plan shows; the hash beside it covers the whole value. */
const shownCharacters = 200;

/** The path of a change that touches no value, only who owns the fields. */
export const ownershipPath = '/metadata/managedFields';

/**
 * The fields in which `after` differs from `before`, sorted by the order of the walk: members by code point, items of keyed lists
 * by their place in `before`, then new ones. Lists without keys are one value. With `hidden` (Secrets) only hashes are given.
 */
export const diffFields = (before: unknown, after: unknown, hidden = false): readonly FieldChange[] =>
  diffValue('', before, after, hidden);

const diffValue = (path: string, before: unknown, after: unknown, hidden: boolean): readonly FieldChange[] => {
  if (isObject(before) && isObject(after)) return diffMembers(path, before, after, hidden);
  if (Array.isArray(before) && Array.isArray(after)) return diffItems(path, before, after, hidden);
  return sameJson(before, after) ? [] : [fieldChange(path, before, after, hidden)];
};

const diffMembers = (path: string, before: JsonObject, after: JsonObject, hidden: boolean): readonly FieldChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((name) => diffValue(`${path}/${escapeStep(name)}`, before[name], after[name], hidden));

const diffItems = (
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
  hidden: boolean,
): readonly FieldChange[] => {
  const [old, now] = keyedItems(before, after) ?? [];
  if (old === undefined || now === undefined) {
    return sameJson(before, after) ? [] : [fieldChange(path, before, after, hidden)];
  }
  const labels = [...new Set([...old.keys(), ...now.keys()])];
  const changes = labels.flatMap((label) =>
    diffValue(`${path}[${escapeStep(label)}]`, old.get(label), now.get(label), hidden),
  );
  const moved = changes.length === 0 && !sameJson([...old.keys()], [...now.keys()]);
  return moved ? [fieldChange(path, [...old.keys()], [...now.keys()], hidden)] : changes;
};

/** One changed field; an absent value has neither text nor hash. */
export const fieldChange = (path: string, before: unknown, after: unknown, hidden: boolean): FieldChange => ({
  path,
  ...(before === undefined
    ? {}
    : { ...(hidden ? {} : { replaces: shown(before) }), replacesHash: digestOf(canonicalJson(before)) }),
  ...(after === undefined
    ? {}
    : { ...(hidden ? {} : { with: shown(after) }), withHash: digestOf(canonicalJson(after)) }),
});

const shown = (value: unknown): string =>
  brief(typeof value === 'string' ? value : canonicalJson(value), shownCharacters);

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
