import type { Prioritised } from '../../../shared/apply/room/assess-nodes.ts';
import { podDemand } from '../../../shared/apply/room/pod-request.ts';
import { type NodeRoom, type PodOnNode, readNode } from '../../../shared/apply/room/takes-pod.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';

type Json = Readonly<Record<string, unknown>>;

/** A pod specification of one container that requests this. */
export const podOf = (requests: Json = {}, more: Json = {}): Json => ({
  containers: [{ name: 'main', resources: { requests } }],
  ...more,
});

/** A workload of three pods that is created; members replace those given. */
export const wantedOf = (requests: Json, more: Partial<Prioritised> & { readonly pod?: Json } = {}): Prioritised => {
  const { pod, ...given } = more;
  const spec = podOf(requests, pod);
  const manifest: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: { spec } },
  };
  return {
    id: 'apps/Deployment/shop/web',
    manifest,
    spec,
    namespace: 'shop',
    demand: podDemand(spec),
    demandBefore: podDemand(spec),
    everyNode: false,
    count: 3,
    before: 0,
    surge: 0,
    surgesFirst: false,
    restarts: false,
    priority: 0,
    preempts: true,
    ...given,
  };
};

/** A node that is ready and takes everybody. */
export const nodeOf = (
  name: string,
  allocatable: Json = { cpu: '4', memory: '16Gi', pods: '10' },
  more: Json = {},
): NodeRoom =>
  readNode({
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
    ...more,
  });

/** A pod that runs. */
export const runningOn = (node: string, name: string, requests: Json, more: Partial<PodOnNode> = {}): PodOnNode => ({
  node,
  name: `shop/${name}`,
  requests: podDemand(podOf(requests)).requests,
  priority: 0,
  ...more,
});
