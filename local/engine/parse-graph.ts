import { isObject, type Json, type JsonObject } from './json.ts';
import type { Report } from './parse.ts';

const CODE = 'MISSING_TRANSITION_TARGET';

/** Where a state may go, each with the place that says so. */
const targetsOf = (state: JsonObject, at: string): readonly (readonly [place: string, name: string])[] => {
  const named = (place: string, name: Json | undefined) => (typeof name === 'string' ? [[place, name] as const] : []);
  const ruled = ['Choices', 'Catch'].flatMap((field) => {
    const rules = state[field];
    return (Array.isArray(rules) ? rules : []).flatMap((rule: Json, index) =>
      isObject(rule) ? named(`${at}/${field}[${index}]/Next`, rule.Next) : [],
    );
  });
  return [...named(`${at}/Next`, state.Next), ...ruled, ...named(`${at}/Default`, state.Default)];
};

const isTerminal = ({ Type, End }: JsonObject): boolean => Type === 'Succeed' || Type === 'Fail' || End === true;

/**
 * Reports, as AWS does and in its order, where the states of one scope lead nowhere: names of states that are not there, a machine
 * that can not end (`outermost`; a branch may), and states that no path from StartAt leads to.
 */
export const checkGraph = (scope: JsonObject, at: string, outermost: boolean, report: Report): void => {
  const states = isObject(scope.States) ? scope.States : {};
  const entries = Object.entries(states).flatMap(([name, state]) => (isObject(state) ? [[name, state] as const] : []));
  const known = (name: string) => Object.hasOwn(states, name);
  const start = typeof scope.StartAt === 'string' ? [[`${at}/StartAt`, scope.StartAt] as const] : [];
  const targets = new Map(entries.map(([name, state]) => [name, targetsOf(state, `${at}/States/${name}`)]));
  for (const [place, name] of [...start, ...[...targets.values()].flat()])
    if (!known(name)) report(place, `Missing 'Next' target: ${name}`, CODE);
  if (entries.length === 0) return;
  if (outermost && !entries.some(([, state]) => isTerminal(state))) {
    report(undefined, 'Workflow has no terminal state', 'MISSING_END_STATE');
    return;
  }
  const reached = new Set(start.map(([, name]) => name).filter(known));
  // A set hands on what is added to it while it is gone through.
  for (const name of reached) for (const [, to] of targets.get(name) ?? []) if (known(to)) reached.add(to);
  for (const [name] of entries)
    if (!reached.has(name)) report(`${at}/States/${name}`, `State "${name}" is not reachable.`, CODE);
};
