import type { State } from '../definition.ts';
import { isObject, type Json } from '../json.ts';

/** A field of a state that may hold expressions, and the members `$states` has there. */
export interface Field {
  readonly at: string;
  readonly template: Json | undefined;
  readonly states: readonly string[];
}

const ALWAYS = ['input', 'context'];
/** Not templates: names, tables of rules, scopes. */
const STRUCTURE = ['Type', 'Comment', 'QueryLanguage', 'Next', 'Default', 'End', 'Resource', 'Label'];
const INSIDE = ['Retry', 'Catch', 'Choices', 'Branches', 'ItemProcessor'];
const LEAVING = ['Output', 'Assign'];
/** The types of state that have a result of their own. */
const WORKING: readonly State['Type'][] = ['Task', 'Parallel', 'Map'];

/** The fields of a state with expressions: its own, those of its rules and of its catchers. */
export const fieldsOf = (state: State, at: string): readonly Field[] => {
  const members: readonly (readonly [string, Json | undefined])[] = Object.entries(state);
  const own = members
    .filter(([name]) => !STRUCTURE.includes(name) && !INSIDE.includes(name))
    .map(([name, template]): Field => {
      const withResult = WORKING.includes(state.Type) && LEAVING.includes(name);
      return { at: `${at}/${name}`, template, states: withResult ? [...ALWAYS, 'result'] : ALWAYS };
    });
  const ruled = members
    .filter(([name]) => name === 'Catch' || name === 'Choices')
    .flatMap(([name, rules]) => (Array.isArray(rules) ? rules : []).map((rule: Json, index) => ({ name, rule, index })))
    .flatMap(({ name, rule, index }) =>
      (isObject(rule) ? Object.entries(rule) : [])
        .filter(([field]) => field === 'Condition' || LEAVING.includes(field))
        .map(([field, template]): Field => {
          const states = name === 'Catch' ? [...ALWAYS, 'errorOutput'] : ALWAYS;
          return { at: `${at}/${name}[${index}]/${field}`, template, states };
        }),
    );
  return [...own, ...ruled];
};

interface Tree {
  readonly [member: string]: Tree | undefined;
}

const LEAF: Tree = {};
const named = (...names: readonly string[]): Tree => Object.fromEntries(names.map((name) => [name, LEAF]));

/** The Context object (developer guide); below a leaf anything may be. */
const CONTEXT: Tree = {
  Execution: named('Id', 'Input', 'Name', 'RoleArn', 'StartTime', 'RedriveCount', 'RedriveTime'),
  State: named('EnteredTime', 'Name', 'RetryCount'),
  StateMachine: named('Id', 'Name'),
  Task: named('Token'),
  Map: { Item: named('Index', 'Value', 'Key', 'Source') },
};

/** What is wrong with a path below `$states.context`; undefined when nothing is. */
export const contextMistake = (path: readonly string[]): string | undefined => {
  const [member, ...rest] = path;
  let tree = member === 'context' ? CONTEXT : LEAF;
  for (const [depth, name] of rest.entries()) {
    const known = Object.keys(tree);
    if (known.length === 0) return undefined;
    const inner = Object.hasOwn(tree, name) ? tree[name] : undefined;
    if (!inner)
      return `$states.${path.slice(0, depth + 2).join('.')} is not there; expected one of ${known.join(', ')}`;
    tree = inner;
  }
  return undefined;
};
