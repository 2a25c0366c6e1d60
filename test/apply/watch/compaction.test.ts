import { describe, expect, it } from 'vitest';
import { followCollection } from '../../../shared/apply/watch/follow-collection.ts';
import type { Cluster } from '../../../shared/clouds/cluster.ts';
import { type Clock, processClock } from '../../../shared/outside/clock.ts';
import { socketHttp } from '../../../shared/outside/socket-http.ts';
import { describeOnControlPlane } from '../../control-plane/binaries.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import { configMap } from '../manifests.ts';
import { littleHistory, simulatedServer } from '../server.ts';

const path = '/api/v1/namespaces/default/configmaps';
const collection = { served: { group: '', version: 'v1', kind: 'ConfigMap' }, path };

const send = async (request: Cluster['request'], method: string, where: string, body: unknown): Promise<void> => {
  const type = method === 'POST' ? 'application/json' : 'application/merge-patch+json';
  const answer = await request(where, { method, headers: { 'content-type': type }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
};

/**
 * Lists, lets the server forget how the list came to be as it is, and only then watches. Returns what was asked until a first change was
 * seen, and what was known then.
 */
const followLate = async (request: Cluster['request'], clock: Clock, forget: () => Promise<void>) => {
  await send(request, 'POST', path, configMap('it', { value: 'old' }));
  const asked: string[] = [];
  const cluster: Cluster = {
    target: 'it',
    request: (where, init) => {
      asked.push(where.includes('watch=true') ? 'WATCH' : 'LIST');
      return request(where, init);
    },
  };
  const ending = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const outside = { cluster, clock, signal: ending.signal, until: clock.now() + 30_000, changed: resolve };
  const follower = await followCollection(collection, outside);
  for (const value of ['newer', 'new']) await send(request, 'PATCH', `${path}/it`, { data: { value } });
  await forget();
  const running = follower.run();
  await promise;
  const known = [...follower.objects()].filter(({ metadata }) => metadata.name === 'it').map(({ data }) => data);
  ending.abort();
  await running;
  return { asked: asked.slice(0, 3), known };
};

const listedAnew = { asked: ['LIST', 'WATCH', 'LIST'], known: [{ value: 'new' }] };

describe('a watch that comes too late', () => {
  it('lists anew on the simulated server', async () => {
    const server = await simulatedServer(littleHistory);
    const forget = async () => {
      for (let change = 0; change < 50; change++) {
        await send(server.request, 'POST', path, configMap(`other-${change}`));
      }
    };
    expect(await server.drive(followLate(server.request, server.clock, forget))).toEqual(listedAnew);
    await server.stop();
  });

  describeOnControlPlane('on the real one, whose etcd was compacted', 'api', (binaries) => {
    it('lists anew', async () => {
      // Without its cache every watch is etcd's own.
      const plane = await startControlPlane(binaries, { flags: ['--watch-cache=false'] });
      const http = socketHttp();
      const request: Cluster['request'] = (where, { headers, ...init } = {}) =>
        http(`${plane.server}${where}`, {
          ...init,
          headers: { ...headers, authorization: `Bearer ${plane.token}` },
          tls: { ca: plane.ca },
          allow: ['127.0.0.0/8'],
        });
      try {
        expect(await followLate(request, processClock, plane.compact)).toEqual(listedAnew);
      } finally {
        await plane.stop();
      }
    });
  });
});
