import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { failures, retried } from '../../shared/rollout/failures.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts?: number }[];
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
const waitsFor = (resource = ''): keyof typeof retried | undefined => {
  if (resource.startsWith('arn:aws:states:::states:startExecution')) return 'start';
  if (!resource.startsWith('arn:aws:states:::lambda:invoke')) return undefined;
  return resource.endsWith('.waitForTaskToken') ? 'token' : 'call';
};

/** The last step of each machine: nothing comes after it that could be caught to. */
const last = ['ConcludeRollout', 'ConcludeWave', 'ConcludeDeployment', 'CloseGates'];

describe.each(machines)('the machine $machine', ({ states }) => {
  const calls = states.flatMap(([name, { Resource, ...state }]) => {
    const waits = waitsFor(Resource);
    return waits === undefined || name === 'RunDeployment' ? [] : [{ name, waits, ...state }];
  });

  test.each(calls)('$name retries exactly what the failure table says of a $waits', ({ waits, Retry }) => {
    expect(Retry?.flatMap((rule) => rule.ErrorEquals).toSorted()).toEqual(retried[waits].toSorted());
  });

  test.each(calls.filter(({ waits }) => waits !== 'start'))('$name has a time-out', ({ TimeoutSeconds }) => {
    expect(TimeoutSeconds).toBeDefined();
  });

  test.each(calls.filter(({ name }) => last.includes(name)))('$name is tried for half an hour', ({ Retry }) => {
    const [rule] = Retry ?? [];
    const waits = Array.from({ length: rule?.MaxAttempts ?? 0 }, (_, attempt) => Math.min(60, 2 * 2 ** attempt));
    expect(rule).toMatchObject({ IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' });
    // Full jitter takes half of each wait on average.
    expect(waits.reduce((sum, wait) => sum + wait, 0) / 2).toBeCloseTo(1800, -2);
  });

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
