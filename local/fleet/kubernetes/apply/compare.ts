import { isJsonObject, type Json, sameJson } from '../object.ts';
import { memberType, type Type } from '../schema/type.ts';
import { emptySet, type FieldSet, isEmptySet, memberLeaf } from './field-set.ts';
import { fieldStep, formOf, itemsByStep } from './path-step.ts';

/** What became different between two values of one type, as three sets of paths. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const same: Comparison = { added: emptySet, modified: emptySet, removed: emptySet };
const here = (change: keyof Comparison): Comparison => ({ ...same, [change]: memberLeaf });

/** Compares leaf by leaf; a map or list item that appears or goes counts itself too. After structured-merge-diff's Compare. */
export const compare = (type: Type, before: Json | undefined, after: Json | undefined): Comparison => {
  if (before === after || (before === undefined && after === undefined)) return same;
  const form = formOf(type, before, after);
  if (form === 'leaf' || (isNothing(before) && isNothing(after))) return compareLeaf(before, after);
  const steps = form === 'list' ? listSteps(type, before, after) : mapSteps(type, before, after);
  const own = before === undefined ? 'added' : after === undefined ? 'removed' : undefined;
  return {
    added: collect(steps, 'added', own === 'added'),
    modified: collect(steps, 'modified', false),
    removed: collect(steps, 'removed', own === 'removed'),
  };
};

type Steps = ReadonlyMap<string, Comparison>;

const collect = (steps: Steps, change: keyof Comparison, member: boolean): FieldSet => {
  const children = new Map<string, FieldSet>();
  for (const [step, below] of steps) if (!isEmptySet(below[change])) children.set(step, below[change]);
  return { member, children };
};

const isNothing = (value: Json | undefined) =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0);

const compareLeaf = (before: Json | undefined, after: Json | undefined): Comparison => {
  if (before === undefined) return here('added');
  if (after === undefined) return here('removed');
  return sameJson(before, after) ? same : here('modified');
};

const mapSteps = (type: Type, before: Json | undefined, after: Json | undefined): Steps => {
  const old = isJsonObject(before) ? before : {};
  const now = isJsonObject(after) ? after : {};
  const steps = new Map<string, Comparison>();
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    steps.set(fieldStep(name), compare(memberType(type, name), old[name], now[name]));
  }
  return steps;
};

const listSteps = (type: Type, before: Json | undefined, after: Json | undefined): Steps => {
  const steps = new Map<string, Comparison>();
  if (type.is !== 'list') return steps;
  const old = itemsByStep(type, Array.isArray(before) ? before : []);
  const now = itemsByStep(type, Array.isArray(after) ? after : []);
  for (const step of new Set([...old.keys(), ...now.keys()])) {
    const left = old.get(step) ?? [];
    const right = now.get(step) ?? [];
    steps.set(
      step,
      left.length < 2 && right.length < 2 ? compare(type.item, left[0], right[0]) : compareDuplicates(left, right),
    );
  }
  return steps;
};

/** Items that share their keys are owned as one: by their key only. */
const compareDuplicates = (before: readonly Json[], after: readonly Json[]): Comparison => {
  if (before.length === 0) return here('added');
  if (after.length === 0) return here('removed');
  return sameJson([...before], [...after]) ? same : here('modified');
};
