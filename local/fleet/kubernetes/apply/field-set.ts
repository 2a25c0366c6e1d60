import { isJsonObject, type JsonObject } from '../object.ts';

/**
 * A set of field paths as a trie, keyed as FieldsV1 writes a step: `f:<field>`, `k:<keys>`, `v:<value>`. `member` says that the path to
 * this node is itself in the set. Sets are values: no function here changes its arguments.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const emptySet: FieldSet = { member: false, children: new Map() };
export const memberLeaf: FieldSet = { member: true, children: new Map() };

export const isEmptySet = (set: FieldSet): boolean => !set.member && set.children.size === 0;

const setOf = (member: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet => ({ member, children });

export const union = (a: FieldSet, b: FieldSet): FieldSet => {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b)) return a;
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const own = children.get(step);
    children.set(step, own === undefined ? child : union(own, child));
  }
  return setOf(a.member || b.member, children);
};

/** The paths of `a` that are not in `b`; a path below one that is in `b` stays. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const left = other === undefined ? child : difference(child, other);
    if (!isEmptySet(left)) children.set(step, left);
  }
  return setOf(a.member && !b.member, children);
};

export const intersection = (a: FieldSet, b: FieldSet): FieldSet => {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const both = other === undefined ? emptySet : intersection(child, other);
    if (!isEmptySet(both)) children.set(step, both);
  }
  return setOf(a.member && b.member, children);
};

/** `set` without the field `name` of the root and all below it. */
export const withoutField = (set: FieldSet, name: string): FieldSet => {
  if (!set.children.has(`f:${name}`)) return set;
  const children = new Map(set.children);
  children.delete(`f:${name}`);
  return setOf(set.member, children);
};

/** `set` reduced to the field `name` of the root and all below it. */
export const onlyField = (set: FieldSet, name: string): FieldSet => {
  const child = set.children.get(`f:${name}`);
  return child === undefined ? emptySet : setOf(false, new Map([[`f:${name}`, child]]));
};

/** Every path of the set as its steps, parents before children, in the order of FieldsV1. */
export const pathsOf = (set: FieldSet, prefix: readonly string[] = []): readonly (readonly string[])[] =>
  orderSteps([...set.children.keys()]).flatMap((step) => {
    const child = set.children.get(step) ?? emptySet;
    const path = [...prefix, step];
    return [...(child.member ? [path] : []), ...pathsOf(child, path)];
  });

const kinds = 'fkvi';
const orderSteps = (steps: readonly string[]): readonly string[] =>
  steps.toSorted((a, b) => kinds.indexOf(a.charAt(0)) - kinds.indexOf(b.charAt(0)) || (a < b ? -1 : 1));

/** As errors write a path: `.spec.template.spec.containers[name="main"].image`. */
export const pathText = (path: readonly string[]): string =>
  path
    .map((step) => {
      const body = step.slice(2);
      if (step.startsWith('f:')) return `.${body}`;
      if (step.startsWith('v:')) return `[=${body}]`;
      const keys = Object.entries(JSON.parse(body)).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return `[${keys.join(',')}]`;
    })
    .join('');

/** The set as the `fieldsV1` member of a managedFields entry. */
export const fieldsV1Of = (set: FieldSet): JsonObject => {
  const fields: JsonObject = set.member && set.children.size > 0 ? { '.': {} } : {};
  for (const step of orderSteps([...set.children.keys()])) {
    const child = set.children.get(step);
    if (child !== undefined) fields[step] = fieldsV1Of(child);
  }
  return fields;
};

/** The set that a `fieldsV1` member writes down. The root is never a member. */
export const parseFieldsV1 = (fields: JsonObject): FieldSet => setOf(false, parseChildren(fields));

const parseChildren = (fields: JsonObject): ReadonlyMap<string, FieldSet> => {
  const children = new Map<string, FieldSet>();
  for (const [step, below] of Object.entries(fields)) {
    if (step === '.' || !isJsonObject(below)) continue;
    const nested = parseChildren(below);
    children.set(step, setOf(nested.size === 0 || '.' in below, nested));
  }
  return children;
};
