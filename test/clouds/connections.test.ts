import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNamedCluster } from '../../cli/kubeconfig.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { configMap } from '../apply/manifests.ts';
import { deploy, renderedOf } from '../apply/rehearsal.ts';
import { type ReachableServer, simulatedOverSocket } from '../cli/api-server.ts';
import { folderWith } from '../cli/tidegate.ts';

let server: ReachableServer;
let folder: string;
beforeAll(async () => {
  server = await simulatedOverSocket();
  folder = folderWith({ kubeconfig: server.kubeconfig });
  await server.request('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

const sixty = (value: string) =>
  renderedOf({ web: Array.from({ length: 60 }, (_, number) => configMap(`map-${number}`, { key: value })) });

it('a deployment of 60 objects opens no more connections than requests are in flight, and the next one opens none', async () => {
  const terminal = { env: { KUBECONFIG: join(folder, 'kubeconfig') }, directory: folder, clock: processClock };
  const { cluster } = await openNamedCluster(terminal, undefined, undefined);
  const stage = { cluster, clock: processClock, namespace: 'shop' };
  await deploy(sixty('1'), stage);
  const { connections = 0, requests = 0 } = { ...server.counted };
  expect([connections <= 16, requests > 180]).toEqual([true, true]);
  await deploy(sixty('2'), stage);
  expect([server.counted?.connections, (server.counted?.requests ?? 0) > requests + 120]).toEqual([connections, true]);
});
