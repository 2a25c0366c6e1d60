import { syntaxError } from './expression.ts';
import { integrationOf, KNOWN_RESOURCES } from './integrations.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Report } from './parse.ts';
import { expressionIn, MOST } from './template.ts';
import { readTimestamp } from './timestamp.ts';

/** Reports what is wrong with a field's value. */
export type Check = (value: Json, at: string, report: Report) => void;

const typed =
  (ok: (value: Json) => boolean, type: string): Check =>
  (value, at, report) => {
    if (!ok(value)) report(at, `Expected value of type [${type}]`);
  };

export const text = typed((value) => typeof value === 'string', 'STRING');
export const boolean = typed((value) => typeof value === 'boolean', 'BOOLEAN');
export const object = typed(isObject, 'OBJECT');
export const array = typed(Array.isArray, 'ARRAY');

/** A number from `least` to `most`. */
export const number =
  (least: number, most = MOST, type: 'INTEGER' | 'NUMBER' = 'INTEGER'): Check =>
  (value, at, report) => {
    if (typeof value !== 'number' || (type === 'INTEGER' && !Number.isInteger(value)))
      return report(at, `Expected value of type [${type}]`);
    if (value < least) report(at, `Minimum value is ${least}`);
    if (value > most) report(at, `Maximum value is ${most}`);
  };

/** A text that is one of `values`; a text that is an expression is checked as one where `dynamic`. */
export const oneOf =
  (...values: readonly string[]): Check =>
  (value, at, report) => {
    if (typeof value !== 'string') return report(at, 'Expected value of type [STRING]');
    if (!values.includes(value)) report(at, `Value should be one of the following: [${values.join(', ')}]`);
  };

export const names: Check = (value, at, report) => {
  if (!Array.isArray(value)) return report(at, 'Expected value of type [ARRAY]');
  if (value.length === 0) report(at, 'Minimum array length is 1');
  value.forEach((name: Json, index) => {
    text(name, `${at}[${index}]`, report);
  });
};

/** `ErrorEquals`: `States.ALL` stands alone and last (Amazon States Language, "Errors"). */
export const errorNames: Check = (value, at, report) => {
  names(value, at, report);
  if (Array.isArray(value) && value.length > 1 && value.includes('States.ALL'))
    report(at, "'States.ALL' must be the only name in ErrorEquals");
};

/** A literal, or an object or array of such, in which every `{% %}` can be read. */
export const template: Check = (value, at, report) => {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    const wrong = source === undefined ? undefined : syntaxError(source);
    if (wrong !== undefined) report(at, wrong, 'INVALID_JSONATA_EXPRESSION');
  } else if (Array.isArray(value)) {
    value.forEach((member: Json, index) => {
      template(member, `${at}[${index}]`, report);
    });
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) template(member, `${at}/${key}`, report);
  }
};

const isExpression = (value: Json) => typeof value === 'string' && expressionIn(value) !== undefined;

export const orExpression =
  (literal: Check): Check =>
  (value, at, report) =>
    isExpression(value) ? template(value, at, report) : literal(value, at, report);

/** A list of objects that follow `rules`, with at least `least` members. */
export const list =
  (rules: Rules, least = 0): Check =>
  (value, at, report) => {
    if (!Array.isArray(value)) return report(at, 'Expected value of type [ARRAY]');
    if (value.length < least) report(at, `Minimum array length is ${least}`);
    value.forEach((member: Json, index) => {
      nested(rules)(member, `${at}[${index}]`, report);
    });
  };

export const nested =
  (rules: Rules): Check =>
  (value, at, report) =>
    isObject(value) ? checkRules(rules, value, at, report) : report(at, 'Expected value of type [OBJECT]');

/** UAX #31, as the guide has it: at most 80 characters, and not `states`. */
const VARIABLE = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

export const assign: Check = (value, at, report) => {
  if (!isObject(value)) return report(at, 'Expected value of type [OBJECT]');
  for (const name of Object.keys(value))
    if (!VARIABLE.test(name) || name === 'states') report(`${at}/${name}`, `Invalid variable name: ${name}`);
  template(value, at, report);
};

/** The code for a resource of AWS that this engine does not run; its own. */
export const RESOURCE_NOT_SUPPORTED = 'RESOURCE_NOT_SUPPORTED';

/** A service integration or an activity, in whatever account and region. */
const RESOURCE =
  /^arn:aws[a-z-]*:states:([a-z0-9-]*:\d{0,12}:(aws-sdk:)?[A-Za-z0-9-]+:[A-Za-z0-9]+(\.(sync(:2)?|waitForTaskToken))?|[a-z0-9-]+:\d{12}:activity:.+)$/;

export const resource: Check = (value, at, report) => {
  if (typeof value !== 'string') return report(at, 'Expected value of type [STRING]');
  if (integrationOf(value)) return;
  if (RESOURCE.test(value))
    return report(
      at,
      `This engine does not run the resource ${value}; it runs Lambda function ARNs and ${KNOWN_RESOURCES.join(', ')}`,
      RESOURCE_NOT_SUPPORTED,
    );
  report(
    at,
    `The resource provided ${value} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
  );
};

export const timestamp: Check = (value, at, report) => {
  if (typeof value !== 'string') return report(at, 'Expected value of type [STRING]');
  if (readTimestamp(value) === undefined)
    report(at, 'Value is not a valid RFC3339 timestamp, such as 2026-01-31T12:00:00Z');
};

/** The fields an object may have, each with its check, and which it must have. */
export interface Rules {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
}

/** Reports what `value` lacks, what it should not have, and what is wrong in the rest. */
export const checkRules = ({ fields, required = [] }: Rules, value: JsonObject, at: string, report: Report): void => {
  const missing = required.filter((field) => value[field] === undefined);
  if (missing.length > 0) report(at, `These fields are required: [${missing.join(', ')}]`);
  for (const [field, member] of Object.entries(value)) {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (check) check(member, `${at}/${field}`, report);
    else report(at, `Field '${field}' is not supported`);
  }
};
