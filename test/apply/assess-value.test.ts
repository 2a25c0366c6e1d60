import { expect, test } from 'vitest';
import { assessValue, type Difference } from '../../shared/apply/assess-value.ts';

test.each<[Difference, string, string, readonly string[], unknown, unknown]>([
  ['none', 'one value', 'v1', ['data', 'a'], 'x', 'x'],
  ['certain', 'another text', 'v1', ['data', 'a'], 'x', 'y'],
  ['certain', 'another number', 'apps/v1', ['spec', 'replicas'], 2, 3],
  ['certain', 'another truth', 'v1', ['immutable'], true, false],
  ['doubt', 'a number and a text', 'v1', ['spec', 'ports', 'targetPort'], 80, '80'],
  ['none', 'an empty text that is left out', 'apps/v1', ['env', 'value'], '', undefined],
  ['none', 'an empty list that is left out', 'rbac.authorization.k8s.io/v1', ['rules'], [], undefined],
  ['doubt', 'an empty list where there is one', 'rbac.authorization.k8s.io/v1', ['rules'], [], [{ verbs: ['get'] }]],
  ['doubt', 'an empty text that a custom resource lacks', 'example.com/v1', ['spec', 'a'], '', undefined],
  ['none', 'one amount', 'v1', ['emptyDir', 'sizeLimit'], '1024Mi', '1Gi'],
  ['doubt', 'one amount where no quantity is known to stand', 'v1', ['data', 'a'], '1024Mi', '1Gi'],
  ['doubt', 'two texts of one amount in a custom resource', 'example.com/v1', ['limits', 'cpu'], '1000m', '1'],
  ['certain', 'another amount', 'v1', ['limits', 'cpu'], '1000m', '2'],
  ['doubt', 'one moment', 'v1', ['a'], '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00Z'],
  ['doubt', 'base64 with and without a line break', 'v1', ['data', 'a'], 'YWJj\nZGVm', 'YWJjZGVm'],
  ['doubt', 'a list of one owner', 'v1', ['a'], ['x'], ['y']],
])('%s: %s', (expected, _, apiVersion, path, want, have) => {
  expect(assessValue(apiVersion, path, want, have)).toBe(expected);
});
