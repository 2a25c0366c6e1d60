import { describe, expect, it } from 'vitest';
import { orderServices } from '../../shared/render/order-services.ts';

const services = (edges: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(edges).map(([name, dependsOn]) => ({ name, dependsOn }));

describe('services are ordered', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    ['by name where nothing is asked', { b: [], c: [], a: [] }, ['a', 'b', 'c']],
    ['after what they depend on', { a: ['c'], b: [], c: ['d'], d: [] }, ['b', 'd', 'c', 'a']],
    ['in a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, ['d', 'b', 'c', 'a']],
    ['when there are none', {}, []],
  ])('%s', (_, edges, expected) => {
    for (const given of [services(edges), services(edges).toReversed()]) {
      const { ordered, problems } = orderServices(given);
      expect({ ordered: ordered.map(({ name }) => name), problems }).toEqual({ ordered: expected, problems: [] });
    }
  });

  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly object[]]>([
    [
      'a circle',
      { a: ['b'], b: ['c'], c: ['b'], d: [] },
      [{ code: 'DEPENDENCY_CYCLE', source: 'services', what: 'a, b, c: dependsOn leads in a circle' }],
    ],
    [
      'itself',
      { a: ['a'] },
      [{ code: 'DEPENDENCY_CYCLE', source: 'services', what: 'a: dependsOn leads in a circle' }],
    ],
    [
      'what is not there',
      { a: ['x', 'b'], b: ['y'] },
      [
        { code: 'DEPENDENCY_UNKNOWN', source: 'service a', what: 'dependsOn names x, which is no service here' },
        { code: 'DEPENDENCY_UNKNOWN', source: 'service b', what: 'dependsOn names y, which is no service here' },
      ],
    ],
  ])('not when dependsOn leads to %s', (_, edges, problems) => {
    expect(orderServices(services(edges))).toEqual({ ordered: [], problems });
  });
});
