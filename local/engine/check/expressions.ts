import type { Machine, State } from '../definition.ts';
import type { Diagnostic } from '../parse.ts';
import { fieldsOf } from './fields.ts';
import { expressionsIn, readsOf } from './reads.ts';
import { edgesOf, type PlacedScope, scopesIn } from './scopes.ts';

const mistake = (location: string, message: string, code: string): Diagnostic => ({
  severity: 'ERROR',
  code,
  message,
  location,
});

const UNSUPPORTED = 'UNSUPPORTED_JSONATA_EXPRESSION';

/** What the expressions of a state read that Step Functions does not give them. */
const unsupported = (state: State, at: string): readonly Diagnostic[] =>
  fieldsOf(state, at).flatMap((field) =>
    expressionsIn(field.template, field.at).flatMap(({ at: place, source }) => {
      const { context, states } = readsOf(source);
      const gone = states.flatMap(([member]) =>
        member === undefined || field.states.includes(member) ? [] : [`Field '$states.${member}' does not exist.`],
      );
      const named = context.map((name) =>
        name === '$$'
          ? "Reference to '$$' is not supported."
          : `Reference to '${name}' at the top level is not supported.`,
      );
      return [...new Set([...named, ...gone])].map((message) => mistake(place, message, UNSUPPORTED));
    }),
  );

/** The names that the states of a scope assign, and where. */
const assignments = ({ at, scope }: PlacedScope): readonly (readonly [name: string, place: string])[] =>
  Object.entries(scope.States).flatMap(([state, definition]) => {
    const names = new Set(edgesOf(definition).flatMap(({ assigns }) => assigns));
    return [...names].map((name) => [name, `${at}/States/${state}`] as const);
  });

/** An inner scope can not assign a variable that one around it does (guide, "Variable scope"). */
const shadowing = (scope: PlacedScope): readonly Diagnostic[] => {
  const outer = new Set<string>();
  for (let at = scope; at.around && !at.apart; at = at.around)
    for (const [name] of assignments(at.around)) outer.add(name);
  return assignments(scope)
    .filter(([name]) => outer.has(name))
    .map(([name, place]) =>
      mistake(
        place,
        `Variable '${name}' is assigned in an outer scope and can not be assigned here`,
        'SCHEMA_VALIDATION_FAILED',
      ),
    );
};

/** What is wrong in the expressions and variables of a definition whose fields are in order. */
export const expressionMistakes = (machine: Machine): readonly Diagnostic[] =>
  scopesIn({ at: '', scope: machine, apart: true }).flatMap((scope) => [
    ...Object.entries(scope.scope.States).flatMap(([name, state]) => unsupported(state, `${scope.at}/States/${name}`)),
    ...shadowing(scope),
  ]);
