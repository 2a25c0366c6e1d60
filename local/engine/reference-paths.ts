import { isObject, type Json, type JsonObject, jsonText } from './json.ts';
import { expressionIn } from './template.ts';

/** `$`, `$$`, `$name` and what hangs on them: `.field`, `['field']`, `[0]`. No filters, slices, wildcards or functions. */
const PATH = /^\$(\$|[A-Za-z_][A-Za-z0-9_]*)?((?:\.[A-Za-z_][A-Za-z0-9_-]*|\['[^'`\\]*'\]|\[\d+\])*)$/;
const STEP = /\.([A-Za-z_][A-Za-z0-9_-]*)|\['([^'`\\]*)'\]|(\[\d+\])/g;

/** The JSONata source that reads what the reference path does, with `base` for its `$`; undefined for any other path. */
const sourceOf = (path: Json, base: string): string | undefined => {
  const match = typeof path === 'string' ? PATH.exec(path) : null;
  if (!match) return undefined;
  const [, root = '', steps = ''] = match;
  const start = root === '' ? base : root === '$' ? '$states.context' : `$${root}`;
  return steps.replace(STEP, (_, field, quoted, index) => index ?? `.\`${field ?? quoted}\``).replace(/^/, () => start);
};

const expression = (source: string): string => `{% ${source} %}`;

/** The JSONata template of a payload template, whose members `name.$` hold paths; undefined where it says more than paths. */
const templateOf = (value: Json, base: string): Json | undefined => {
  if (typeof value === 'string') return expressionIn(value) === undefined ? value : undefined;
  if (Array.isArray(value)) {
    const members = value.map((member: Json) => templateOf(member, base));
    return members.every((member) => member !== undefined) ? members : undefined;
  }
  if (!isObject(value)) return value;
  const members: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const source = key.endsWith('.$') ? sourceOf(member, base) : undefined;
    const made = key.endsWith('.$') ? source && expression(source) : templateOf(member, base);
    if (made === undefined) return undefined;
    members[key.endsWith('.$') ? key.slice(0, -2) : key] = made;
  }
  return members;
};

const FIELD = /^\$\.([A-Za-z_][A-Za-z0-9_-]*)$/;

/** `result` where ResultPath puts it: `$`, `null` (nowhere) or a member of the input, `$.name`. */
const placed = (path: Json | undefined, result: string): string | undefined => {
  if (path === undefined || path === '$') return result;
  if (path === null) return '$states.input';
  const field = typeof path === 'string' ? FIELD.exec(path)?.[1] : undefined;
  return field && `$merge([$states.input, {${jsonText(field)}: ${result}}])`;
};

/** What InputPath or OutputPath leaves of `whole`; `null` leaves an empty object. */
const narrowed = (path: Json | undefined, whole: string): string | undefined =>
  path === undefined ? whole : path === null ? '{}' : sourceOf(path, whole);

/** Members with a value, or undefined as soon as one that has to be there is not. */
const members = (parts: Readonly<Record<string, Json | undefined>>): JsonObject | undefined => {
  const object: Record<string, Json> = {};
  for (const [name, value] of Object.entries(parts)) {
    if (value === undefined) return undefined;
    object[name] = value;
  }
  return object;
};

const catcherOf = (catcher: Json): JsonObject | undefined => {
  if (!isObject(catcher)) return undefined;
  const { ResultPath, Output, Assign, ...rest } = catcher;
  if (Output !== undefined) return undefined;
  const output = placed(ResultPath, '$states.errorOutput');
  return members({
    ...rest,
    ...(ResultPath !== undefined && { Output: output && expression(output) }),
    ...(Assign !== undefined && { Assign: templateOf(Assign, '$states.errorOutput') }),
  });
};

const catchersOf = (catchers: Json): Json | undefined => {
  const made = Array.isArray(catchers) ? catchers.map(catcherOf) : [undefined];
  return made.every((catcher) => catcher !== undefined) ? made : undefined;
};

/** Types whose fields of data are told by paths alone. */
const TYPES: readonly Json[] = ['Pass', 'Task', 'Wait', 'Succeed'];

/**
 * A state in JSONPath as the state in JSONata that does the same, where its paths are no more than reference paths: InputPath,
 * Parameters, Result, ResultSelector (that is not put elsewhere), ResultPath, OutputPath, Assign and the ResultPath of catchers.
 * Undefined where it says more (intrinsic functions, comparisons of a Choice, `...Path` fields), and for other types.
 */
export const inJsonata = (state: JsonObject): JsonObject | undefined => {
  const { QueryLanguage: _, InputPath, Parameters, Result, ResultPath, OutputPath, Assign, Catch, ...others } = state;
  const { ResultSelector, ...rest } = others;
  if (!TYPES.includes(state.Type ?? null) || Object.keys(rest).some((field) => BEYOND.includes(field)))
    return undefined;
  // In JSONPath a text in {% %} is only that.
  if (Object.values(rest).some((value) => typeof value === 'string' && expressionIn(value) !== undefined))
    return undefined;
  const input = narrowed(InputPath, '$states.input');
  if (input === undefined) return undefined;
  const isTask = state.Type === 'Task';
  const isWhole = (path: Json | undefined) => path === undefined || path === '$';
  if (ResultSelector !== undefined && !(isTask && isWhole(ResultPath) && isWhole(OutputPath))) return undefined;
  if (!isTask && Parameters !== undefined) return passWith(state, input);
  const result = isTask ? '$states.result' : Result === undefined ? input : `(${jsonText(Result)})`;
  const whole = placed(ResultPath, result);
  const output = whole && narrowed(OutputPath, whole);
  const speaks = output !== (isTask ? '$states.result' : '$states.input');
  const sent = Parameters === undefined ? expression(input) : templateOf(Parameters, input);
  return members({
    ...{ ...rest, QueryLanguage: 'JSONata' },
    ...(isTask && (Parameters !== undefined || InputPath !== undefined) && { Arguments: sent }),
    ...(speaks && { Output: output && expression(output) }),
    ...(ResultSelector !== undefined && { Output: templateOf(ResultSelector, result) }),
    ...(Assign !== undefined && { Assign: templateOf(Assign, result) }),
    ...(Catch !== undefined && { Catch: catchersOf(Catch) }),
  });
};

const BEYOND: readonly string[] = [
  ...['Arguments', 'Output', 'SecondsPath', 'TimestampPath', 'TimeoutSecondsPath'],
  'HeartbeatSecondsPath',
];

/** A Pass state with Parameters: they are its output, where nothing narrows, moves or assigns them. */
const passWith = (state: JsonObject, input: string): JsonObject | undefined => {
  const { QueryLanguage: _, InputPath: __, Parameters = null, ...rest } = state;
  const isPlain = ['Result', 'ResultPath', 'OutputPath', 'Assign'].every((field) => rest[field] === undefined);
  if (state.Type !== 'Pass' || !isPlain) return undefined;
  return members({ ...rest, QueryLanguage: 'JSONata', Output: templateOf(Parameters, input) });
};

/** Every state of a scope as JSON, those inside others too. */
const statesIn = (scope: Json | undefined): readonly JsonObject[] => {
  if (!isObject(scope) || !isObject(scope.States)) return [];
  return Object.values(scope.States).flatMap((state) => {
    if (!isObject(state)) return [];
    const branches: readonly Json[] = Array.isArray(state.Branches) ? state.Branches : [];
    return [state, ...[state.ItemProcessor, ...branches].flatMap(statesIn)];
  });
};

/** Whether a machine that names no language, or JSONPath, has states in JSONata. */
export const isMixed = (machine: JsonObject): boolean =>
  machine.QueryLanguage !== 'JSONata' && statesIn(machine).some(({ QueryLanguage }) => QueryLanguage === 'JSONata');

/** An accepted scope with its states in JSONPath told in JSONata. Those that say nothing in either language stay. */
export const withoutPaths = (scope: JsonObject): JsonObject => {
  const states = isObject(scope.States) ? Object.entries(scope.States) : [];
  return { ...scope, States: Object.fromEntries(states.map(([name, state]) => [name, stateWithoutPaths(state)])) };
};

const inner = (scope: Json): Json => (isObject(scope) ? withoutPaths(scope) : scope);

const stateWithoutPaths = (state: Json): Json => {
  if (!isObject(state)) return state;
  const { ItemProcessor, Branches } = state;
  if (ItemProcessor !== undefined) return { ...state, ItemProcessor: inner(ItemProcessor) };
  if (Array.isArray(Branches)) return { ...state, Branches: Branches.map(inner) };
  return state.QueryLanguage === 'JSONata' ? state : (inJsonata(state) ?? state);
};
