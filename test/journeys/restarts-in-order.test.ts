import { expect, test } from 'vitest';
import type { CallCounts } from '../../local/fleet/callers.ts';
import { openRehearsal } from './rehearsal.ts';
import { digestOf, threeConfig, threeFiles } from './restart-fleet.ts';

const { createCallers } = await import('../../local/fleet/callers.ts');
const { seededRandom } = await import('../../shared/outside/random.ts');
const { processClock } = await import('../../shared/outside/clock.ts');

interface Told {
  readonly counts: CallCounts;
  readonly restarts: readonly string[];
  readonly texts: readonly string[];
}

/** The second version of three services goes through both waves while clients of the second target call without a break. */
const rollOutUnderLoad = async (isOrdered: boolean): Promise<Told> => {
  const config = threeConfig(isOrdered);
  const story = await openRehearsal({ config, files: threeFiles('v1') });
  try {
    for (const version of [1, 2]) {
      const publish = (service: string, behaviour: object) =>
        story.images.publish(digestOf(service, `v${version}`), behaviour);
      publish('index', { serves: version });
      publish('storage', { serves: version, calls: [{ service: 'index', atLeast: version }] });
      publish('gateway', { calls: [{ service: 'storage', atLeast: version }] });
    }
    expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
    const server = story.instance.fleet.servers.get('eks-internal');
    if (server === undefined) throw new Error('the second target is simulated');
    const callers = createCallers({
      connections: server.followConnections(800),
      behaviourOf: story.images.behaviourOf,
      clock: processClock,
      random: seededRandom('clients of eks-internal'),
      namespace: 'default',
      entry: 'gateway',
      rate: 3500,
    });
    const second = await story.merge(threeFiles('v2'), 'Version 2');
    await story.until(async () => (await story.events(second)).some((text) => text.startsWith('staging passed')));
    callers.start();
    expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
    callers.stop();
    await story.pass(5_000);
    const texts = await story.events(second);
    return {
      counts: callers.counts(),
      texts,
      restarts: texts.filter((text) => text.startsWith('eks-internal restarts')),
    };
  } finally {
    await story.close();
  }
};

const share = (failed: number, calls: number): number => 1 - failed / calls;

test('a rollout restarts three dependent services in their order, and clients that try twice see no failure', async () => {
  const { counts, restarts, texts } = await rollOutUnderLoad(true);
  expect(restarts).toEqual([
    'eks-internal restarts StatefulSet default/index-a (1 of 4): pod 1 of 2',
    'eks-internal restarts StatefulSet default/index-a (1 of 4): pod 2 of 2',
    'eks-internal restarts StatefulSet default/index-b (2 of 4): pod 1 of 2',
    'eks-internal restarts StatefulSet default/index-b (2 of 4): pod 2 of 2',
    'eks-internal restarts Deployment default/storage (3 of 4): 3 pods',
    'eks-internal restarts Deployment default/gateway (4 of 4): 3 pods',
  ]);
  expect(texts).toContainEqual(
    expect.stringMatching(/^internal planned at .*; 4 workloads restart with 10 pods; \d+ warnings$/),
  );
  const { retrying } = counts;
  expect(retrying.calls).toBeGreaterThanOrEqual(300_000);
  expect(share(retrying.failed, retrying.calls)).toBeGreaterThanOrEqual(0.99999);
  expect(share(retrying.failedFirst, retrying.calls)).toBeLessThan(1);
});

test('a rollout of services that say nothing of each other shows what the order is for', async () => {
  const { counts } = await rollOutUnderLoad(false);
  const { retrying, reasons } = counts;
  // More than one call in twenty fails for good; it was one in thirteen.
  expect(share(retrying.failed, retrying.calls)).toBeLessThan(0.95);
  expect(Object.keys(reasons)).toContain('storage: version 1 does not know what version 2 asks');
});
