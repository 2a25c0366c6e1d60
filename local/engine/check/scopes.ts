import { isDistributed, type Scoped, type State } from '../definition.ts';

/** A table of states in a definition, and where it stands. */
export interface PlacedScope {
  /** JSON pointer. */
  readonly at: string;
  readonly scope: Scoped;
  /** The scope around and the state in it that runs this one; absent for the machine's own. */
  readonly around?: PlacedScope;
  readonly state?: string;
  /** Its executions are of their own: variables around are not seen. */
  readonly apart: boolean;
}

/** The scope and all those inside it, outer ones first. */
export const scopesIn = (scope: PlacedScope): readonly PlacedScope[] => [
  scope,
  ...Object.entries(scope.scope.States).flatMap(([name, state]) =>
    innerOf(name, state, scope).flatMap((inner) => scopesIn(inner)),
  ),
];

const innerOf = (name: string, state: State, around: PlacedScope): readonly PlacedScope[] => {
  const at = `${around.at}/States/${name}`;
  if (state.Type === 'Map')
    return [
      { at: `${at}/ItemProcessor`, scope: state.ItemProcessor, around, state: name, apart: isDistributed(state) },
    ];
  if (state.Type !== 'Parallel') return [];
  return state.Branches.map((scope, branch) => ({
    ...{ at: `${at}/Branches[${branch}]`, scope, around, state: name, apart: false },
  }));
};

/** A way out of a state: to the next one if there is one, with what is assigned on it. */
export interface Edge {
  readonly to?: string | undefined;
  readonly assigns: readonly string[];
}

/** Every way out of a state: its Next or End, the rules of a Choice, its catchers. */
export const edgesOf = (state: State): readonly Edge[] => {
  const edge = (to: string | undefined, leaving: { readonly Assign?: object }): Edge => ({
    to,
    assigns: Object.keys(leaving.Assign ?? {}),
  });
  if (state.Type === 'Fail') return [];
  if (state.Type === 'Succeed') return [edge(undefined, state)];
  if (state.Type === 'Choice') {
    const rules = state.Choices.map((rule) => edge(rule.Next, rule));
    return state.Default === undefined ? rules : [...rules, edge(state.Default, state)];
  }
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  return [edge(state.Next, state), ...catchers.map((catcher) => edge(catcher.Next, catcher))];
};
