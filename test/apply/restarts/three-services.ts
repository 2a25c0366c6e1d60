import type { Behaviour, BehaviourOf } from '../../../local/fleet/kubernetes/behaviour.ts';
import type { Manifest, RenderedTarget } from '../../../shared/rollout/release.ts';
import { renderedOf } from '../rehearsal.ts';
import { deployment, selecting, statefulSet } from './workloads.ts';

const healthy: Behaviour = { pull: 'ok', startMs: 400, readyMs: 500 };

/** Of each version one: a consumer asks its provider for what came with that version, a provider still answers what was asked before. */
const behaviours: Readonly<Record<string, (version: number) => Partial<Behaviour>>> = {
  gateway: (version) => ({ calls: [{ service: 'storage', atLeast: version }] }),
  storage: (version) => ({ serves: version, calls: [{ service: 'index', atLeast: version }] }),
  index: (version) => ({ serves: version }),
};

/** How the images of the three services behave, by their names: `registry.example.com/index-a:v2`. */
export const threeBehaviours: BehaviourOf = (image) => {
  const [, name = '', version = '1'] = /([a-z]+)(?:-[a-z])?:v(\d+)$/.exec(image) ?? [];
  return { ...healthy, ...behaviours[name]?.(Number(version)) };
};

const drained = {
  lifecycle: { preStop: { sleep: { seconds: 5 } } },
  readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 },
};
const surging = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };

const rolling = (name: string, version: string): Manifest =>
  deployment(name, { version, replicas: 3, spec: surging, container: drained });

/** One of two zones of the index, which clients know as one. It does not drain: what it is asked while it ends it does not answer. */
const zone = (name: string, version: string): Manifest =>
  statefulSet(`index-${name}`, {
    version,
    replicas: 2,
    labels: { service: 'index', 'topology.kubernetes.io/zone': `zone-${name}` },
    container: { readinessProbe: drained.readinessProbe },
    spec: { podManagementPolicy: 'Parallel' },
  });

/** gateway -> storage -> index, the index in two redundant zones. */
export const threeServices = (version: string): RenderedTarget =>
  renderedOf({
    index: [zone('a', version), zone('b', version), selecting('index', { service: 'index' })],
    storage: [rolling('storage', version), selecting('storage', { app: 'storage' })],
    gateway: [rolling('gateway', version), selecting('gateway', { app: 'gateway' })],
  });

export const threeDependencies = {
  index: { dependsOn: [] },
  storage: { dependsOn: ['index'] },
  gateway: { dependsOn: ['storage'] },
};

/** Ready endpoints that are never missing: all of a rolling update that may be short of none, and of the four of the index all but one. */
export const threeFloors = { gateway: 3, index: 3, storage: 3 };
