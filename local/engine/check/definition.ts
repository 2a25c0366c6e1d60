import type { Machine, State } from '../definition.ts';
import { STATES } from '../failure.ts';
import { byteLength, isObject, type Json, jsonText, PAYLOAD_LIMIT } from '../json.ts';
import type { Diagnostic } from '../parse.ts';
import { expressionIn } from '../template.ts';
import { contextMistake, fieldsOf } from './fields.ts';
import { expressionsIn, readsOf } from './reads.ts';
import { scopesIn } from './scopes.ts';
import { assignedIn } from './variables.ts';

/** Error names of the language; a name with this prefix that is none of them answers nothing. */
const LANGUAGE_FAILURES: readonly string[] = [
  ...Object.values(STATES),
  ...['States.Permissions', 'States.BranchFailed', 'States.IntrinsicFailure', 'States.Http.Socket'],
  ...['States.ResultPathMatchFailure', 'States.ParameterPathFailure', 'States.NoChoiceMatched'],
];
/** Names that a service gives its own errors. */
const OF_A_SERVICE = /^(Lambda|StepFunctions|S3)\./;

type Warn = (code: string, location: string, message: string) => void;

/** The fewest bytes a template can evaluate to: an expression gives at least one. */
const leastBytes = (template: Json | undefined): number => {
  if (typeof template === 'string' && expressionIn(template) !== undefined) return 1;
  if (Array.isArray(template)) return template.reduce<number>((sum, member: Json) => sum + leastBytes(member) + 1, 1);
  if (isObject(template))
    return Object.entries(template).reduce((sum, [key, member]) => sum + key.length + 4 + leastBytes(member), 1);
  return byteLength(jsonText(template ?? null));
};

const namesIn = (state: State, at: string): readonly (readonly [location: string, name: string])[] => {
  if (state.Type === 'Fail')
    return typeof state.Error === 'string' && expressionIn(state.Error) === undefined
      ? [[`${at}/Error`, state.Error]]
      : [];
  const rules = [
    ...('Retry' in state ? (state.Retry ?? []).map((rule, index) => [`${at}/Retry[${index}]`, rule] as const) : []),
    ...('Catch' in state ? (state.Catch ?? []).map((rule, index) => [`${at}/Catch[${index}]`, rule] as const) : []),
  ];
  return rules.flatMap(([place, { ErrorEquals }]) =>
    ErrorEquals.map((name, index) => [`${place}/ErrorEquals[${index}]`, name] as const),
  );
};

const checkNames = (state: State, at: string, failures: ReadonlySet<string> | undefined, warn: Warn): void => {
  for (const [location, name] of namesIn(state, at)) {
    const known = LANGUAGE_FAILURES.includes(name) || OF_A_SERVICE.test(name) || failures?.has(name);
    if (known || (!failures && !name.startsWith('States.'))) continue;
    warn('UNKNOWN_FAILURE_NAME', location, `'${name}' is not a failure anything here raises or answers`);
  }
};

const checkFields = (state: State, at: string, assigned: ReadonlySet<string>, warn: Warn): void => {
  for (const field of fieldsOf(state, at)) {
    if (leastBytes(field.template) > PAYLOAD_LIMIT)
      warn('PAYLOAD_TOO_LARGE', field.at, `it is always longer than ${PAYLOAD_LIMIT} bytes`);
    for (const { at: location, source } of expressionsIn(field.template, field.at)) {
      const reads = readsOf(source);
      for (const name of reads.variables.filter((variable) => !assigned.has(variable)))
        warn('UNASSIGNED_VARIABLE', location, `no path to this state assigns $${name}`);
      for (const path of reads.states) {
        const mistake = contextMistake(path);
        if (mistake !== undefined) warn('UNKNOWN_STATES_FIELD', location, mistake);
      }
    }
  }
};

/**
 * What is probably wrong in a definition that was accepted, as warnings with their places: variables read where no path has
 * assigned them, members of `$states.context` that are not there, values that never fit into a payload, failure
 * names nothing knows. `failures`: the names the functions and machines raise; without it only names of the language are checked.
 * A loop without an exit is no mistake: a machine may run until it is stopped.
 */
export const checkDefinition = (machine: Machine, failures?: ReadonlySet<string>): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  const warn: Warn = (code, location, message) => found.push({ severity: 'WARNING', code, message, location });
  const scopes = scopesIn({ at: '', scope: machine, apart: true });
  const assigned = assignedIn(scopes);
  for (const scope of scopes) {
    for (const [name, state] of Object.entries(scope.scope.States)) {
      const at = `${scope.at}/States/${name}`;
      checkNames(state, at, failures, warn);
      const here = assigned.get(scope)?.get(name);
      if (here) checkFields(state, at, here, warn);
    }
  }
  return found;
};
