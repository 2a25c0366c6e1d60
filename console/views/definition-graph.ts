import type { GraphScope, GraphState } from './graph-layout.ts';

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const stateOf = (name: string, value: unknown): GraphState => {
  const state = membersOf(value);
  const goals = [
    ...[state.Next, ...listOf(state.Choices).map((rule) => membersOf(rule).Next), state.Default].map((to) => ({
      to,
      kind: 'next' as const,
    })),
    ...listOf(state.Catch).map((catcher) => ({ to: membersOf(catcher).Next, kind: 'catch' as const })),
  ];
  const edges = new Map<string, { readonly to: string; readonly kind: 'next' | 'catch' }>();
  for (const { to, kind } of goals) if (typeof to === 'string' && !edges.has(to)) edges.set(to, { to, kind });
  const inside = [...listOf(state.Branches), ...(state.ItemProcessor === undefined ? [] : [state.ItemProcessor])];
  return {
    ...{ name, type: typeof state.Type === 'string' ? state.Type : '' },
    edges: [...edges.values()],
    inside: inside.map(scopeOf),
  };
};

const scopeOf = (value: unknown): GraphScope => {
  const scope = membersOf(value);
  return {
    startAt: typeof scope.StartAt === 'string' ? scope.StartAt : '',
    states: Object.entries(membersOf(scope.States)).map(([name, state]) => stateOf(name, state)),
  };
};

/** The states of a definition in the Amazon States Language and what leads where. Text that is none gives an empty graph. */
export const definitionGraph = (definition: string): GraphScope => {
  try {
    return scopeOf(JSON.parse(definition));
  } catch {
    return scopeOf(undefined);
  }
};

/** All states of a scope and of what is inside it. */
export const allStates = (scope: GraphScope): readonly GraphState[] =>
  scope.states.flatMap((state) => [state, ...state.inside.flatMap(allStates)]);
