import type { Machine } from './definition.ts';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { checkFields } from './parse-fields.ts';

/** One mistake in a definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** JSON pointer; empty for the whole text. */
  readonly location: string;
}

export type Parsed =
  | { readonly machine: Machine; readonly diagnostics: readonly [] }
  | { readonly machine?: undefined; readonly diagnostics: readonly Diagnostic[] };

/** Reads a definition and finds every mistake in it, not only the first. At most 1 MB, a hard limit of Step Functions. */
export const parseDefinition = (text: string): Parsed => {
  const mistakes: Diagnostic[] = [];
  const report = (location: string, message: string, code = 'SCHEMA_VALIDATION_FAILED') =>
    mistakes.push({ severity: 'ERROR', code, message, location });
  const definition = text.length > 1_048_576 ? undefined : parseJson(text);
  if (!isObject(definition)) {
    report('', 'The definition must be a JSON object of at most 1 MB', 'INVALID_JSON_DESCRIPTION');
    return { diagnostics: mistakes };
  }
  const language = typeof definition.QueryLanguage === 'string' ? definition.QueryLanguage : 'JSONPath';
  checkFields('Machine', definition, '', report);
  checkScope(definition, '', language, report, new Set());
  if (mistakes.length > 0) return { diagnostics: mistakes };
  const machine: Machine = JSON.parse(text);
  return { machine, diagnostics: [] };
};

export type Report = (location: string, message: string, code?: string) => void;

const checkScope = (scope: JsonObject, at: string, language: string, report: Report, names: Set<string>): void => {
  const { StartAt, States } = scope;
  if (!isObject(States) || Object.keys(States).length === 0) {
    report(`${at}/States`, 'States must be an object with at least one state');
    return;
  }
  if (typeof StartAt !== 'string' || !Object.hasOwn(States, StartAt)) {
    report(
      `${at}/StartAt`,
      `MISSING_TRANSITION_TARGET: Missing 'StartAt' target: ${String(StartAt)}`,
      'MISSING_TRANSITION_TARGET',
    );
  }
  for (const [name, state] of Object.entries(States)) {
    const here = `${at}/States/${name}`;
    if (name.length > 80) report(here, 'A state name has at most 80 characters');
    if (names.has(name)) report(here, `DUPLICATE_STATE_NAME: '${name}' is used twice`, 'DUPLICATE_STATE_NAME');
    names.add(name);
    if (isObject(state)) checkState(state, here, language, Object.keys(States), report, names);
    else report(here, 'A state must be an object');
  }
};

const checkState = (
  state: JsonObject,
  at: string,
  around: string,
  targets: readonly string[],
  report: Report,
  names: Set<string>,
): void => {
  const language = typeof state.QueryLanguage === 'string' ? state.QueryLanguage : around;
  const type = String(state.Type);
  if (language !== 'JSONata') checkNeutral(state, at, report);
  checkFields(type, state, at, report);
  checkTransitions(state, type, at, targets, report);
  checkTogether(state, type, at, report);
  const inner: readonly (readonly [string, Json | undefined])[] =
    type === 'Parallel' && Array.isArray(state.Branches)
      ? state.Branches.map((branch: Json, index: number) => [`${at}/Branches/${index}`, branch] as const)
      : type === 'Map'
        ? [[`${at}/ItemProcessor`, state.ItemProcessor]]
        : [];
  for (const [here, scope] of inner) {
    if (isObject(scope)) checkScope(scope, here, around, report, names);
    else report(here, 'must be an object with StartAt and States');
  }
};

const ONLY_DISTRIBUTED = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Label',
];

/** What fields of one state must say about each other. */
const checkTogether = (state: JsonObject, type: string, at: string, report: Report): void => {
  if (type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    report(at, "Exactly one of 'Seconds' and 'Timestamp' is needed");
  }
  if (type === 'Parallel' && Array.isArray(state.Branches) && state.Branches.length === 0) {
    report(`${at}/Branches`, 'at least one branch is needed');
  }
  if (type !== 'Map' || !isObject(state.ItemProcessor)) return;
  const config = isObject(state.ItemProcessor.ProcessorConfig) ? state.ItemProcessor.ProcessorConfig : {};
  if (config.Mode === 'DISTRIBUTED') {
    if (config.ExecutionType !== 'STANDARD' && config.ExecutionType !== 'EXPRESS')
      report(`${at}/ItemProcessor/ProcessorConfig/ExecutionType`, 'must be STANDARD or EXPRESS');
    if (state.ItemReader !== undefined && state.Items !== undefined)
      report(`${at}/Items`, "can not be given together with 'ItemReader'");
    return;
  }
  for (const field of ONLY_DISTRIBUTED) {
    if (state[field] !== undefined)
      report(`${at}/${field}`, `The field '${field}' needs "ProcessorConfig": {"Mode": "DISTRIBUTED"}`);
  }
};

const LEAVES_BY_ITSELF = ['Choice', 'Succeed', 'Fail'];

const checkTransitions = (
  state: JsonObject,
  type: string,
  at: string,
  targets: readonly string[],
  report: Report,
): void => {
  const target = (where: string, name: Json | undefined) => {
    if (typeof name === 'string' && !targets.includes(name)) {
      report(where, `MISSING_TRANSITION_TARGET: Missing 'Next' target: ${name}`, 'MISSING_TRANSITION_TARGET');
    }
  };
  if (!LEAVES_BY_ITSELF.includes(type) && (typeof state.Next === 'string') === (state.End === true)) {
    report(at, "Exactly one of 'Next' and 'End': true is needed");
  }
  target(`${at}/Next`, state.Next);
  target(`${at}/Default`, state.Default);
  for (const field of ['Choices', 'Catch']) {
    const rules = state[field];
    if (Array.isArray(rules)) {
      rules.forEach((rule: Json, index: number) => {
        if (isObject(rule)) target(`${at}/${field}/${index}/Next`, rule.Next);
      });
    }
  }
};

const PATH_FIELDS = [
  ...[
    'InputPath',
    'OutputPath',
    'ResultPath',
    'Parameters',
    'ResultSelector',
    'Result',
    'ItemsPath',
    'SecondsPath',
    'Iterator',
  ],
  ...[
    'TimestampPath',
    'TimeoutSecondsPath',
    'HeartbeatSecondsPath',
    'MaxConcurrencyPath',
    'ErrorPath',
    'CausePath',
    'Variable',
  ],
];

const INNER_SCOPES = ['ItemProcessor', 'Branches'];

const pathUse = (value: Json, at: string): string | undefined => {
  if (typeof value === 'string') return value.startsWith('{%') && value.endsWith('%}') ? at : undefined;
  if (Array.isArray(value))
    return value.map((member, index) => pathUse(member, `${at}/${index}`)).find((found) => found !== undefined);
  if (!isObject(value)) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key.endsWith('.$') || PATH_FIELDS.includes(key)) return `${at}/${key}`;
    const found = INNER_SCOPES.includes(key) ? undefined : pathUse(member, `${at}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A state in JSONPath mode (the default of the language) is run only where it says nothing in either language. */
const checkNeutral = (state: JsonObject, at: string, report: Report): void => {
  const found = pathUse(state, at);
  if (found === undefined) return;
  report(
    found,
    'This engine runs JSONata only, and the state is in JSONPath mode (the default). ' +
      'Set "QueryLanguage": "JSONata" on the machine or the state and use Arguments, Output and Assign with {% %}',
    'JSONPATH_NOT_SUPPORTED',
  );
};
