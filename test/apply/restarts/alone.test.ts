import { expect, it } from 'vitest';
import type { AloneLine } from '../../../shared/apply/alone-words.ts';
import { applyAlone } from '../../../shared/apply/apply-alone.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { describeOnSimulatedServer } from '../server.ts';
import { playOn } from '../theatre.ts';
import { watchRestarts } from './restart-stage.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

describeOnSimulatedServer('a set that is applied alone', (server) => {
  const { drive, namespace } = playOn(server, 'alone');

  const applied = async (objects: readonly Manifest[], wait = true) => {
    const { cluster, writes } = watchRestarts(server(), namespace());
    const { clock } = server();
    const lines: AloneLine[] = [];
    const input = {
      set: 'shop',
      namespace: namespace(),
      objects: objects.map((object, place) => ({ object, source: `shop.yaml:${place + 1}` })),
      dryRun: false,
      prune: true,
      wait,
      patienceMs: 120_000,
    };
    const outside = { cluster, clock, interrupted: new AbortController().signal };
    const invocation = { signal: new AbortController().signal, deadline: clock.now() + 900_000 };
    await drive(applyAlone(input, outside, invocation, { line: (line) => void lines.push(line), say: () => {} }));
    const told = lines.map(({ identity, action, status }) => [identity.split('/').at(-1), action, status]);
    return { writes: writes.map(({ workload, unsettled }) => [workload, unsettled]), told };
  };
  const annotations = () => ({ 'config.kubernetes.io/depends-on': `apps/namespaces/${namespace()}/StatefulSet/db` });
  const shop = (version: string): readonly Manifest[] => [
    deployment('api', { version, annotations: annotations() }),
    deployment('store-a', { version, labels: { tier: 'store' } }),
    deployment('store-b', { version, labels: { tier: 'store' } }),
    selecting('store', { tier: 'store' }),
    statefulSet('db', { version, replicas: 3 }),
  ];

  it('restarts its workloads in their order too: what they depend on, partners, parts', async () => {
    await applied(shop('v1'));
    const { writes, told } = await applied(shop('v2'));
    const names = writes.map(([workload]) => workload);
    expect(names.filter((name) => name !== 'deployments/store-a' && name !== 'deployments/store-b')).toEqual([
      'statefulsets/db',
      'statefulsets/db',
      'deployments/api',
    ]);
    expect(names.filter((name) => String(name).startsWith('deployments/store'))).toEqual([
      'deployments/store-a',
      'deployments/store-b',
    ]);
    const [, beside] = writes.find(([workload]) => workload === 'deployments/store-b') ?? [];
    expect(beside).not.toContain('store-a');
    expect(writes.at(-1)).toEqual(['deployments/api', []]);
    expect(told.toSorted()).toEqual([
      ['api', 'changed', 'ready'],
      ['db', 'changed', 'ready'],
      ['store', 'unchanged', 'ready'],
      ['store-a', 'changed', 'ready'],
      ['store-b', 'changed', 'ready'],
    ]);
  });

  it('waits between restarts also where nobody waits for the end', async () => {
    await applied(shop('v1'));
    const { writes } = await applied(shop('v2'), false);
    expect(writes.at(-1)).toEqual(['deployments/api', []]);
  });

  it('leaves what depends on a restart that fails as it is, and says so of each object', async () => {
    await applied(shop('v1'));
    const broken = shop('v2').map((object) =>
      object.metadata.name === 'db' ? statefulSet('db', { version: 'crash', replicas: 3 }) : object,
    );
    const { told } = await applied(broken);
    expect(told).toContainEqual(['api', 'skipped', undefined]);
    expect(told).toContainEqual(['db', 'failed', undefined]);
  });

  it('refuses what can only restart all at once and is larger than the cap, and applies the rest', async () => {
    const large = (version: string) => [
      deployment('large', { version, replicas: 41, spec: { strategy: { type: 'Recreate' } } }),
      deployment('web', { version }),
    ];
    await applied(large('v1'));
    const { told, writes } = await applied(large('v2'));
    expect(told.toSorted()).toEqual([
      ['large', 'refused', undefined],
      ['web', 'changed', 'ready'],
    ]);
    expect(writes.map(([workload]) => workload)).toEqual(['deployments/web']);
  });
});
