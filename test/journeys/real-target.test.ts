import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';
import { image, smallFleetConfig } from './fleet-config.ts';
import { openRealRehearsal } from './real-rehearsal.ts';

/** A fifth of it on a machine that does nothing else. */
const longest = 120_000;

/** Two simulated targets and, in the last wave, the real one, found by its kubeconfig. The real one has no public name to probe. */
const mixedFleet = (version: string, kubeconfig: string, changes: Readonly<Record<string, unknown>> = {}): string => {
  const { targets } = JSON.parse(smallFleetConfig(version));
  const wave = (name: string) => ({ name, targets: { stage: name }, soak: '1s' });
  return smallFleetConfig(version, {
    targets: {
      'eks-staging': targets['eks-staging'],
      'gke-internal': targets['gke-internal'],
      real: {
        kubeconfig: { path: kubeconfig },
        labels: { stage: 'external', size: 's' },
        allow: ['127.0.0.1/32'],
      },
    },
    waves: [wave('staging'), wave('internal'), wave('external')],
    ...changes,
  });
};

describeOnControlPlane('a fleet of two simulated targets and a real one', 'controllers', (binaries) => {
  let plane: ControlPlane;
  let stopKubelet: () => Promise<void>;
  let kubeconfig: string;
  let story: Awaited<ReturnType<typeof openRealRehearsal>>;
  beforeAll(async () => {
    plane = await startControlPlane(binaries);
    stopKubelet = startKubelet(plane.request, behaviourByName);
    kubeconfig = join(plane.folder, 'fleet.kubeconfig');
    writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
    story = await openRealRehearsal({ config: mixedFleet('v1', kubeconfig), reaches: 'network' });
  });
  afterAll(async () => {
    await story?.close();
    await stopKubelet?.();
    await plane?.stop();
  });

  interface Live {
    readonly metadata: { readonly resourceVersion: string };
    readonly spec?: {
      readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
    readonly status?: { readonly readyReplicas?: number };
  }
  const live = async (path: string): Promise<Live> => (await plane.request(path)).json() as Promise<Live>;
  const deployment = '/apis/apps/v1/namespaces/default/deployments/web';
  const inDefault = (name: string) => `/api/v1/namespaces/default/${name}`;
  const runs = async () => {
    const { spec, status } = await live(deployment);
    return { images: spec?.template?.spec.containers.map((each) => each.image), ready: status?.readyReplicas };
  };

  test(
    'has the first version, and then the second, verified on all three',
    async () => {
      expect(await story.ended(await story.begin())).toMatchObject({
        outcome: 'succeeded',
        because: '3 targets have the release, verified',
      });
      expect(await runs()).toEqual({ images: [image('v1')], ready: 2 });

      const second = await story.merge({ 'tidegate.json': mixedFleet('v2', kubeconfig) }, 'Version 2');
      expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
      expect(await runs()).toEqual({ images: [image('v2')], ready: 2 });
      expect(story.running('eks-staging')).toEqual([image('v2')]);
      expect((await story.events(second)).filter((text) => text.startsWith('external planned'))).toEqual([
        expect.stringMatching(
          /on 1 targets: 0 create, 1 change, 0 migrate, 0 recreate, 0 prune, 2 unchanged; 1 workload restarts with 2 pods; \d+ warnings$/,
        ),
      ]);
    },
    longest,
  );

  test(
    'is written nothing when a release changes nothing',
    async () => {
      const objects = [deployment, ...['services/web', 'configmaps/web', 'configmaps/tidegate-web'].map(inDefault)];
      const versions = async () =>
        Promise.all(objects.map(async (path) => [path, (await live(path)).metadata.resourceVersion]));
      const before = await versions();
      const again = await story.merge({ 'tidegate.json': `${mixedFleet('v2', kubeconfig)}\n` }, 'The same once more');
      expect(await story.ended(again)).toMatchObject({ outcome: 'succeeded' });
      expect(await versions()).toEqual(before);
    },
    longest,
  );

  test(
    'takes an image back from everywhere when it crashes on the real one',
    async () => {
      const services = {
        web: {
          jsonnet: 'services/web.jsonnet',
          images: { web: image('v3').replace('/web@', '/web-crash@') },
        },
      };
      const third = await story.merge({ 'tidegate.json': mixedFleet('v3', kubeconfig, { services }) }, 'Version 3');
      expect(await story.ended(third)).toMatchObject({
        outcome: 'rolled_back',
        because: expect.stringMatching(/^1 of 1 targets lost, 0 may be: real: .*CrashLoopBackOff/),
      });
      expect(await runs()).toEqual({ images: [image('v2')], ready: 2 });
      for (const target of ['eks-staging', 'gke-internal'])
        expect([target, story.running(target)]).toEqual([target, [image('v2')]]);
    },
    longest,
  );
});
