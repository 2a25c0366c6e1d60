import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { failures, retried } from '../../shared/rollout/failures.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly TimeoutSeconds?: unknown;
  readonly Branches?: readonly { readonly States: Record<string, State> }[];
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

const statesOf = (states: Record<string, State>): readonly (readonly [string, State])[] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor.States)),
  ]);

const machines = ['rollout', 'wave', 'deployment'].map((machine) => {
  const text = readFileSync(new URL(`../../statemachines/${machine}.yml`, import.meta.url), 'utf8');
  return { machine, states: statesOf(parse(text).States) };
});
/** The last step of each machine: nothing comes after it that could be caught to. */
const last = ['ConcludeRollout', 'ConcludeWave', 'ConcludeDeployment', 'CloseGates'];

describe.each(machines)('the machine $machine', ({ states }) => {
  const lambdas = states.filter(([, { Resource }]) => Resource?.startsWith('arn:aws:states:::lambda:invoke'));

  test.each(lambdas)(
    '%s retries exactly what the failure table says, under a time-out',
    (_, { Retry, TimeoutSeconds }) => {
      expect(Retry?.flatMap((rule) => rule.ErrorEquals).toSorted()).toEqual([...retried].toSorted());
      expect(TimeoutSeconds).toBeDefined();
    },
  );

  test.each(states.filter(([name, { Type }]) => Type === 'Task' && !last.includes(name) && name !== 'RunDeployment'))(
    '%s catches everything else last',
    (_, { Catch }) => {
      expect(Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    },
  );

  test('names no failure that the table does not know', () => {
    const named = states.flatMap(([, { Retry, Catch }]) =>
      [...(Retry ?? []), ...(Catch ?? [])].flatMap((rule) => rule.ErrorEquals),
    );
    const unknown = named.filter((name) => !(name in failures) && !name.startsWith('States.'));
    expect(unknown).toEqual([]);
  });
});
