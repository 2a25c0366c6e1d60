import { createObject } from '../api/write.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import type { KubeObject } from '../object.ts';
import { create, kindOf, writeStatus } from './owned.ts';

export interface NodeSize {
  /** Quantities: `16`, `64Gi`. */
  readonly cpu: string;
  readonly memory: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const usualNodes: readonly NodeSize[] = Array.from({ length: 3 }, () => ({ cpu: '16', memory: '64Gi' }));
const zones = ['a', 'b', 'c'];

const createNode = (plane: ControlPlane, size: NodeSize, index: number) => {
  const name = `node-${index + 1}`;
  const node: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': `zone-${zones[index % zones.length]}`,
        ...size.labels,
      },
    },
    spec: {},
  };
  const amounts = { cpu: size.cpu, memory: size.memory, 'ephemeral-storage': '100Gi', pods: '110' };
  const created = create(plane, 'nodes', node);
  writeStatus(
    plane,
    created,
    {
      capacity: amounts,
      allocatable: amounts,
      addresses: [
        { type: 'InternalIP', address: `192.0.2.${index + 10}` },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          lastHeartbeatTime: timeOf(plane),
          lastTransitionTime: timeOf(plane),
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
        },
      ],
      nodeInfo: {
        kubeletVersion: plane.version,
        architecture: 'amd64',
        operatingSystem: 'linux',
        containerRuntimeVersion: 'containerd://simulated',
        osImage: 'simulated',
        kernelVersion: 'simulated',
        kubeProxyVersion: '',
        machineID: name,
        systemUUID: name,
        bootID: name,
      },
    },
    'kubelet',
  );
};

/** What every cluster has before anybody writes: four namespaces, nodes, a storage class, the Service `kubernetes`. Twice is once. */
export const bootstrap = (plane: ControlPlane, nodes: readonly NodeSize[] = usualNodes): void => {
  if (plane.storage.list('namespaces').length > 0) return;
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    create(plane, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const [index, size] of nodes.entries()) createNode(plane, size, index);
  create(plane, 'storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'simulated',
  });
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
  };
  const write = { manager: 'kube-apiserver', dryRun: false, subresource: '' };
  createObject(plane, kindOf(plane, 'services'), 'default', service, write);
};
