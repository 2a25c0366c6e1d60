import { describe, expect, it } from 'vitest';
import type { DeploymentRef } from '../../shared/deployment/deployment-ref.ts';
import { standingOf } from '../../shared/deployment/fencing.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import { readFenceStandings } from '../../shared/ledger/fence-standing.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { FenceStanding } from '../../shared/rollout/fence.ts';

const hour = 3_600_000;
const ref: DeploymentRef = {
  ...{ rollout: 'r1', wave: 'staging', direction: 'forward', target: 'eks-staging' },
  ...{ release: digestOf('release'), plan: digestOf('plan'), planned: digestOf('planned') },
};

const setUp = () => {
  const time = { now: Date.parse('2026-03-01T12:00:00Z') };
  const clock = { now: () => time.now, sleep: async () => undefined, after: () => () => undefined };
  const ledger = openSqliteLedger(':memory:', clock);
  let asked = 0;
  const ask = (standing: FenceStanding | undefined, version = 1) =>
    standingOf(
      ref,
      {
        version,
        find: async () => {
          asked += 1;
          return standing;
        },
      },
      { ledger, clock },
    );
  return { ledger, time, ask, asked: () => asked };
};

const refused: FenceStanding = { isEnforced: false, because: 'it may not be read: 403' };

describe('standingOf', () => {
  it('asks once a day where stale writers are refused, and again when the policy is a newer one', async () => {
    const { ask, asked, time } = setUp();
    await ask({ isEnforced: true });
    time.now += 24 * hour - 1;
    expect([await ask(refused), asked()]).toEqual([{ isEnforced: true }, 1]);
    await ask({ isEnforced: true }, 2);
    expect(asked()).toBe(2);
    time.now += 24 * hour;
    await ask({ isEnforced: true }, 2);
    expect(asked()).toBe(3);
  });

  it('asks every hour where they are not, says so once for a deployment, and keeps it for the pages', async () => {
    const { ask, asked, time, ledger } = setUp();
    await ask(refused);
    await ask(refused);
    expect(asked()).toBe(1);
    time.now += hour;
    await ask(refused);
    expect(asked()).toBe(2);
    const events = await readEvents(ledger, 'r1');
    expect(events.map(({ event }) => event.text)).toEqual([
      'eks-staging has no admission policy against stale writers: it may not be read: 403; resourceVersion preconditions alone',
    ]);
    expect([...(await readFenceStandings(ledger))].map(([target, { standing }]) => [target, standing])).toEqual([
      ['eks-staging', refused],
    ]);
  });

  it('keeps nothing where it could not be told', async () => {
    const { ask, asked } = setUp();
    expect([await ask(undefined), await ask({ isEnforced: true }), asked()]).toEqual([
      undefined,
      { isEnforced: true },
      2,
    ]);
  });
});
