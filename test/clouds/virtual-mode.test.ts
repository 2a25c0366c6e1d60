import { expect, it } from 'vitest';
import '../../local/loaded-ahead.ts';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../local/fleet/clouds/clouds.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { installVirtualTime } from '../../local/virtual/virtual-time.ts';
import type { CloudsOutside } from '../../shared/clouds/clouds-outside.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { fleet, HOME, simulateFleet } from './simulated-fleet.ts';

const { outside: simulated, restore } = simulateFleet([]);
restore();

/** Every request of resolving and opening the whole fleet, with a day between two uses of each, to the last byte. */
const requestsOf = async (seed: string): Promise<readonly unknown[]> => {
  const virtual = installVirtualTime({ start: Date.UTC(2026, 0, 2), seed });
  try {
    const clusters = Object.values(fleet);
    const clouds = createClouds({ clock: processClock, clusters, region: 'us-east-1' });
    const servers = clusters.map(({ target, server }) => ({
      host: new URL(server).hostname,
      handle: async (request: Request) =>
        new Response('{}', { status: clouds.authorise(target, request) === 'ok' ? 200 : 401 }),
    }));
    const network = simulatedNetwork({ routes: [...clouds.routes, ...servers], fallback: 'refuse' });
    const requests: unknown[] = [];
    const outside: CloudsOutside = {
      ...simulated,
      identity: simulatedIdentity(processClock, HOME),
      http: (url, init) => {
        requests.push([Date.now(), String(url), init?.method, init?.headers, String(init?.body)]);
        return network(url, init);
      },
    };
    const everything = async () => {
      for (const { target: name, locator } of clusters) {
        const endpoint = await resolveCluster(locator, outside, new AbortController().signal);
        const cluster = openCluster({ name, locator, endpoint }, outside);
        expect((await cluster.request('/version')).status).toBe(200);
        await processClock.sleep(86_400_000);
        expect((await cluster.request('/version')).status).toBe(200);
      }
    };
    await virtual.complete(everything, { maxVirtualMs: 7 * 86_400_000 });
    return requests;
  } finally {
    virtual.restore();
  }
};

it('the real SDKs send the same bytes for the same seed, days apart in no time', async () => {
  const first = await requestsOf('a');
  expect(first.length).toBeGreaterThan(20);
  expect(await requestsOf('a')).toEqual(first);
  expect(await requestsOf('b')).not.toEqual(first);
});
