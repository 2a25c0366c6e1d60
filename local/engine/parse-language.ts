import { isObject, type Json, type JsonObject } from './json.ts';
import type { Report } from './parse.ts';
import { expressionIn } from './template.ts';

export type Language = 'JSONata' | 'JSONPath';

/** The language a `QueryLanguage` names: JSONPath by exactly that word, `inherited` where it is absent, else JSONata. */
export const languageOf = (named: Json | undefined, inherited: Language): Language =>
  named === undefined ? inherited : named === 'JSONPath' ? 'JSONPath' : 'JSONata';

const PATH_FIELDS = [
  ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector', 'Result', 'ItemsPath', 'SecondsPath'],
  ...['TimestampPath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'MaxConcurrencyPath', 'ErrorPath', 'CausePath'],
  ...['ToleratedFailureCountPath', 'ToleratedFailurePercentagePath', 'Iterator'],
];
/** Fields of a state that only JSONata has. */
const QUERY_FIELDS = ['Arguments', 'Output', 'Items'];

const otherLanguage = (language: Language, field: string): string =>
  `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the ` +
  `'${language === 'JSONata' ? 'JSONPath' : 'JSONata'}' QueryLanguage`;

/**
 * Reports what is of the other query language in a state, and returns those fields. A state of a machine in JSONata can not say
 * JSONPath. This engine runs JSONata only: a state in JSONPath is taken only where it says nothing in either language.
 */
export const checkLanguage = (
  state: JsonObject,
  machine: Language,
  at: string,
  report: Report,
): ReadonlySet<string> => {
  const language = languageOf(state.QueryLanguage, machine);
  const others = (language === 'JSONata' ? PATH_FIELDS : QUERY_FIELDS).filter((field) => state[field] !== undefined);
  if (machine === 'JSONata' && language === 'JSONPath') {
    report(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
    return new Set([...others, ...PATH_FIELDS]);
  }
  for (const field of others) report(at, otherLanguage(language, field));
  if (language === 'JSONata') return new Set(others);
  const use = pathUse(state, at);
  if (use !== undefined)
    report(
      use,
      'This engine runs JSONata only, and the state is in JSONPath mode (the default). ' +
        'Set "QueryLanguage": "JSONata" on the machine or the state and use Arguments, Output and Assign with {% %}',
      'JSONPATH_NOT_SUPPORTED',
    );
  return new Set([...others, ...PATH_FIELDS, ...(use === undefined ? [] : ['Choices', 'Parameters'])]);
};

const INNER_SCOPES = ['ItemProcessor', 'Branches', ...QUERY_FIELDS];

/** The first place below `value` that means something in a query language. */
const pathUse = (value: Json, at: string): string | undefined => {
  if (typeof value === 'string') return expressionIn(value) === undefined ? undefined : at;
  if (Array.isArray(value))
    return value.map((member, index) => pathUse(member, `${at}[${index}]`)).find((found) => found !== undefined);
  if (!isObject(value)) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key.endsWith('.$') || key === 'Variable' || PATH_FIELDS.includes(key)) return `${at}/${key}`;
    const found = INNER_SCOPES.includes(key) ? undefined : pathUse(member, `${at}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};
