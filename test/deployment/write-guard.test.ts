import { describe, expect, it } from 'vitest';
import type { DeploymentRef } from '../../shared/deployment/deployment-ref.ts';
import { writeGuard } from '../../shared/deployment/write-guard.ts';
import { readHolds, setHold } from '../../shared/ledger/holds.ts';
import { takeLease } from '../../shared/ledger/lease.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { stopWave } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Hold } from '../../shared/rollout/holds.ts';

const ref: DeploymentRef = {
  ...{ rollout: 'r1', wave: 'staging', direction: 'forward', target: 'a' },
  ...{ release: digestOf('release'), plan: digestOf('plan'), planned: digestOf('planned') },
};
const clock = { now: () => 1_000, sleep: async () => undefined, after: () => () => undefined };
const freeze: Hold = {
  kind: 'freeze',
  scope: 'target',
  name: 'a',
  by: 'ana',
  because: 'x',
  at: 1,
  allowsRollback: true,
};

const setUp = async (finds: readonly (Hold | undefined)[]) => {
  const ledger = openSqliteLedger(':memory:', clock);
  const lease = await takeLease(ledger, 'a', 'me', 1_000, 60_000);
  let asked = 0;
  const find = async () => finds[Math.min(asked++, finds.length - 1)];
  return { ledger, guarded: writeGuard(ref, lease, find, { ledger, clock }) };
};

describe('a guard of writes', () => {
  it('says what it held a write for, though another was let pass beside it', async () => {
    const { guarded } = await setUp([freeze, undefined]);
    const [first, second] = await Promise.all([guarded.guard(), guarded.guard()]);
    expect([first, second]).toEqual(['target a is frozen by ana: x', undefined]);
    expect(guarded.hold()).toEqual(freeze);
  });

  it('does not wait for a hold once the wave is stopped, or somebody newer writes', async () => {
    const { ledger, guarded } = await setUp([freeze]);
    await guarded.guard();
    await stopWave(ledger, ref, { because: 'a gate', at: 1 });
    expect(await guarded.guard()).toBe('wave staging is stopped: a gate');
    expect(guarded.hold()).toBeUndefined();
    const other = await setUp([freeze, undefined]);
    await other.guarded.guard();
    await takeLease(other.ledger, 'a', 'me', 1_000, 60_000);
    expect(await other.guarded.guard()).toContain('is no longer ours');
    expect(other.guarded.hold()).toBeUndefined();
  });
});

describe('a hold in place of another', () => {
  it('never ends sooner or lets more by, also of two that are set at once', async () => {
    const { ledger } = await setUp([]);
    const day = { ...freeze, until: 86_400_000, allowsRollback: false };
    expect(await setHold(ledger, { ...day, until: 3_600_000 })).toBeUndefined();
    const all = await Promise.all([setHold(ledger, day), setHold(ledger, { ...day, until: 7_200_000 })]);
    expect(all.filter((stays) => stays !== undefined).length).toBeLessThanOrEqual(1);
    expect(await setHold(ledger, { ...day, allowsRollback: true })).toEqual(day);
    expect(await readHolds(ledger)).toEqual([day]);
  });
});
