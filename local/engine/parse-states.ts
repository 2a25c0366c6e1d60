import { isObject, type Json, type JsonObject } from './json.ts';
import type { Report } from './parse.ts';
import {
  array,
  assign,
  boolean,
  type Check,
  checkRules,
  errorNames,
  list,
  names,
  nested,
  number,
  object,
  oneOf,
  orExpression,
  type Rules,
  resource,
  template,
  text,
  timestamp,
} from './parse-fields.ts';

/** Checked elsewhere: a scope of states, or a field of the other query language. */
const ELSEWHERE: Check = () => {};
const LANGUAGE = oneOf('JSONPath', 'JSONata');
const COMMON = { Type: text, Comment: text, QueryLanguage: LANGUAGE };
const LEAVING = { Output: template, Assign: assign };
const GOING = { ...COMMON, ...LEAVING, Next: text, End: boolean };

const RECOVERING = {
  Retry: list({
    required: ['ErrorEquals'],
    fields: {
      ErrorEquals: errorNames,
      IntervalSeconds: number(1),
      MaxAttempts: number(0),
      BackoffRate: number(1, Number.MAX_VALUE, 'NUMBER'),
      MaxDelaySeconds: number(1, 31_622_400),
      JitterStrategy: oneOf('FULL', 'NONE'),
      Comment: text,
    },
  }),
  Catch: list({
    required: ['ErrorEquals', 'Next'],
    fields: { ErrorEquals: errorNames, Next: text, Comment: text, ...LEAVING },
  }),
};

const S3_PLACE = template;

const READER: Rules = {
  required: ['Resource', 'Arguments'],
  fields: {
    Resource: oneOf('arn:aws:states:::s3:getObject', 'arn:aws:states:::s3:listObjectsV2'),
    Arguments: S3_PLACE,
    ReaderConfig: nested({
      fields: {
        InputType: oneOf('CSV', 'JSON', 'JSONL', 'MANIFEST'),
        ManifestType: oneOf('ATHENA_DATA', 'S3_INVENTORY'),
        Transformation: oneOf('NONE', 'LOAD_AND_FLATTEN'),
        CSVDelimiter: oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'),
        CSVHeaderLocation: oneOf('FIRST_ROW', 'GIVEN'),
        CSVHeaders: names,
        ItemsPointer: text,
        MaxItems: orExpression(number(0, 100_000_000)),
      },
    }),
  },
};

const WRITER: Rules = {
  fields: {
    Resource: oneOf('arn:aws:states:::s3:putObject'),
    Arguments: S3_PLACE,
    WriterConfig: nested({
      fields: { OutputType: oneOf('JSON', 'JSONL'), Transformation: oneOf('NONE', 'COMPACT', 'FLATTEN') },
    }),
  },
};

const itemsField: Check = (value, at, report) => {
  if (typeof value === 'string' || Array.isArray(value) || isObject(value)) return template(value, at, report);
  report(at, 'Expected value of type [ARRAY, OBJECT]');
};

const MAP: Rules = {
  required: ['ItemProcessor'],
  fields: {
    ...GOING,
    ...RECOVERING,
    ItemProcessor: ELSEWHERE,
    Items: itemsField,
    ItemSelector: template,
    ItemReader: nested(READER),
    ItemBatcher: nested({
      fields: {
        MaxItemsPerBatch: orExpression(number(1, 100_000_000)),
        MaxInputBytesPerBatch: orExpression(number(1, 262_144)),
        BatchInput: template,
      },
    }),
    ResultWriter: nested(WRITER),
    MaxConcurrency: orExpression(number(0, Number.MAX_SAFE_INTEGER)),
    ToleratedFailureCount: orExpression(number(0, Number.MAX_SAFE_INTEGER)),
    ToleratedFailurePercentage: orExpression(number(0, 100, 'NUMBER')),
    Label: text,
  },
};

const STATES: Readonly<Record<string, Rules>> = {
  Pass: { fields: GOING },
  Succeed: { fields: { ...COMMON, Output: template } },
  Fail: { fields: { ...COMMON, Error: orExpression(text), Cause: orExpression(text) } },
  Wait: { fields: { ...GOING, Seconds: orExpression(number(0)), Timestamp: orExpression(timestamp) } },
  Choice: {
    required: ['Choices'],
    fields: {
      ...COMMON,
      ...LEAVING,
      Default: text,
      Choices: list(
        {
          required: ['Condition', 'Next'],
          fields: { Condition: orExpression(boolean), Next: text, Comment: text, ...LEAVING },
        },
        1,
      ),
    },
  },
  Task: {
    required: ['Resource'],
    fields: {
      ...GOING,
      ...RECOVERING,
      Resource: resource,
      Arguments: template,
      Credentials: nested({ required: ['RoleArn'], fields: { RoleArn: template } }),
      TimeoutSeconds: orExpression(number(1)),
      HeartbeatSeconds: orExpression(number(1)),
    },
  },
  Parallel: { required: ['Branches'], fields: { ...GOING, ...RECOVERING, Arguments: template, Branches: ELSEWHERE } },
  Map: MAP,
};

const MACHINE: Rules = {
  required: ['StartAt', 'States'],
  fields: {
    ...{ Comment: text, QueryLanguage: LANGUAGE, Version: text, StartAt: text, States: object },
    TimeoutSeconds: number(1),
  },
};

const BRANCH: Rules = {
  required: ['StartAt', 'States'],
  fields: { Comment: text, StartAt: text, States: object },
};

const PROCESSOR: Rules = {
  ...BRANCH,
  fields: {
    ...BRANCH.fields,
    ProcessorConfig: nested({
      fields: { Mode: oneOf('INLINE', 'DISTRIBUTED'), ExecutionType: oneOf('STANDARD', 'EXPRESS') },
    }),
  },
};

/** Checks the members of a scope of states: a machine, a branch, the processor of a Map. */
export const checkScopeFields = (
  kind: 'machine' | 'branch' | 'processor',
  scope: JsonObject,
  at: string,
  report: Report,
): void => checkRules({ machine: MACHINE, branch: BRANCH, processor: PROCESSOR }[kind], scope, at, report);

/** Checks the fields of a state but those in `skip`, of which something else was said already. */
export const checkStateFields = (state: JsonObject, at: string, skip: ReadonlySet<string>, report: Report): void => {
  const { Type: type } = state;
  const rules = typeof type === 'string' && Object.hasOwn(STATES, type) ? STATES[type] : undefined;
  if (type === undefined) report(at, 'These fields are required: [Type]');
  else if (!rules) oneOf(...Object.keys(STATES).toSorted())(type, `${at}/Type`, report);
  if (typeof type !== 'string' || !rules) return;
  const rest = Object.fromEntries(Object.entries(state).filter(([field]) => !skip.has(field)));
  checkRules(rules, rest, at, report);
  checkTogether(state, type, at, report);
};

const EXCLUSIVE = (at: string, fields: readonly string[], report: Report) =>
  report(at, `Exactly one of these fields is required: [${fields.join(', ')}]`);

const ONLY_DISTRIBUTED = [
  ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'],
  ...['ToleratedFailureCount', 'ToleratedFailurePercentage'],
];

/** `States.ALL` answers everything, so what stands after it is never asked. */
const checkCatchAll = (rules: Json | undefined, at: string, report: Report): void => {
  if (!Array.isArray(rules)) return;
  const index = rules.findIndex(
    (rule: Json) => isObject(rule) && Array.isArray(rule.ErrorEquals) && rule.ErrorEquals.includes('States.ALL'),
  );
  if (index >= 0 && index < rules.length - 1) report(`${at}[${index}]`, "'States.ALL' must be in the last rule");
};

/** What fields of one state must say about each other. */
const checkTogether = (state: JsonObject, type: string, at: string, report: Report): void => {
  const leavesByItself = type === 'Choice' || type === 'Succeed' || type === 'Fail';
  if (!leavesByItself && (state.Next !== undefined) === (state.End === true)) EXCLUSIVE(at, ['Next', 'End'], report);
  if (type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined))
    EXCLUSIVE(at, ['Seconds', 'Timestamp'], report);
  if (
    typeof state.TimeoutSeconds === 'number' &&
    typeof state.HeartbeatSeconds === 'number' &&
    state.HeartbeatSeconds >= state.TimeoutSeconds
  )
    report(`${at}/HeartbeatSeconds`, 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  checkCatchAll(state.Retry, `${at}/Retry`, report);
  checkCatchAll(state.Catch, `${at}/Catch`, report);
  if (type === 'Parallel' && state.Branches !== undefined) array(state.Branches, `${at}/Branches`, report);
  if (type === 'Parallel' && Array.isArray(state.Branches) && state.Branches.length === 0)
    report(`${at}/Branches`, 'Minimum array length is 1');
  if (type === 'Map') checkMap(state, at, report);
};

const checkMap = (state: JsonObject, at: string, report: Report): void => {
  if (!isObject(state.ItemProcessor)) {
    if (state.ItemProcessor !== undefined) report(`${at}/ItemProcessor`, 'Expected value of type [OBJECT]');
    return;
  }
  const config = isObject(state.ItemProcessor.ProcessorConfig) ? state.ItemProcessor.ProcessorConfig : {};
  const place = `${at}/ItemProcessor/ProcessorConfig`;
  if (config.Mode === 'DISTRIBUTED') {
    if (config.ExecutionType === undefined) report(place, 'These fields are required: [ExecutionType]');
    if (state.ItemReader !== undefined && state.Items !== undefined)
      report(at, 'Only one of these fields is supported: [Items, ItemReader]');
  } else {
    if (config.ExecutionType !== undefined) report(place, "Field 'ExecutionType' is not supported");
    for (const field of ONLY_DISTRIBUTED)
      if (state[field] !== undefined)
        report(at, `Field '${field}' is only supported for a Map state with ProcessorConfig Mode 'DISTRIBUTED'`);
  }
  const { ItemBatcher: batcher, ResultWriter: writer } = state;
  if (isObject(batcher) && batcher.MaxItemsPerBatch === undefined && batcher.MaxInputBytesPerBatch === undefined)
    report(`${at}/ItemBatcher`, 'One of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]');
  if (isObject(writer) && (writer.Resource === undefined) !== (writer.Arguments === undefined))
    report(`${at}/ResultWriter`, 'These fields are required together: [Resource, Arguments]');
  if (isObject(writer) && writer.Resource === undefined && writer.WriterConfig === undefined)
    report(`${at}/ResultWriter`, 'One of these fields is required: [WriterConfig, Resource]');
};
