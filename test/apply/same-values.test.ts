import { describe, expect, it } from 'vitest';
import { sameQuantity } from '../../shared/apply/quantity.ts';
import { sameWithDefaults } from '../../shared/apply/server-defaults.ts';

describe('sameQuantity', () => {
  it.each([
    ['1000m', '1', true],
    ['1024Mi', '1Gi', true],
    ['0.5', '500m', true],
    [2, '2', true],
    ['1G', '1Gi', false],
    ['100m', '200m', false],
    ['half', 'half', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameQuantity(['resources', 'limits', 'cpu'], a, b)).toBe(same);
  });

  it('is asked only where quantities stand', () => {
    expect(sameQuantity(['data', 'cpu'], '1000m', '1')).toBe(false);
  });
});

describe('sameWithDefaults', () => {
  it.each<[string, string, unknown, unknown, boolean]>([
    ['a field reference with its version', 'apps/v1', { fieldPath: 'a' }, { apiVersion: 'v1', fieldPath: 'a' }, true],
    [
      'a port of a policy with its protocol',
      'networking.k8s.io/v1',
      [{ ports: [{ port: 1 }] }],
      [{ ports: [{ port: 1, protocol: 'TCP' }] }],
      true,
    ],
    [
      'a protocol that is stated and another',
      'networking.k8s.io/v1',
      [{ protocol: 'UDP' }],
      [{ protocol: 'TCP' }],
      false,
    ],
    ['a field that is no default', 'apps/v1', { fieldPath: 'a' }, { fieldPath: 'a', other: 1 }, false],
    ['a default value that is not the default', 'apps/v1', {}, { protocol: 'SCTP' }, false],
    ['an item more', 'apps/v1', ['a'], ['a', 'b'], false],
    ['a custom resource, whose defaults nobody knows', 'example.com/v1', {}, { protocol: 'TCP' }, false],
  ])('%s', (_, apiVersion, want, have, same) => {
    expect(sameWithDefaults(apiVersion, want, have)).toBe(same);
  });
});
