/** A state as the layout sees it; `inside` are its branches, or the processor of its items. */
export interface GraphState {
  readonly name: string;
  readonly type: string;
  readonly edges: readonly { readonly to: string; readonly kind: 'next' | 'catch' }[];
  readonly inside: readonly GraphScope[];
}

export interface GraphScope {
  readonly startAt: string;
  readonly states: readonly GraphState[];
}

export interface PlacedState {
  readonly name: string;
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** It holds other states, which lie on it. */
  readonly isBox: boolean;
}

export interface PlacedEdge {
  readonly path: string;
  readonly kind: 'next' | 'catch';
  readonly from: string;
  readonly to: string;
}

/** Where everything is, in pixels from the upper left. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly edges: readonly PlacedEdge[];
}

const NODE = { height: 44, least: 132, most: 268, perLetter: 7.6, padding: 28 };
const GAP = { across: 26, down: 34, lane: 13 };
const BOX = { head: 30, padding: 16 };

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Sized {
  readonly state: GraphState;
  readonly size: Size;
  readonly inner: readonly Layout[];
}

const sizeOf = (state: GraphState): Sized => {
  const inner = state.inside.map(layoutScope);
  const label = Math.min(NODE.most, Math.max(NODE.least, state.name.length * NODE.perLetter + NODE.padding));
  if (inner.length === 0) return { state, inner, size: { width: label, height: NODE.height } };
  const across = inner.reduce((sum, { width }) => sum + width, 0) + GAP.across * (inner.length - 1);
  const down = Math.max(...inner.map(({ height }) => height));
  return {
    ...{ state, inner },
    size: { width: Math.max(label, across + 2 * BOX.padding), height: down + BOX.head + BOX.padding },
  };
};

/** States from the first on, each after those that lead to it; what leads back is not looked at. */
const ordered = (scope: GraphScope): readonly GraphState[] => {
  const byName = new Map(scope.states.map((state) => [state.name, state]));
  const seen = new Set<string>();
  const after: GraphState[] = [];
  const visit = (name: string): void => {
    const state = byName.get(name);
    if (state === undefined || seen.has(name)) return;
    seen.add(name);
    for (const { to } of state.edges.toReversed()) visit(to);
    after.unshift(state);
  };
  visit(scope.startAt);
  return [...after, ...scope.states.filter(({ name }) => !seen.has(name))];
};

/** In which row each state lies: one below the lowest that leads to it. */
const rowsOf = (states: readonly GraphState[]): ReadonlyMap<string, number> => {
  const place = new Map(states.map(({ name }, at) => [name, at]));
  const row = new Map(states.map(({ name }) => [name, 0]));
  for (const [at, { name, edges }] of states.entries()) {
    for (const { to } of edges) {
      if ((place.get(to) ?? -1) > at) row.set(to, Math.max(row.get(to) ?? 0, (row.get(name) ?? 0) + 1));
    }
  }
  return row;
};

const curve = (from: PlacedState, to: PlacedState): string => {
  const [x1, y1, x2, y2] = [
    Math.round(from.x + from.width / 2),
    Math.round(from.y + from.height),
    Math.round(to.x + to.width / 2),
    Math.round(to.y),
  ];
  const middle = Math.round((y1 + y2) / 2);
  return x1 === x2 ? `M${x1} ${y1}V${y2}` : `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
};

/** How an edge reaches the lanes at the right of a scope: at the side of its state, or where others stand beside it, below or above. */
const towards = (
  state: PlacedState,
  way: 'out' | 'in',
  isLast: boolean,
): { readonly path: string; readonly y: number } => {
  const right = Math.round(state.x + state.width);
  if (isLast) {
    const y = Math.round(state.y + Math.min(state.height, NODE.height) * (way === 'out' ? 0.62 : 0.36));
    return { y, path: way === 'out' ? `M${right} ${y}` : `H${right}` };
  }
  const middle = Math.round(state.x + state.width / 2) + (way === 'out' ? 14 : -14);
  const edge = Math.round(way === 'out' ? state.y + state.height : state.y);
  const y = edge + (way === 'out' ? 9 : -13);
  return { y, path: way === 'out' ? `M${middle} ${edge}V${y}` : `H${middle}V${edge}` };
};

interface End {
  readonly state: PlacedState;
  /** No state of its row stands to its right. */
  readonly isLast: boolean;
}

/** Along a lane of its own at the right: what skips rows or leads back crosses no state. */
const detour = (from: End, to: End, lane: number): string => {
  const [out, back] = [towards(from.state, 'out', from.isLast), towards(to.state, 'in', to.isLast)];
  const turn = back.y > out.y ? 6 : -6;
  const first = `${out.path}H${lane - 6}Q${lane} ${out.y} ${lane} ${out.y + turn}`;
  return `${first}V${back.y - turn}Q${lane} ${back.y} ${lane - 6} ${back.y}${back.path}`;
};

const moved = (layout: Layout, x: number, y: number): Pick<Layout, 'states'> => ({
  states: layout.states.map((state) => ({ ...state, x: state.x + x, y: state.y + y })),
});

/**
 * Lays the states of a scope out in rows, from the first state down, with what is inside a state on it. Paths of inner scopes are made
 * after they are moved, so every number is of the whole drawing.
 */
const layoutScope = (scope: GraphScope): Layout => {
  const states = ordered(scope);
  const row = rowsOf(states);
  const rows: Sized[][] = [];
  for (const state of states) {
    const at = row.get(state.name) ?? 0;
    rows[at] = [...(rows[at] ?? []), sizeOf(state)];
  }
  const widths = rows.map((each) => each.reduce((sum, { size }) => sum + size.width + GAP.across, -GAP.across));
  const inner = Math.max(0, ...widths);
  const placed: PlacedState[] = [];
  const inside: PlacedState[] = [];
  let y = 0;
  for (const [at, each] of rows.entries()) {
    let x = (inner - (widths[at] ?? 0)) / 2;
    for (const { state, size, inner: boxes } of each) {
      placed.push({ name: state.name, type: state.type, x, y, ...size, isBox: boxes.length > 0 });
      const across = boxes.reduce((sum, { width }) => sum + width + GAP.across, -GAP.across);
      let left = x + (size.width - across) / 2;
      for (const box of boxes) {
        inside.push(...moved(box, left, y + BOX.head).states);
        left += box.width + GAP.across;
      }
      x += size.width + GAP.across;
    }
    y += Math.max(...each.map(({ size }) => size.height)) + GAP.down;
  }
  const lanes = lanesOf(states, row).length;
  return {
    width: inner + (lanes === 0 ? 0 : lanes * GAP.lane + 10),
    height: Math.max(0, y - GAP.down),
    states: [...placed, ...inside],
    edges: [],
  };
};

/** What leads to one state in one way shares a lane. */
const laneOf = (to: string, kind: PlacedEdge['kind']): string => `${kind} ${to}`;

/** The lanes that the edges need which do not lead to the next row. */
const lanesOf = (states: readonly GraphState[], row: ReadonlyMap<string, number>): readonly string[] => {
  const lanes = states.flatMap(({ name, edges }) =>
    edges
      .filter(({ to }) => row.has(to) && (row.get(to) ?? 0) !== (row.get(name) ?? 0) + 1)
      .map(({ to, kind }) => laneOf(to, kind)),
  );
  return [...new Set(lanes)];
};

const edgesOf = (scope: GraphScope, placed: ReadonlyMap<string, PlacedState>): readonly PlacedEdge[] => {
  const states = ordered(scope);
  const row = rowsOf(states);
  const lanes = lanesOf(states, row);
  const own = new Map(states.flatMap(({ name }) => [placed.get(name) ?? []].flat().map((at) => [name, at] as const)));
  const right = Math.max(0, ...[...own.values()].map(({ x, width }) => x + width));
  const end = (name: string): End | undefined => {
    const state = own.get(name);
    const beside = states.filter((other) => other.name !== name && row.get(other.name) === row.get(name));
    return state && { state, isLast: beside.every((other) => (own.get(other.name)?.x ?? 0) < state.x) };
  };
  const drawn = states.flatMap(({ name, edges }) =>
    edges.flatMap(({ to, kind }): readonly PlacedEdge[] => {
      const [from, goal] = [end(name), end(to)];
      if (from === undefined || goal === undefined) return [];
      const isNext = row.get(to) === (row.get(name) ?? 0) + 1;
      const lane = Math.round(right + 12 + lanes.indexOf(laneOf(to, kind)) * GAP.lane);
      return [{ path: isNext ? curve(from.state, goal.state) : detour(from, goal, lane), kind, from: name, to }];
    }),
  );
  return [...drawn, ...states.flatMap(({ inside }) => inside.flatMap((each) => edgesOf(each, placed)))];
};

/** The whole drawing of a machine. Names of states are unique in it, which Step Functions makes sure of. */
export const layoutGraph = (machine: GraphScope): Layout => {
  const layout = layoutScope(machine);
  const placed = new Map(layout.states.map((state) => [state.name, state]));
  return { ...layout, edges: edgesOf(machine, placed) };
};
