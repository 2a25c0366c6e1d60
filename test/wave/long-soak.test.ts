import { expect, test } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { ObjectId } from '../../shared/rollout/plan.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { longSoak } from '../../shared/wave/long-soak.ts';
import { soaking } from '../../shared/wave/soaking.ts';

const hour = 3_600_000;
const wave: Wave = {
  name: 'w',
  targets: ['old', 'new'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: hour,
  soakInfrastructureMs: 12 * hour,
  gates: [],
  whenTaken: 'queue',
  settleWithinMs: 1,
  inconclusiveWithinMs: 1,
};
const planned = (target: string, ...infrastructure: readonly ObjectId[]) => ({
  target,
  planned: digestOf(target),
  counts: { create: 0, unchanged: 0, change: 0, migrate: 0, recreate: 0, prune: 0 },
  findings: { error: 0, warning: 0, waived: 0 },
  deletes: [],
  restarts: [],
  jobs: 0,
  left: 0,
  infrastructure,
});
const ledger = openSqliteLedger(':memory:', processClock);
const standing = { release: digestOf('r'), rendered: digestOf('d'), commit: 'c', rollout: 'earlier', at: 0 };
await markVerified(ledger, 'old', standing);
const agent = 'apps/DaemonSet/kube-system/agent';
const role = 'rbac.authorization.k8s.io/Role/web/reader';

test('a wave that changes what others stand on soaks longer, and says for what', async () => {
  const soak = await longSoak(wave, [planned('old', role, agent), planned('new', agent)], { ledger });
  expect(soak).toEqual({
    ms: 12 * hour,
    because: `for 12 h, as ${agent} and 1 more changes what others stand on`,
  });
  expect([soaking(wave, soak).soakMs, soaking(wave, undefined).soakMs]).toEqual([12 * hour, hour]);
});

test.each([
  ['it changes nothing of that kind', wave, [planned('old')]],
  ['nothing was verified there yet', wave, [planned('new', agent)]],
  ['it soaks longer anyway', { ...wave, soakMs: 24 * hour }, [planned('old', agent)]],
  ['its release is of a version that knew no such soak', { ...wave, soakInfrastructureMs: 0 }, [planned('old', agent)]],
])('it soaks as configured where %s', async (_, configured, targets) => {
  expect(await longSoak(configured, targets, { ledger })).toBeUndefined();
});
