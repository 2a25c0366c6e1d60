import { expect, test } from 'vitest';
import { failureOf } from '../../shared/rollout/failures.ts';

test.each<[string, unknown, string]>([
  ['an error', new TypeError('away'), 'TypeError: eks-a: away'],
  ['what says so already', failureOf('eks-a', new TypeError('away')), 'TypeError: eks-a: away'],
  ['what an abort throws', AbortSignal.abort().reason, 'AbortError: eks-a: This operation was aborted'],
  ['a text', 'away', 'away'],
])('%s says what it is about, and stays what it is', (_, error, said) => {
  expect(failureOf('eks-a', error)).toBe(error);
  expect(error instanceof Error ? `${error.name}: ${error.message}` : error).toBe(said);
});
