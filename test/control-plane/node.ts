import type { Request } from './control-plane.ts';

/** The one node of the test cluster. */
export const NODE = 'node-1';

const send = async (request: Request, method: string, path: string, body: unknown, type?: string): Promise<void> => {
  const response = await request(path, { method, body, ...(type ? { type } : {}) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
};

/**
 * Adds a node that pods can be scheduled on. The API server gives a new node the taint `node.kubernetes.io/not-ready`, which only
 * the node lifecycle controller would take off; that one is off, because nobody sends heartbeats here.
 */
export const addNode = async (request: Request): Promise<void> => {
  await send(request, 'POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux' } },
  });
  const room = { cpu: '64', memory: '256Gi', pods: '1000', 'ephemeral-storage': '1Ti' };
  const now = new Date().toISOString();
  await send(
    request,
    'PATCH',
    `/api/v1/nodes/${NODE}/status`,
    {
      status: {
        capacity: room,
        allocatable: room,
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        conditions: [
          { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now },
        ],
      },
    },
    'application/strategic-merge-patch+json',
  );
  await send(request, 'PATCH', `/api/v1/nodes/${NODE}`, { spec: { taints: null } }, 'application/merge-patch+json');
};
