import type { z } from 'zod';
import { fieldsOf, type JsonSchema, jsonSchema, marksOf, schemaAt } from './json-schema.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { type Rule, ruleOf } from './rules.ts';

type Issue = z.core.$ZodIssue;

/** What the schema, that of the config where no other is given, found wrong with `value`, said to the person who wrote it. */
export const explainIssues = (
  value: unknown,
  issues: readonly Issue[],
  schema: JsonSchema = jsonSchema(),
): readonly Finding[] => {
  const explain = (issue: Issue, around: readonly PropertyKey[]): readonly Finding[] => {
    const path = [...around, ...issue.path];
    const written = valueAt(value, path);
    const rule = ruleOf(issue.message);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => strangeField([...path, key], key, schemaAt(schema, path)));
    }
    if (issue.code === 'invalid_key') return [invalidKey(path, issue.issues[0]?.message ?? '')];
    if (issue.code === 'invalid_union' && written !== undefined && rule === undefined) {
      const branch = chooseBranch(path, written, schemaAt(schema, path));
      return 'finding' in branch
        ? [branch.finding]
        : (issue.errors[branch.at] ?? []).flatMap((inner) => explain(inner, path));
    }
    if (written === undefined) return [missingField(path, rule?.expected ?? expectedBy(issue))];
    if (rule !== undefined) return [brokenRule(path, written, rule, issue)];
    if (issue.code === 'invalid_value') return [notOneOf(path, written, issue.values.map(String))];
    return [wrongType(path, written, expectedBy(issue))];
  };
  return issues.flatMap((issue) => explain(issue, []));
};

/** Which branch of a union was meant: the one whose mark was written. */
const chooseBranch = (
  path: readonly PropertyKey[],
  written: unknown,
  schema: ReturnType<typeof schemaAt>,
): { readonly at: number } | { readonly finding: Finding } => {
  const marks = marksOf(schema);
  // Not a choice between objects: one value, or a list of such.
  if (marks.every((mark) => mark === '')) return { at: branchFor(written, schema) };
  const choice = `exactly one of ${marks.join(', ')}`;
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return { finding: wrongType(path, written, `an object with ${choice}`) };
  }
  const present = marks.filter((mark) => Object.hasOwn(written, mark));
  const [only] = present;
  if (only !== undefined && present.length === 1) return { at: marks.indexOf(only) };
  const what =
    present.length === 0 ? `none of ${marks.join(', ')} is written` : `${present.join(' and ')} are both written`;
  const stranger = Object.keys(written).find((key) => !fieldsOf(schema).includes(key));
  const nearest = present.length === 0 && stranger !== undefined ? nearestOf(stranger, marks) : undefined;
  if (stranger !== undefined && nearest !== undefined)
    return { finding: unknownField([...path, stranger], stranger, marks) };
  return { finding: { code: 'SCHEMA_CHOICE', path: pointerOf(path), what, expected: choice } };
};

const branchFor = (written: unknown, schema: ReturnType<typeof schemaAt>): number => {
  const isList = Array.isArray(written);
  return Math.max(0, schema?.anyOf?.findIndex(({ items }) => (items !== undefined) === isList) ?? 0);
};

/** A field that is known nowhere, or only in another branch of a union than the one that was begun. */
const strangeField = (path: readonly PropertyKey[], key: string, schema: ReturnType<typeof schemaAt>): Finding => {
  const known = fieldsOf(schema);
  if (!known.includes(key)) return unknownField(path, key, known);
  const expected = `exactly one of ${marksOf(schema).join(', ')}`;
  const what = `field ${JSON.stringify(key)} does not go with those beside it`;
  return { code: 'SCHEMA_CHOICE', path: pointerOf(path), what, expected, at: 'key' };
};

const unknownField = (path: readonly PropertyKey[], key: string, known: readonly string[]): Finding => {
  const nearest = nearestOf(key, known);
  const what = `unknown field ${JSON.stringify(key)}`;
  const expected = `one of ${known.join(', ')}`;
  return { code: 'UNKNOWN_FIELD', path: pointerOf(path), what, expected, at: 'key', ...(nearest ? { nearest } : {}) };
};

const missingField = (path: readonly PropertyKey[], expected: string): Finding => ({
  code: 'MISSING_FIELD',
  path: pointerOf(path),
  what: `${String(path.at(-1))} is missing`,
  expected,
});

/** Names that hold letters of other alphabets look like names that do not. */
const codeOf = (rule: Rule, text: unknown): string =>
  rule.code === 'NAME_INVALID' && typeof text === 'string' && /\P{ASCII}/u.test(text) ? 'CONFUSABLE_NAME' : rule.code;

const invalidKey = (path: readonly PropertyKey[], message: string): Finding => {
  const key = String(path.at(-1));
  const rule = ruleOf(message) ?? { code: 'NAME_INVALID', expected: 'another name' };
  const what = `${JSON.stringify(key)} can not be a name here`;
  return { code: codeOf(rule, key), path: pointerOf(path), what, expected: rule.expected, at: 'key' };
};

const brokenRule = (path: readonly PropertyKey[], written: unknown, rule: Rule, issue: Issue): Finding => {
  const quote = issue.code === 'invalid_type' && issue.expected === 'string' && typeof written !== 'object';
  const fix = rule.fix ?? (quote ? 'write it in quotes' : undefined);
  const what = rule.what ?? `${SHOWN.has(rule.code) ? show(written) : 'the value'} is not accepted`;
  const finding = { code: codeOf(rule, written), path: pointerOf(path), what, expected: rule.expected };
  return fix === undefined ? finding : { ...finding, fix };
};

const notOneOf = (path: readonly PropertyKey[], written: unknown, allowed: readonly string[]): Finding => {
  const nearest = typeof written === 'string' ? nearestOf(written, allowed) : undefined;
  const finding = { code: 'SCHEMA_VALUE', path: pointerOf(path), what: `${show(written)} is not known here` };
  return { ...finding, expected: `one of ${allowed.join(', ')}`, ...(nearest ? { nearest } : {}) };
};

const wrongType = (path: readonly PropertyKey[], written: unknown, expected: string): Finding => ({
  code: 'SCHEMA_TYPE',
  path: pointerOf(path),
  what: `${show(written)} is not accepted`,
  expected,
});

const expectedBy = (issue: Issue): string => {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code !== 'invalid_type') return issue.code === 'invalid_union' ? 'an object' : issue.message;
  if (issue.expected === 'object' || issue.expected === 'record') return 'an object';
  return issue.expected === 'array' ? 'a list' : `a ${issue.expected}`;
};

/** Rules whose values can hold no secret: only these are shown again. */
const SHOWN = new Set([
  'SCHEMA_TYPE',
  'SCHEMA_VALUE',
  'NAME_INVALID',
  'GATE_INVALID',
  'DURATION',
  'RATE',
  'IMAGE_TAG',
  'FILE_OUTSIDE',
  'HOST_PORT',
  'CIDR',
  'BATCHES',
  'WINDOW_INVALID',
]);

/** A value as it may be shown: its kind, and itself where it is short. */
const show = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length <= 8 ? `the list ${JSON.stringify(value).slice(0, 80)}` : 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `the ${typeof value} ${String(value)}`;
};
