import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allStates, definitionGraph } from '../../../console/views/definition-graph.ts';
import { type GraphScope, layoutGraph, type PlacedState } from '../../../console/views/graph-layout.ts';

const graphOf = (machine: string): GraphScope => {
  const text = readFileSync(new URL(`../../../statemachines/${machine}.yml`, import.meta.url), 'utf8');
  return definitionGraph(JSON.stringify(parse(text, { merge: true })));
};

const state = (name: string, to: readonly string[], inside: readonly GraphScope[] = []) => ({
  ...{ name, type: 'Pass', inside },
  edges: to.map((goal) => ({ to: goal, kind: 'next' as const })),
});

const overlap = (a: PlacedState, b: PlacedState): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const holds = (a: PlacedState, b: PlacedState): boolean =>
  a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height;

test('states lie one below the other, a choice side by side, and what leads back or far goes by the right', () => {
  const layout = layoutGraph({
    startAt: 'A',
    states: [state('A', ['B', 'C']), state('B', ['D', 'A']), state('C', ['D']), state('D', [])],
  });
  expect(layout.states.map(({ name, x, y }) => [name, x, y])).toEqual([
    ['A', 79, 0],
    ['B', 0, 78],
    ['C', 158, 78],
    ['D', 79, 156],
  ]);
  expect(layout.edges.map(({ from, to, path }) => [from, to, path])).toEqual([
    ['A', 'B', 'M145 44C145 61 66 61 66 78'],
    ['A', 'C', 'M145 44C145 61 224 61 224 78'],
    ['B', 'D', 'M66 122C66 139 145 139 145 156'],
    ['B', 'A', 'M80 122V131H296Q302 131 302 125V22Q302 16 296 16H211'],
    ['C', 'D', 'M224 122C224 139 145 139 145 156'],
  ]);
  expect([layout.width, layout.height]).toEqual([313, 200]);
});

test('branches lie side by side in the state that runs them', () => {
  const branch = (name: string): GraphScope => ({ startAt: name, states: [state(name, [])] });
  const { states } = layoutGraph({ startAt: 'P', states: [state('P', [], [branch('L'), branch('R')])] });
  expect(states.map(({ name, x, y, width, height, isBox }) => [name, x, y, width, height, isBox])).toEqual([
    ['P', 0, 0, 322, 90, true],
    ['L', 16, 30, 132, 44, false],
    ['R', 174, 30, 132, 44, false],
  ]);
});

test('nothing at all is drawn as nothing', () => {
  expect(layoutGraph(definitionGraph('{'))).toEqual({ width: 0, height: 0, states: [], edges: [] });
});

describe.each(['rollout', 'wave', 'deployment'])('the machine %s', (machine) => {
  const scope = graphOf(machine);
  const { states, edges, width, height } = layoutGraph(scope);

  test('is drawn whole, and no state lies on another but on the one that holds it', () => {
    expect(states.map(({ name }) => name).toSorted()).toEqual(
      allStates(scope)
        .map(({ name }) => name)
        .toSorted(),
    );
    for (const [at, a] of states.entries())
      for (const b of states.slice(at + 1))
        if (overlap(a, b)) expect([a.name, b.name, holds(a, b) || holds(b, a)]).toEqual([a.name, b.name, true]);
    expect(states.filter((each) => each.x < 0 || each.x + each.width > width || each.y + each.height > height)).toEqual(
      [],
    );
  });

  test('shows every way', () => {
    const ways = allStates(scope).flatMap(({ name, edges: own }) => own.map(({ to }) => `${name} ${to}`));
    expect(edges.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(ways.toSorted());
  });
});
