import { expect, test } from 'vitest';
import { isExpected } from '../../cli/demo-faults.ts';

test.each([
  ['probe', 'rolled_back', true],
  ['crashloop', 'failed', true],
  ['cluster-down', 'partial', true],
  ['probe', 'aborted', false],
  ['probe', 'refused', false],
  ['metrics', 'superseded', false],
  ['metrics', 'succeeded', false],
  [undefined, 'rolled_back', false],
] as const)('with the fault %s an end %s is expected: %s', (fault, outcome, expected) => {
  expect(isExpected(fault, outcome)).toBe(expected);
});
