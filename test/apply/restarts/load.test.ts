import { expect, test } from 'vitest';
import { type CallCounts, createCallers } from '../../../local/fleet/callers.ts';
import { createApiServer } from '../../../local/fleet/kubernetes/server.ts';
import { usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import { seededRandom } from '../../../shared/outside/random.ts';
import type { TargetPlan } from '../../../shared/rollout/plan.ts';
import { apply, deploy, plan, recordCluster, type Stage } from '../rehearsal.ts';
import { steppingClock } from '../stepping-clock.ts';
import { threeBehaviours, threeDependencies, threeFloors, threeServices } from './three-services.ts';
import { type SeenEndpoints, watchEndpoints } from './watch-endpoints.ts';

/** All at once: what applying did before it knew of an order. */
const withoutOrder = (approved: TargetPlan): TargetPlan => ({
  ...approved,
  restarts: {
    ...approved.restarts,
    steps: approved.restarts.steps.map(({ zone: _zone, ...step }) => ({ ...step, after: [], apart: [] })),
  },
});

/**
 * The second version comes onto a target under load; told is what its clients saw from before the first restart until after the last, and
 * what was left to them to call.
 */
const restartUnderLoad = async (
  seed: string,
  arrange: (approved: TargetPlan) => TargetPlan,
): Promise<CallCounts & { readonly endpoints: SeenEndpoints }> => {
  const clock = steppingClock(Date.parse('2026-03-01T12:00:00Z'));
  const server = createApiServer({ name: 'load', clock, random: seededRandom(seed), behaviourOf: threeBehaviours });
  server.start();
  const cluster = recordCluster((path, init = {}) => server.handle(new Request(`https://load.invalid${path}`, init)));
  const stage: Stage = { cluster, clock, namespace: 'default' };
  await clock.drive(deploy(threeServices('v1'), stage));
  await clock.drive(clock.sleep(30_000));
  const callers = createCallers({
    connections: server.followConnections(800),
    behaviourOf: threeBehaviours,
    clock,
    random: seededRandom(`${seed}/callers`),
    namespace: 'default',
    entry: 'gateway',
    rate: 3500,
  });
  const rules = { ...usualRules, dependencies: threeDependencies };
  const approved = arrange(await clock.drive(plan(threeServices('v2'), stage, rules)));
  const began = clock.now();
  const endWatch = await watchEndpoints(server, stage.namespace);
  callers.start();
  expect((await clock.drive(apply(threeServices('v2'), stage, { approved }))).status).toBe('done');
  // Until what was applied last runs as well, and for as many calls in any case.
  await clock.drive(clock.sleep(Math.max(30_000, began + 90_000 - clock.now())));
  callers.stop();
  await clock.drive(clock.sleep(5_000));
  server.stop();
  return { ...callers.counts(), endpoints: await endWatch() };
};

/** Services of which at some change fewer endpoints were ready than each shall always have. */
const belowFloor = ({ fewest }: SeenEndpoints): readonly string[] =>
  Object.entries(threeFloors)
    .filter(([service, floor]) => !((fewest[service] ?? 0) >= floor))
    .map(([service]) => service);

const share = (failed: number, calls: number): number => 1 - failed / calls;

test('while three dependent services restart in order, a client that tries twice sees no failure', async () => {
  const { plain, retrying, reasons, endpoints } = await restartUnderLoad('three', (approved) => approved);
  expect(retrying.calls).toBeGreaterThanOrEqual(300_000);
  expect(share(retrying.failed, retrying.calls)).toBeGreaterThanOrEqual(0.99999);
  // The index does not drain, which one first attempt in a hundred sees; nobody is ever asked for what it does not know.
  expect(Object.keys(reasons)).toEqual(['index: no answer']);
  for (const first of [share(plain.failed, plain.calls), share(retrying.failedFirst, retrying.calls)]) {
    expect(first).toBeGreaterThan(0.985);
    expect(first).toBeLessThan(0.995);
  }
  // Ten pods were replaced, each of which left and came.
  expect(endpoints.changes).toBeGreaterThanOrEqual(20);
  expect(endpoints.fewest).toEqual(threeFloors);
  expect(belowFloor(endpoints)).toEqual([]);
});

test('with the order switched off the same restart is an outage, also for who tries twice', async () => {
  const { plain, retrying, reasons, endpoints } = await restartUnderLoad('three', withoutOrder);
  expect(retrying.calls).toBeGreaterThanOrEqual(300_000);
  expect(share(retrying.failed, retrying.calls)).toBeLessThan(0.99);
  expect(share(plain.failed, plain.calls)).toBeLessThan(0.975);
  expect(Object.keys(reasons)).toEqual([
    'index: no answer',
    'index: version 1 does not know what version 2 asks',
    'storage: version 1 does not know what version 2 asks',
  ]);
  expect(belowFloor(endpoints)).toEqual(['index']);
});
