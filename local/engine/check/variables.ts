import { edgesOf, type PlacedScope } from './scopes.ts';

/** For each state of a scope, the variables that some path to it assigns. */
export type Assigned = ReadonlyMap<string, ReadonlySet<string>>;

const spread = ({ scope }: PlacedScope, before: ReadonlySet<string>): Assigned => {
  const assigned = new Map<string, Set<string>>([[scope.StartAt, new Set(before)]]);
  const waiting = [scope.StartAt];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const state = scope.States[name];
    const here = assigned.get(name) ?? new Set();
    for (const { to, assigns } of state ? edgesOf(state) : []) {
      if (to === undefined) continue;
      const there = assigned.get(to);
      const known = there ?? new Set<string>();
      const size = known.size;
      for (const variable of [...here, ...assigns]) known.add(variable);
      if (there && known.size === size) continue;
      assigned.set(to, known);
      waiting.push(to);
    }
  }
  return assigned;
};

/**
 * The variables that may have a value when a state is entered, for all states of all scopes (outer scopes first). A scope sees
 * those of the state that runs it, unless its executions are of their own.
 */
export const assignedIn = (scopes: readonly PlacedScope[]): ReadonlyMap<PlacedScope, Assigned> => {
  const all = new Map<PlacedScope, Assigned>();
  for (const scope of scopes) {
    const around = scope.around && all.get(scope.around)?.get(scope.state ?? '');
    all.set(scope, spread(scope, scope.apart || !around ? new Set() : around));
  }
  return all;
};
