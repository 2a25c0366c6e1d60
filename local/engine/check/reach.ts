import type { Scoped } from '../definition.ts';
import { edgesOf, type PlacedScope } from './scopes.ts';

/** The states of a scope that some path from StartAt leads to. */
const reachable = (scope: Scoped): ReadonlySet<string> => {
  const found = new Set([scope.StartAt]);
  // A set hands on what is added to it while it is gone through.
  for (const name of found) {
    const state = scope.States[name];
    for (const { to } of state ? edgesOf(state) : []) if (to !== undefined) found.add(to);
  }
  return found;
};

/** Names of the states no path leads to. */
export const unreachable = ({ scope }: PlacedScope): readonly string[] => {
  const found = reachable(scope);
  return Object.keys(scope.States).filter((name) => !found.has(name));
};
