import { describe, expect, test } from 'vitest';
import { findPartners } from '../../../shared/apply/restarts/find-partners.ts';
import { zoneOf } from '../../../shared/apply/restarts/zone-of.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

const workload = (manifest: Manifest) => ({
  id: `apps/${manifest.kind}/${manifest.metadata.namespace ?? ''}/${manifest.metadata.name}` as const,
  service: 'shop',
  manifest,
});

const partnersOf = (first: Manifest, second: Manifest, ...others: readonly Manifest[]): boolean => {
  const [a, b] = [workload(first), workload(second)];
  return (
    findPartners([a, b], [first, second, ...others])
      .get(a.id)
      ?.includes(b.id) === true
  );
};

const budget = (selector: object): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'all' },
  spec: { maxUnavailable: 1, selector },
});
const store = (name: string, labels: Readonly<Record<string, string>> = { tier: 'store' }) =>
  deployment(name, { labels });
const grouped = (name: string, group: string): Manifest => ({
  ...statefulSet(name),
  metadata: { name, labels: { 'rollout-group': group } },
});

describe('two workloads are redundant partners', () => {
  test.for([
    {
      because: 'one Service sends to both',
      given: [store('a'), store('b'), selecting('s', { tier: 'store' })],
      are: true,
    },
    {
      because: 'each has a Service of its own',
      given: [store('a'), store('b'), selecting('s', { app: 'a' })],
      are: false,
    },
    { because: 'nothing selects them', given: [store('a'), store('b')], are: false },
    {
      because: 'a Service without selector selects nothing',
      given: [store('a'), store('b'), selecting('s', {})],
      are: false,
    },
    {
      because: 'one budget counts both',
      given: [store('a'), store('b'), budget({ matchLabels: { tier: 'store' } })],
      are: true,
    },
    {
      because: 'a budget names both by expression',
      given: [
        store('a'),
        store('b'),
        budget({ matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b'] }] }),
      ],
      are: true,
    },
    {
      because: 'a budget leaves one out',
      given: [store('a'), store('b'), budget({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['b'] }] })],
      are: false,
    },
    { because: 'a budget of every pod counts both', given: [store('a'), store('b'), budget({})], are: true },
    { because: 'they are of one rollout group', given: [grouped('a', 'g'), grouped('b', 'g')], are: true },
    { because: 'they are of two rollout groups', given: [grouped('a', 'g'), grouped('b', 'h')], are: false },
    {
      because: 'they are in two namespaces',
      given: [
        store('a'),
        { ...store('b'), metadata: { name: 'b', namespace: 'other' } },
        selecting('s', { tier: 'store' }),
      ],
      are: false,
    },
  ] satisfies readonly { readonly because: string; readonly given: readonly Manifest[]; readonly are: boolean }[])(
    'is $are where $because',
    ({ given, are }) => {
      const [first, second, ...others] = given;
      if (first === undefined || second === undefined) throw new Error('two workloads are compared');
      expect(partnersOf(first, second, ...others)).toBe(are);
    },
  );
});

describe('the zone of a workload', () => {
  const zone = 'topology.kubernetes.io/zone';
  const affinity = (...terms: readonly (readonly string[])[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((values) => ({ matchExpressions: [{ key: zone, operator: 'In', values }] })),
        },
      },
    },
  });
  test.for([
    {
      because: 'its own label',
      manifest: { ...deployment('a'), metadata: { name: 'a', labels: { [zone]: 'a' } } },
      is: 'a',
    },
    { because: 'a label of its pods', manifest: deployment('a', { labels: { [zone]: 'b' } }), is: 'b' },
    { because: 'its node selector', manifest: deployment('a', { pod: { nodeSelector: { [zone]: 'c' } } }), is: 'c' },
    { because: 'affinity for one zone', manifest: deployment('a', { pod: affinity(['a']) }), is: 'a' },
    { because: 'affinity for either of two', manifest: deployment('a', { pod: affinity(['a', 'b']) }), is: undefined },
    {
      because: 'two terms of different zones',
      manifest: deployment('a', { pod: affinity(['a'], ['b']) }),
      is: undefined,
    },
    { because: 'nothing', manifest: deployment('a'), is: undefined },
  ] satisfies readonly { readonly because: string; readonly manifest: Manifest; readonly is: string | undefined }[])(
    'is $is by $because',
    ({ manifest, is }) => {
      expect(zoneOf(manifest)).toBe(is);
    },
  );
});
