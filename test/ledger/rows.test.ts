import { describe, expect, test } from 'vitest';
import { readEvents, recordEvent } from '../../shared/ledger/events.ts';
import { freeLease, holdsLease, LeaseTaken, takeLease } from '../../shared/ledger/lease.ts';
import {
  closeRollout,
  endRollout,
  listFleetRollouts,
  listNewestPrepared,
  listOpenRollouts,
  listRollouts,
  notePrepared,
  openRollout,
  readRollout,
} from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  dropStanding,
  markBack,
  markBegun,
  markLeaving,
  markVerified,
  readBegun,
  readTargetState,
  type Standing,
  wayBack,
} from '../../shared/ledger/target-state.ts';
import { advanceWave, readStop, readWave, stopWave } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const ledger = openSqliteLedger(':memory:', processClock);

describe('write leases', () => {
  test('give each taking a higher fencing token, and only the newest counts', async () => {
    const first = await takeLease(ledger, 't1', 'one', 0, 100);
    const again = await takeLease(ledger, 't1', 'one', 10, 110);
    expect([first.fence, again.fence]).toEqual([1, 2]);
    expect(await holdsLease(ledger, 't1', first, 20)).toBe(false);
    expect(await holdsLease(ledger, 't1', again, 20)).toBe(true);
    expect(await holdsLease(ledger, 't1', again, 110)).toBe(false);
  });

  test('are refused to others until they run out or are given back, and never reuse a number', async () => {
    await takeLease(ledger, 't2', 'one', 0, 100);
    await expect(takeLease(ledger, 't2', 'two', 99, 200)).rejects.toThrow(LeaseTaken);
    await freeLease(ledger, 't2', 'two');
    await expect(takeLease(ledger, 't2', 'two', 99, 200)).rejects.toThrow(LeaseTaken);
    await freeLease(ledger, 't2', 'one');
    expect((await takeLease(ledger, 't2', 'two', 99, 200)).fence).toBe(2);
    expect((await takeLease(ledger, 't2', 'three', 200, 300)).fence).toBe(3);
  });
});

describe('a lease that somebody else left', () => {
  test('says so until it is given back, to the next attempts too', async () => {
    await takeLease(ledger, 't3', 'one', 0, 100);
    const over = await takeLease(ledger, 't3', 'two', 100, 200);
    const again = await takeLease(ledger, 't3', 'two', 110, 210);
    await freeLease(ledger, 't3', 'two');
    const next = await takeLease(ledger, 't3', 'one', 120, 220);
    const own = await takeLease(ledger, 't3', 'one', 300, 400);
    expect([over, again, next, own].map(({ isTakenOver }) => isTakenOver)).toEqual([true, true, undefined, undefined]);
  });
});

describe('what a target stands on', () => {
  const standing = (rollout: string): Standing => ({
    release: digestOf(rollout),
    rendered: digestOf(`rendered ${rollout}`),
    commit: rollout,
    rollout,
    at: 1,
  });

  test('never goes back to a release that failed after a newer one had replaced it', async () => {
    for (const rollout of ['one', 'two', 'three']) await markVerified(ledger, 'overtaken', standing(rollout));
    await dropStanding(ledger, 'overtaken', 'two');
    await dropStanding(ledger, 'overtaken', 'two');
    expect(wayBack(await readTargetState(ledger, 'overtaken'), 'three')).toEqual(standing('one'));

    await markBegun(ledger, 'begun', standing('one'));
    await markVerified(ledger, 'begun', standing('one'));
    await markVerified(ledger, 'begun', standing('two'));
    await markBegun(ledger, 'begun', standing('three'));
    await dropStanding(ledger, 'begun', 'two');
    expect(wayBack(await readTargetState(ledger, 'begun'), 'three')).toEqual(standing('one'));
  });

  test('goes back to what was verified before the rollout, also after the rollout was verified', async () => {
    await markBegun(ledger, 't', standing('one'));
    expect(wayBack(await readTargetState(ledger, 't'), 'one')).toBeUndefined();
    await markVerified(ledger, 't', standing('one'));
    await markBegun(ledger, 't', standing('two'));
    expect(wayBack(await readTargetState(ledger, 't'), 'two')).toEqual(standing('one'));
    await markVerified(ledger, 't', standing('two'));
    await markVerified(ledger, 't', standing('two'));
    expect(wayBack(await readTargetState(ledger, 't'), 'two')).toEqual(standing('one'));
    await markBack(ledger, 't', 'two', standing('one'));
    expect(await readTargetState(ledger, 't')).toEqual({
      target: 't',
      begun: standing('one'),
      verified: standing('one'),
      earlier: [],
    });
    expect(await readBegun(ledger, 'two')).toEqual(['t']);
  });

  test('is being left from the first write of a way back until the target is back, and no later', async () => {
    const leaving = async () => (await readTargetState(ledger, 'left')).leaving;
    for (const rollout of ['one', 'two']) await markVerified(ledger, 'left', standing(rollout));
    await markLeaving(ledger, 'left', 'one');
    expect(await leaving()).toBeUndefined();
    for (let time = 0; time < 2; time += 1) await markLeaving(ledger, 'left', 'two');
    await dropStanding(ledger, 'left', 'one');
    expect(await leaving()).toBe('two');
    await markBack(ledger, 'left', 'two', standing('zero'));
    await markLeaving(ledger, 'left', 'two');
    expect(await leaving()).toBeUndefined();
    await markLeaving(ledger, 'left', 'zero');
    await markBegun(ledger, 'left', standing('three'));
    expect(await leaving()).toBe('zero');
    await markVerified(ledger, 'left', standing('three'));
    expect(await leaving()).toBeUndefined();
    await markLeaving(ledger, 'never written to', 'one');
    expect(await readTargetState(ledger, 'never written to')).toEqual({ target: 'never written to' });
  });
});

describe('rollouts', () => {
  const rollout = {
    rollout: 'ro-1',
    repository: 'acme/fleet',
    commit: 'c',
    startedAt: 5,
    startedBy: 'ana',
    authors: ['bo'],
  };

  test('are opened once and end once', async () => {
    expect(await openRollout(ledger, rollout)).toBe(true);
    expect(await openRollout(ledger, { ...rollout, startedBy: 'eva' })).toBe(false);
    const end = { outcome: 'succeeded', because: 'all', at: 9 } as const;
    expect(await endRollout(ledger, 'ro-1', end)).toEqual(end);
    expect(await endRollout(ledger, 'ro-1', { outcome: 'failed', because: 'late', at: 10 })).toEqual(end);
    expect(await readRollout(ledger, 'ro-1')).toEqual({ ...rollout, end });
    expect(await listRollouts(ledger, 10)).toEqual([{ ...rollout, end }]);
  });

  test('have a history in which each occurrence stands once', async () => {
    await recordEvent(ledger, 'ro-2', 'started', { at: 7, kind: 'started', text: 'began' });
    await recordEvent(ledger, 'ro-2', 'started', { at: 8, kind: 'started', text: 'began again' });
    await recordEvent(ledger, 'ro-2', 'ended', { at: 9, kind: 'ended', text: 'over' });
    const events = await readEvents(ledger, 'ro-2');
    expect(events.map(({ event }) => event)).toEqual([
      { at: 7, kind: 'started', text: 'began' },
      { at: 9, kind: 'ended', text: 'over' },
    ]);
    expect(await readEvents(ledger, 'ro-2', events[0]?.key)).toEqual(events.slice(1));
  });
});

describe('rollouts behind more of private targets than any list shows', () => {
  const release = digestOf('release');
  const end = { outcome: 'succeeded', because: 'all', at: 9 } as const;
  const row = (rollout: string, startedAt: number, only?: string) => ({
    ...{ rollout, repository: 'acme/fleet', commit: 'c', startedAt, startedBy: 'ana', authors: [] },
    ...(only === undefined ? {} : { only }),
  });
  const many = async () => {
    const own = openSqliteLedger(':memory:', processClock);
    for (const [name, at] of [
      ['refused', 1],
      ['dead', 2],
      ['fleet', 3],
    ] as const) {
      await openRollout(own, row(name, at));
      if (name === 'fleet') await notePrepared(own, name, release, ['staging']);
    }
    await endRollout(own, 'refused', end);
    await closeRollout(own, row('refused', 1));
    for (let number = 1; number <= 60; number += 1) {
      const following = row(`following-${number}`, 3 + number, number % 2 === 0 ? 'acme' : 'bolt');
      await openRollout(own, following);
      await notePrepared(own, following.rollout, release, [following.only ?? '']);
      await endRollout(own, following.rollout, end);
      if (number < 60) await closeRollout(own, following);
    }
    return own;
  };
  const namesOf = (rollouts: readonly { readonly rollout: string }[]) => rollouts.map(({ rollout }) => rollout);

  test('are open until they were concluded', async () => {
    const own = await many();
    expect(namesOf(await listOpenRollouts(own))).toEqual(['following-60', 'fleet', 'dead']);
    await closeRollout(own, row('following-60', 63));
    await closeRollout(own, row('following-60', 63));
    expect(namesOf(await listOpenRollouts(own))).toEqual(['fleet', 'dead']);
  });

  test('are open too where they were under way before that was kept', async () => {
    const own = await many();
    await closeRollout(own, row('following-60', 63));
    await openRollout(own, row('older', 64));
    await closeRollout(own, row('older', 64));
    expect(namesOf(await listOpenRollouts(own))).toEqual(['older', 'fleet', 'dead']);
  });

  test('are found as the newest of the fleet, and of each private target', async () => {
    const own = await many();
    expect(namesOf(await listNewestPrepared(own))).toEqual(['fleet', 'following-60', 'following-59']);
    expect(namesOf(await listFleetRollouts(own, 2))).toEqual(['fleet', 'dead']);
  });
});

describe('waves', () => {
  const ref = { rollout: 'ro-3', release: digestOf('r'), wave: 'w', direction: 'forward' } as const;

  test('keep the first time and the first outcome', async () => {
    await advanceWave(ledger, ref, { judgingAt: 5 });
    await advanceWave(ledger, ref, { judgingAt: 9, outcome: 'passed' });
    await advanceWave(ledger, ref, { outcome: 'failed' });
    expect(await readWave(ledger, ref)).toEqual({ judgingAt: 5, outcome: 'passed' });
  });

  test('are stopped for the first reason, in one direction only', async () => {
    await stopWave(ledger, ref, { because: 'a probe', at: 1 });
    await stopWave(ledger, ref, { because: 'a metric', at: 2 });
    expect(await readStop(ledger, ref)).toEqual({ because: 'a probe', at: 1 });
    expect(await readStop(ledger, { ...ref, direction: 'back' })).toBeUndefined();
  });
});
