import { expressionMistakes } from './check/expressions.ts';
import type { Machine } from './definition.ts';
import { isObject, type Json, type JsonObject, jsonText, parseJson } from './json.ts';
import { checkGraph } from './parse-graph.ts';
import { checkLanguage, type Language, languageOf } from './parse-language.ts';
import { checkScopeFields, checkStateFields } from './parse-states.ts';
import { inJsonata, isMixed, withoutPaths } from './reference-paths.ts';

/** One mistake in a definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** `/States/Pick/Choices[0]/Next`; absent where it is about the whole. */
  readonly location?: string;
}

export type Parsed =
  | { readonly machine: Machine; readonly diagnostics: readonly [] }
  | { readonly machine?: undefined; readonly diagnostics: readonly Diagnostic[] };

/** Takes a mistake down; the code is SCHEMA_VALIDATION_FAILED if none is given. */
export type Report = (location: string | undefined, message: string, code?: string) => void;

/** Scopes inside each other at most. */
const DEEPEST = 50;

/**
 * Reads a definition and finds every mistake in it, not only the first. At most 1 MB, a hard limit of Step Functions. Codes, texts
 * and places are AWS's where those are known.
 */
export const parseDefinition = (text: string): Parsed => {
  const mistakes: Diagnostic[] = [];
  const report: Report = (location, message, code = 'SCHEMA_VALIDATION_FAILED') =>
    mistakes.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) });
  const definition = text.length > 1_048_576 ? undefined : parseJson(text);
  if (!isObject(definition)) {
    report(undefined, 'The definition must be a JSON object of at most 1 MB', 'INVALID_JSON_DESCRIPTION');
    return { diagnostics: mistakes };
  }
  const language = languageOf(definition.QueryLanguage, 'JSONPath');
  const mixed = isMixed(definition);
  const reading: Reading = { language, mixed, report, names: new Set(), labels: new Set(), depth: 0 };
  checkScope('machine', definition, '', reading);
  if (mistakes.length > 0) return { diagnostics: mistakes };
  const machine = readDefinition(text);
  const wrong = expressionMistakes(machine);
  return wrong.length > 0 ? { diagnostics: wrong } : { machine, diagnostics: [] };
};

/** A definition that was accepted before, or is a part of one; all of it in JSONata. */
export const readDefinition = (text: string): Machine => {
  const machine: Machine = JSON.parse(text);
  if (machine.QueryLanguage === 'JSONata') return machine;
  const told: Machine = JSON.parse(jsonText(withoutPaths(JSON.parse(text))));
  return told;
};

interface Reading {
  readonly language: Language;
  /** A machine without a language of its own, some of whose states are in JSONata. */
  readonly mixed: boolean;
  readonly report: Report;
  readonly names: Set<string>;
  readonly labels: Set<string>;
  readonly depth: number;
}

const checkScope = (
  kind: Parameters<typeof checkScopeFields>[0],
  scope: JsonObject,
  at: string,
  reading: Reading,
): void => {
  const { report, names, depth } = reading;
  if (depth > DEEPEST) {
    report(at, `States are nested more than ${DEEPEST} deep`, 'TOO_DEEPLY_NESTED');
    return;
  }
  checkScopeFields(kind, scope, at, report);
  const states = isObject(scope.States) ? scope.States : {};
  if (isObject(scope.States) && Object.keys(states).length === 0) report(`${at}/States`, 'Minimum object size is 1');
  for (const [name, state] of Object.entries(states)) {
    const here = `${at}/States/${name}`;
    if (name === '' || name.length > 80)
      report(here, 'A state name must have 1 to 80 characters', 'INVALID_STATE_NAME');
    if (names.has(name)) report(here, `Duplicate state name: ${name}`, 'DUPLICATE_STATE_NAME');
    names.add(name);
    if (isObject(state)) checkState(state, here, reading);
    else report(here, 'Expected value of type [OBJECT]');
  }
  checkGraph(scope, at, kind === 'machine', report);
};

/** At most 40 characters without space, brackets, wildcards and `" # % \ ^ | ~ $ & , ; : /` (guide, "Map state", Label). */
const LABEL = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,40}$/u;

const checkLabel = (label: Json | undefined, at: string, { labels, report }: Reading): void => {
  if (typeof label !== 'string') return;
  if (!LABEL.test(label)) report(`${at}/Label`, `Invalid label: ${label}`, 'INVALID_LABEL_NAME');
  if (labels.has(label)) report(`${at}/Label`, `Duplicate label: ${label}`, 'DUPLICATE_LABEL_NAME');
  labels.add(label);
};

const checkState = (written: JsonObject, at: string, reading: Reading): void => {
  const { language, mixed, report, depth } = reading;
  const isPath = mixed && languageOf(written.QueryLanguage, language) === 'JSONPath';
  const state = (isPath ? inJsonata(written) : undefined) ?? written;
  checkStateFields(state, at, checkLanguage(state, language, at, report), report);
  checkLabel(state.Label, at, reading);
  const inside = { ...reading, depth: depth + 1 };
  if (state.Type === 'Map' && isObject(state.ItemProcessor))
    checkScope('processor', state.ItemProcessor, `${at}/ItemProcessor`, inside);
  if (state.Type !== 'Parallel' || !Array.isArray(state.Branches)) return;
  state.Branches.forEach((branch: Json, index) => {
    const here = `${at}/Branches[${index}]`;
    if (isObject(branch)) checkScope('branch', branch, here, inside);
    else report(here, 'Expected value of type [OBJECT]');
  });
};
