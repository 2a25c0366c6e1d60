import type { FieldError } from '../api/status-error.ts';
import { isJsonObject, type Json, type JsonObject, listAt, objectAt, sameJson, stringAt } from '../object.ts';
import { celValue, compile, NoValue } from './cel.ts';

/** Said after what is wrong with the schema, where there are rules that were not asked for that. */
const notAsked: FieldError = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/** What follows from `wrong`, what is not of the schema: rules are not asked then. */
export const unaskedRules = (schema: JsonObject, wrong: readonly FieldError[]): readonly FieldError[] =>
  wrong.length > 0 && JSON.stringify(schema).includes('"x-kubernetes-validations"') ? [notAsked] : [];

/**
 * What of a custom object breaks the rules (`x-kubernetes-validations`) of its schema, at every level. A rule that speaks of `oldSelf`
 * counts for changes of what was there before: members by name, items of keyed lists by their keys.
 */
export const ruleErrors = (
  schema: JsonObject,
  value: Json | undefined,
  old: Json | undefined,
  path: string,
): readonly FieldError[] => {
  if (value === undefined || value === null) return [];
  const own = listAt(schema, 'x-kubernetes-validations')
    .filter(isJsonObject)
    .flatMap((rule) => ruleError(rule, value, old, path));
  return [...own, ...below(schema, value, old, path)];
};

const below = (schema: JsonObject, value: Json, old: Json | undefined, path: string): readonly FieldError[] => {
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items');
    if (items === undefined) return [];
    const before = (item: Json) => itemBefore(schema, item, old);
    return value.flatMap((item, place) => ruleErrors(items, item, before(item), `${path}[${place}]`));
  }
  if (!isJsonObject(value)) return [];
  const properties = objectAt(schema, 'properties') ?? {};
  const additional = objectAt(schema, 'additionalProperties');
  return Object.entries(value).flatMap(([name, member]) => {
    const declared = properties[name];
    const rule = isJsonObject(declared) ? declared : additional;
    if (rule === undefined) return [];
    const inner = isJsonObject(declared) ? `${path === '' ? '' : `${path}.`}${name}` : `${path}[${name}]`;
    return ruleErrors(rule, member, isJsonObject(old) ? old[name] : undefined, inner);
  });
};

/** Items of an atomic list have no past. */
const itemBefore = (schema: JsonObject, item: Json, old: Json | undefined): Json | undefined => {
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isJsonObject(item)) return undefined;
  return old.find((each) => isJsonObject(each) && keys.every((key) => sameJson(each[key], item[key])));
};

const reasons: Readonly<Record<string, FieldError['reason']>> = {
  FieldValueInvalid: 'FieldValueInvalid',
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueRequired: 'FieldValueRequired',
  FieldValueDuplicate: 'FieldValueDuplicate',
};

const ruleError = (rule: JsonObject, value: Json, old: Json | undefined, path: string): readonly FieldError[] => {
  const text = stringAt(rule, 'rule') ?? 'true';
  const isTransition = /\boldSelf\b/.test(text);
  if (isTransition && old === undefined && rule.optionalOldSelf !== true) return [];
  const variables = { self: celValue(value), ...(isTransition ? { oldSelf: celValue(old) } : {}) };
  // The root has no name, and the real server prints that as Go does.
  const field = `${path}${stringAt(rule, 'fieldPath') ?? ''}`.replace(/^\./, '') || '<nil>';
  const reason = reasons[stringAt(rule, 'reason') ?? ''] ?? 'FieldValueInvalid';
  try {
    if (compile(text)(variables) === true) return [];
    return [{ reason, field, message: wording(reason, value, messageOf(rule, text, variables)) }];
  } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    const message = `${error.message} evaluating rule: ${stringAt(rule, 'message') ?? text}`;
    return [{ reason: 'FieldValueInvalid', field, message: wording('FieldValueInvalid', value, message) }];
  }
};

/** A value that fits a line; a list or an object is not repeated. */
const shown = (value: Json): string =>
  Array.isArray(value) || isJsonObject(value) ? '' : `${JSON.stringify(value)}: `;

const wording = (reason: FieldError['reason'], value: Json, message: string): string => {
  switch (reason) {
    case 'FieldValueForbidden':
      return `Forbidden: ${message}`;
    case 'FieldValueRequired':
      return `Required value: ${message}`;
    case 'FieldValueDuplicate':
      return `Duplicate value: ${shown(value)}${message}`;
    default:
      return `Invalid value: ${shown(value)}${message}`;
  }
};

const messageOf = (rule: JsonObject, text: string, variables: Readonly<Record<string, unknown>>): string => {
  const plain = stringAt(rule, 'message') ?? `failed rule: ${text}`;
  const expression = stringAt(rule, 'messageExpression');
  if (expression === undefined) return plain;
  try {
    const made = compile(expression)(variables);
    return typeof made === 'string' && made.trim() !== '' ? made : plain;
  } catch (error) {
    if (error instanceof NoValue) return plain;
    throw error;
  }
};
