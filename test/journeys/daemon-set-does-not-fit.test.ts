import { afterAll, beforeAll, expect, test } from 'vitest';
import { image, smallFleetConfig } from './fleet-config.ts';
import { openRehearsal, webService } from './rehearsal.ts';

type Json = Readonly<Record<string, unknown>>;

const config = smallFleetConfig('v1', {
  waves: JSON.parse(smallFleetConfig('v1')).waves.map((wave: Json) => ({
    ...wave,
    gates: [],
    // An agent on every node soaks for 12 h, of which nothing is asked here.
    soakInfrastructure: '1m',
  })),
});
const base = JSON.parse(config);
const labels = (name: string) => ({ app: name });
const workload = (kind: string, name: string, cpu: string, pod: Json = {}, spec: Json = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    ...spec,
    selector: { matchLabels: labels(name) },
    template: {
      metadata: { labels: labels(name) },
      spec: {
        ...pod,
        containers: [{ name: 'main', image: image('v1'), resources: { requests: { cpu, memory: '64Mi' } } }],
      },
    },
  },
});
const priority = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'infra' },
  value: 1000,
};
/** Fourteen of the sixteen cores of each of three nodes. */
const storage = workload('Deployment', 'storage', '14', {}, { replicas: 3 });
const agent = (cpu: string) => workload('DaemonSet', 'node-agent', cpu, { priorityClassName: 'infra' });
const list = (...items: readonly Json[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** Storage fills the external target; the agent comes to every target alike. */
const repository = (infra: readonly Json[]) => ({
  'tidegate.json': JSON.stringify({
    ...base,
    services: {
      web: base.services.web,
      storage: { manifests: 'services/storage.json', targets: { stage: 'external' } },
      ...(infra.length === 0 ? {} : { infra: { manifests: 'services/infra.json' } }),
    },
  }),
  'services/web.jsonnet': webService,
  'services/storage.json': list(storage),
  'services/infra.json': infra.length === 0 ? null : list(...infra),
});

const story = await openRehearsal({ config });
afterAll(() => story.close());

beforeAll(async () => {
  await story.settleFirst();
  const rollout = await story.merge(repository([]), 'Storage');
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
});

test('a DaemonSet that only the full target has no room for is refused before staging, with whom it would evict', async () => {
  const mark = story.mark();
  const rollout = await story.merge(repository([priority, agent('2500m')]), 'An agent for every node');
  const end = await story.ended(rollout);
  expect(end).toMatchObject({ outcome: 'refused' });
  expect(end?.because).toMatch(
    /^refused, nothing written to any target: eks-a: DaemonSet default\/node-agent: it needs cpu 2500m, memory 64Mi on each of 3 nodes, and 3 of them have less: .* \(no-room\)/,
  );
  const [previewed] = (await story.events(rollout)).filter((text) => text.startsWith('refused'));
  expect(previewed).toMatch(/it would evict 3 pods of lower priority than its 1000: default\/storage-/);
  for (const target of story.targets) expect([target, story.writes(target, mark)]).toEqual([target, []]);
});

test('one that fits goes everywhere, and storage stays where it is', async () => {
  const before = await story.names('eks-a', 'v1/namespaces/default/pods?labelSelector=app%3Dstorage');
  const rollout = await story.merge(repository([priority, agent('500m')]), 'A smaller agent');
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  expect(await story.names('eks-a', 'v1/namespaces/default/pods?labelSelector=app%3Dstorage')).toEqual(before);
  for (const target of story.targets) {
    const agents = await story.names(target, 'v1/namespaces/default/pods?labelSelector=app%3Dnode-agent');
    expect([target, agents.length]).toEqual([target, 3]);
  }
});
