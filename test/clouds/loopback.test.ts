import { expect, it } from 'vitest';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../local/fleet/clouds/clouds.ts';
import { openLoopback } from '../../local/loopback.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { fleet, HOME, simulateFleet } from './simulated-fleet.ts';

const { outside: simulated, restore } = simulateFleet([]);
restore();

it('the whole fleet is resolved and opened over sockets as it is in process', async () => {
  const clusters = Object.values(fleet);
  const clouds = createClouds({ clock: processClock, clusters, region: 'us-east-1' });
  const servers = clusters.map(({ target, server }) => ({
    host: new URL(server).hostname,
    handle: async (request: Request) =>
      new Response(target, { status: clouds.authorise(target, request) === 'ok' ? 200 : 401 }),
  }));
  const routes = [...clouds.routes, ...servers];
  const loopback = await openLoopback(routes, seededRandom('loopback'));
  try {
    const http = loopback.http(() => Promise.reject(new Error('left the simulation')));
    const outside = { ...simulated, http, identity: simulatedIdentity(processClock, HOME) };
    const answers: string[] = [];
    for (const { target: name, locator } of clusters) {
      const endpoint = await resolveCluster(locator, outside, new AbortController().signal);
      const response = await openCluster({ name, locator, endpoint }, outside).request('/version');
      answers.push(`${response.status} ${await response.text()}`);
    }
    expect(answers).toEqual(clusters.map(({ target }) => `200 ${target}`));
  } finally {
    await loopback.close();
  }
});
