import { expect, it } from 'vitest';
import type { AloneLine } from '../../shared/apply/alone-words.ts';
import { applyAlone } from '../../shared/apply/apply-alone.ts';
import { corpusSet } from './corpus.ts';
import { namespace as namespaceOf } from './manifests.ts';
import { isWrite, recordCluster } from './rehearsal.ts';
import type { Server } from './server.ts';

interface Expected {
  readonly path: string;
  /** Where it is not a namespace of its own. */
  readonly namespace?: string;
  readonly created: number;
  /** Of what is not created, the words that say why. */
  readonly not?: readonly string[];
  /** Of what is left when the set is emptied: CRDs and whatever else holds state. */
  readonly kept?: number;
}

const unknown = (kind: string) => `refused: the cluster serves no ${kind}`;

/** A set's own namespace is there already, and only becomes a member. */
const labelled = ['changed: /metadata/labels/applyset.kubernetes.io~1part-of'];

/** In this order: CRDs stay, and later sets have objects of them. */
const sets: readonly Expected[] = [
  {
    path: 'microservices-demo',
    created: 35,
    not: [
      unknown('Gateway of gateway.networking.k8s.io/v1beta1'),
      unknown('HTTPRoute of gateway.networking.k8s.io/v1beta1'),
      unknown('ServiceEntry of networking.istio.io/v1alpha3'),
      unknown('ServiceEntry of networking.istio.io/v1alpha3'),
      unknown('VirtualService of networking.istio.io/v1alpha3'),
    ],
  },
  { path: 'argo-cd', created: 59, kept: 3 },
  {
    path: 'podinfo/deploy/secure/common',
    namespace: 'secure',
    created: 4,
    not: [...labelled, unknown('ClusterIssuer of cert-manager.io/v1')],
    kept: 1,
  },
  { path: 'cert-manager', created: 50, not: labelled, kept: 7 },
  { path: 'podinfo/deploy/secure', namespace: 'secure', created: 12, kept: 1 },
  { path: 'podinfo/deploy/bases', created: 20, kept: 1 },
  { path: 'podinfo/deploy/webapp', created: 11, kept: 1 },
  { path: 'podinfo/kustomize', created: 3 },
  {
    path: 'podinfo/helm-rendered.yaml',
    namespace: 'podinfo',
    created: 14,
    not: [unknown('ServiceMonitor of monitoring.coreos.com/v1')],
  },
  {
    path: 'strimzi',
    created: 27,
    not: [
      unknown('Kafka of kafka.strimzi.io/v1'),
      unknown('KafkaNodePool of kafka.strimzi.io/v1'),
      unknown('KafkaNodePool of kafka.strimzi.io/v1'),
      unknown('ServiceMonitor of monitoring.coreos.com/v1'),
    ],
    kept: 3,
  },
  {
    path: 'kubernetes-examples',
    created: 7,
    not: ['refused: the cluster does not serve PodDisruptionBudget as policy/v1beta1; it serves policy/v1'],
  },
  { path: 'kubernetes-website', created: 6 },
];

/** Manifests as they come: whatever is in them is applied or refused with a reason, costs nothing the second time, and goes again. */
export const corpusSuite = (server: () => Server): void => {
  it.each(sets)('$path: planned, applied, applied again without a write, and pruned', async (expected) => {
    const { path, not = [], kept = 0 } = expected;
    const namespace = expected.namespace ?? path.replaceAll(/[^a-z]+/g, '-');
    const { created } = expected;
    const { request, clock, drive } = server();
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await drive(request('/api/v1/namespaces', { ...post, body: JSON.stringify(namespaceOf(namespace)) }));
    const cluster = recordCluster(request);
    const run = async (objects: ReturnType<typeof corpusSet>, dryRun = false) => {
      cluster.seen.length = 0;
      const lines: AloneLine[] = [];
      const result = await drive(
        applyAlone(
          { set: 'corpus', namespace, objects, dryRun, prune: true, wait: false, patienceMs: 60_000 },
          { cluster, clock, interrupted: new AbortController().signal },
          { signal: new AbortController().signal, deadline: clock.now() + 600_000 },
          { line: (line) => lines.push(line), say: () => {} },
        ),
      );
      return { ...result, lines, writes: cluster.seen.filter(isWrite).length };
    };
    /** All but those that ended well, without where they are written. */
    const rest = (lines: readonly AloneLine[], good: string) =>
      lines
        .filter(({ action }) => action !== good && action !== 'unchanged')
        .map(
          ({ action, reason }) => `${action}: ${reason.replace(/^\S+ \(document \d+\): /, '').split(', and no ')[0]}`,
        )
        .sort();

    // CRDs of the set before may take a moment to be served.
    await drive(clock.sleep(1000));
    const objects = corpusSet(path);
    const planned = await run(objects, true);
    const applied = await run(objects);
    const again = await run(objects);
    const gone = await run([]);
    const bad = [...not].sort();
    const still = bad.filter((line) => !line.startsWith('changed'));
    expect([planned.summary.created, rest(planned.lines, 'created'), planned.writes]).toEqual([created, bad, 0]);
    expect([applied.summary.created, rest(applied.lines, 'created')]).toEqual([created, bad]);
    // What the server refused is tried again; nothing else is.
    expect([rest(again.lines, 'unchanged'), again.writes]).toEqual([still, 0]);
    expect([gone.summary.pruned + gone.kept.length, gone.kept.length]).toEqual([again.summary.unchanged, kept]);
  });
};
