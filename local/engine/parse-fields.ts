import { syntaxError } from './expression.ts';
import { integrationOf, KNOWN_RESOURCES } from './integrations.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Report } from './parse.ts';
import { expressionIn } from './template.ts';

/** Says what is wrong with a field's value; undefined when nothing is. */
type Check = (value: Json, at: string, report: Report) => void;

const must =
  (ok: (value: Json) => boolean, expected: string): Check =>
  (value, at, report) => {
    if (!ok(value)) report(at, `must be ${expected}`);
  };

const text = must((value) => typeof value === 'string', 'a string');
const boolean = must((value) => typeof value === 'boolean', 'true or false');
const object = must(isObject, 'an object');
const names = must(
  (value) => Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'),
  'a list of names',
);
const whole = (least: number): Check =>
  must(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 99_999_999,
    `a whole number from ${least}`,
  );
const number = (least: number): Check =>
  must((value) => typeof value === 'number' && value >= least, `a number of at least ${least}`);
const oneOf = (...values: readonly string[]): Check =>
  must((value) => typeof value === 'string' && values.includes(value), `one of ${values.join(', ')}`);

const template: Check = (value, at, report) => {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    const wrong = source === undefined ? undefined : syntaxError(source);
    if (wrong !== undefined) report(at, `The JSONata expression '${source}' can not be read: ${wrong}`);
  } else if (Array.isArray(value)) {
    value.forEach((member: Json, index) => {
      template(member, `${at}/${index}`, report);
    });
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) template(member, `${at}/${key}`, report);
  }
};

const isExpression = (value: Json) => typeof value === 'string' && expressionIn(value) !== undefined;
const orExpression =
  (literal: Check): Check =>
  (value, at, report) =>
    isExpression(value) ? template(value, at, report) : literal(value, at, report);

const list =
  (each: Rules): Check =>
  (value, at, report) => {
    if (!Array.isArray(value)) return report(at, 'must be a list');
    value.forEach((member: Json, index) => {
      if (isObject(member)) checkRules(each, member, `${at}/${index}`, report);
      else report(`${at}/${index}`, 'must be an object');
    });
  };

const nested =
  (rules: Rules): Check =>
  (value, at, report) =>
    isObject(value) ? checkRules(rules, value, at, report) : report(at, 'must be an object');

const assign: Check = (value, at, report) => {
  if (!isObject(value)) return report(at, 'must be an object');
  for (const name of Object.keys(value)) {
    if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name) || name === 'states') {
      report(`${at}/${name}`, `'${name}' can not be the name of a variable`);
    }
  }
  template(value, at, report);
};

const resource: Check = (value, at, report) => {
  if (typeof value === 'string' && integrationOf(value)) return;
  report(
    at,
    `must be the ARN of a Lambda function or one of ${KNOWN_RESOURCES.join(', ')}, which is what this engine runs`,
  );
};

interface Rules {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
}

const ANY: Check = () => {};
const COMMON = { Type: text, Comment: text, QueryLanguage: oneOf('JSONata', 'JSONPath') };
const LEAVING = { Output: template, Assign: assign };
const GOING = { ...COMMON, ...LEAVING, Next: text, End: boolean };
const RECOVERING = {
  Retry: list({
    required: ['ErrorEquals'],
    fields: {
      ErrorEquals: names,
      IntervalSeconds: whole(1),
      MaxAttempts: whole(0),
      BackoffRate: number(1),
      MaxDelaySeconds: whole(1),
      JitterStrategy: oneOf('FULL', 'NONE'),
      Comment: text,
    },
  }),
  Catch: list({
    required: ['ErrorEquals', 'Next'],
    fields: { ErrorEquals: names, Next: text, Comment: text, ...LEAVING },
  }),
};

const RULES: Readonly<Record<string, Rules>> = {
  Machine: {
    required: ['StartAt', 'States'],
    fields: {
      ...{ Comment: text, QueryLanguage: oneOf('JSONata', 'JSONPath'), Version: text, StartAt: text, States: object },
      TimeoutSeconds: whole(1),
    },
  },
  Pass: { fields: GOING },
  Succeed: { fields: { ...COMMON, ...LEAVING } },
  Fail: { fields: { ...COMMON, Error: orExpression(text), Cause: orExpression(text) } },
  Wait: { fields: { ...GOING, Seconds: orExpression(whole(0)), Timestamp: orExpression(text) } },
  Choice: {
    required: ['Choices'],
    fields: {
      ...COMMON,
      ...LEAVING,
      Default: text,
      Choices: list({
        required: ['Condition', 'Next'],
        fields: { Condition: orExpression(boolean), Next: text, Comment: text, ...LEAVING },
      }),
    },
  },
  Task: {
    required: ['Resource'],
    fields: {
      ...GOING,
      ...RECOVERING,
      Resource: resource,
      Arguments: template,
      Credentials: ANY,
      TimeoutSeconds: orExpression(whole(1)),
      HeartbeatSeconds: orExpression(whole(1)),
    },
  },
  Parallel: { required: ['Branches'], fields: { ...GOING, ...RECOVERING, Arguments: template, Branches: ANY } },
  Map: {
    required: ['ItemProcessor'],
    fields: {
      ...GOING,
      ...RECOVERING,
      ItemProcessor: ANY,
      Items: orExpression(must(Array.isArray, 'an array or an expression')),
      ItemSelector: template,
      ItemReader: nested({
        required: ['Resource'],
        fields: { Resource: oneOf('arn:aws:states:::s3:getObject'), Arguments: template, ReaderConfig: template },
      }),
      ItemBatcher: nested({
        fields: {
          MaxItemsPerBatch: orExpression(whole(1)),
          MaxInputBytesPerBatch: orExpression(whole(1)),
          BatchInput: template,
        },
      }),
      ResultWriter: nested({
        fields: { Resource: oneOf('arn:aws:states:::s3:putObject'), Arguments: template, WriterConfig: template },
      }),
      MaxConcurrency: orExpression(whole(0)),
      ToleratedFailureCount: orExpression(whole(0)),
      ToleratedFailurePercentage: orExpression(whole(0)),
      Label: text,
    },
  },
};

const checkRules = ({ fields, required = [] }: Rules, value: JsonObject, at: string, report: Report): void => {
  for (const field of required) if (value[field] === undefined) report(`${at}/${field}`, `'${field}' is missing`);
  for (const [field, member] of Object.entries(value)) {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (check) check(member, `${at}/${field}`, report);
    else report(`${at}/${field}`, `The field '${field}' is not known here`);
  }
};

/** Checks the fields of a state of `type` (or of the `Machine`): those it must have, those it may have, and their values. */
export const checkFields = (type: string, value: JsonObject, at: string, report: Report): void => {
  const rules = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  if (rules) {
    checkRules(rules, value, at, report);
    return;
  }
  const types = Object.keys(RULES).filter((known) => known !== 'Machine');
  report(`${at}/Type`, `'${type}' is not a type of state; it must be one of ${types.join(', ')}`);
};
