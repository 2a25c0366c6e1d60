import { expect, test } from 'vitest';
import { putJson } from '../../shared/blobs/json.ts';
import { detectDrift } from '../../shared/drift/detect-drift.ts';
import { readDrifts, showDrifts } from '../../shared/drift/drift-row.ts';
import { readAlertHolds, waiveAlerts } from '../../shared/ledger/alerts.ts';
import { freeLease, takeLease } from '../../shared/ledger/lease.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  markBack,
  markBegun,
  markLeaving,
  markVerified,
  readTargetState,
  type Standing,
} from '../../shared/ledger/target-state.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Looked } from '../../shared/wave/verify-target.ts';
import { never, targetNamed } from '../analysis/asking.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

const gone: Looked = {
  status: 'refused',
  refusals: [{ code: 'TERMINATING', object: '/Service/shop/web', because: 'it is being deleted' }],
};
const gap = (...names: readonly string[]): Looked => ({
  ...{ status: 'different', objects: 2 },
  toDo: names.map((name) => ({ id: `/ConfigMap/shop/${name}`, action: 'create', fields: [] })),
});
const well: Looked = { status: 'as-deployed', objects: 0 };

/** Targets `a` and `b`, and what a look at each finds or throws. */
const openPlace = async () => {
  let now = 1_000_000;
  const clock = { ...processClock, now: () => now };
  const ledger = openSqliteLedger(':memory:', clock);
  const blobs = memoryBlobs();
  const rendered = digestOf('m');
  const targets = Object.fromEntries(['a', 'b'].map((name) => [name, { ...targetNamed(name), rendered }]));
  const release = await putJson(blobs, { targets });
  for (const target of ['a', 'b'])
    await markVerified(ledger, target, { release, rendered, commit: 'c', rollout: 'r', at: 1 });
  const looks: Record<string, Looked | Error> = { a: well, b: well };
  const told: string[] = [];
  const place = { meanwhile: async (): Promise<void> => {} };
  const lookAt = async ({ name }: { readonly name: string }): Promise<Looked> => {
    if (name === 'a') await place.meanwhile();
    const look = looks[name] ?? well;
    if (look instanceof Error) throw look;
    return look;
  };
  const keys = new Set<string>();
  const tell = async (key: string, text: string) => {
    if (!keys.has(key)) told.push(text);
    keys.add(key);
  };
  return Object.assign(place, {
    ...{ ledger, blobs, looks, told, rendered, now: () => now },
    detect: (through: Ledger = ledger) => {
      now += 300_000;
      return detectDrift(
        { lookAt, tell },
        { ledger: through, blobs, clock },
        { signal: never, deadline: now + 120_000 },
      );
    },
    held: async () => (await readAlertHolds(ledger)).map(({ name }) => name),
    isSo: async () => (await readDrifts(ledger)).map(({ target, status }) => `${target}: ${status}`),
  });
};

/** A ledger on which whoever writes a row of that partition dies, before it is written. */
const dyingAt = (ledger: Ledger, partition: string): Ledger => ({
  ...ledger,
  put: (row) => (row.partition === partition ? Promise.reject(new Error('killed')) : ledger.put(row)),
  transact: (changes) =>
    changes.some((row) => row.partition === partition) ? Promise.reject(new Error('killed')) : ledger.transact(changes),
});

test('a look that dies between its row and its hold leaves a target that is let go when it is put back', async () => {
  for (const partition of ['drift', 'alerts']) {
    const place = await openPlace();
    place.looks.a = gone;
    await expect(place.detect(dyingAt(place.ledger, partition))).rejects.toThrow('killed');
    place.looks.a = well;
    await place.detect();
    expect([partition, await place.held()]).toEqual([partition, []]);
  }
});

test('a look that dies as it lets a target go is made again', async () => {
  for (const partition of ['drift', 'alerts']) {
    const place = await openPlace();
    place.looks.a = gone;
    await place.detect();
    expect(await place.held()).toEqual(['a']);
    place.looks.a = well;
    await expect(place.detect(dyingAt(place.ledger, partition))).rejects.toThrow('killed');
    await place.detect();
    expect([partition, await place.held()]).toEqual([partition, []]);
  }
});

const standing: Standing = { release: digestOf('x'), rendered: digestOf('m'), commit: 'x', rollout: 'x', at: 1 };
const write = async ({ ledger, now }: Awaited<ReturnType<typeof openPlace>>) => {
  await takeLease(ledger, 'a', 'd', now(), now() + 1_000);
};

test.each<[string, (place: Awaited<ReturnType<typeof openPlace>>) => Promise<void>]>([
  ['the next rollout has begun', ({ ledger }) => markBegun(ledger, 'a', standing)],
  ['its way back has begun', ({ ledger }) => markLeaving(ledger, 'a', 'r')],
  ['somebody may write', write],
  [
    'it went back and came to the same again',
    async (place) => {
      const { verified = standing } = await readTargetState(place.ledger, 'a');
      await write(place);
      await markLeaving(place.ledger, 'a', 'r');
      await freeLease(place.ledger, 'a', 'd');
      await markBack(place.ledger, 'a', 'x', verified);
    },
  ],
])('a look during which %s is void: nobody is told, and nothing is held', async (_, meanwhile) => {
  const place = await openPlace();
  place.looks.a = gone;
  place.meanwhile = () => meanwhile(place);
  expect(await place.detect()).toEqual({ looked: 1, drifted: [], unknown: [], left: 0 });
  expect([place.told, await place.held(), await place.isSo()]).toEqual([[], [], ['b: as-deployed']]);
});

test('a target that goes back is not looked at, nor one whose way back ended half way, and a hold stays', async () => {
  const place = await openPlace();
  place.looks.a = gone;
  await place.detect();
  await markLeaving(place.ledger, 'a', 'r');
  place.looks.a = new TypeError('looked at');
  expect(await place.detect()).toMatchObject({ looked: 1, left: 0 });
  expect([place.told.length, await place.held()]).toEqual([1, ['a']]);
});

test('what fails at one target keeps no other from being looked at, and is thrown', async () => {
  const place = await openPlace();
  place.looks.a = new TypeError('a mistake of ours');
  await expect(place.detect()).rejects.toThrow('a mistake of ours');
  expect(await place.isSo()).toEqual(['b: as-deployed']);
});

test('a target whose release is not stored any more is not known, and stays held where it was', async () => {
  const place = await openPlace();
  place.looks.a = gone;
  await place.detect();
  const release = digestOf('lost');
  const { rendered } = place;
  await markVerified(place.ledger, 'a', { release, rendered, commit: 'c', rollout: 'r', at: 1 });
  expect(await place.detect()).toEqual({ looked: 2, drifted: [], unknown: ['a'], left: 0 });
  expect(await place.held()).toEqual(['a']);
  expect((await readDrifts(place.ledger))[0]).toMatchObject({
    ...{ target: 'a', status: 'unknown', holds: true },
    because: `what was deployed is not known: blob ${release} is not stored; it may have been removed by retention or by hand`,
  });
});

test('a waiver lets by what was found when it was given: what drifts later holds again, and is told', async () => {
  const place = await openPlace();
  const { ledger, looks, told } = place;
  const shown = async () => (await showDrifts(ledger)).find(({ target }) => target === 'a');
  const waived = { by: 'ana', because: 'known', at: 7 };
  looks.a = gap('x', 'y');
  await place.detect();
  await waiveAlerts(ledger, { scope: 'target', name: 'a' }, waived);
  expect([await place.held(), await shown()]).toEqual([[], expect.objectContaining({ holds: true, waived })]);

  // A part of it is put back.
  looks.a = gap('y');
  await place.detect();
  expect([await place.held(), told.length]).toEqual([[], 2]);

  // What was put back drifts again.
  looks.a = gap('x', 'y');
  await place.detect();
  expect(await place.held()).toEqual(['a']);
  expect(await shown()).not.toHaveProperty('waived');
  expect(told.slice(2)).toEqual([
    'a has drifted: 2 objects are not as c left them: /ConfigMap/shop/x (it is gone), /ConfigMap/shop/y (it is gone)',
  ]);
  await place.detect();
  expect(told).toHaveLength(3);
});

test('a private target is looked at while the newest release of the fleet names it, and let go when it does not', async () => {
  const place = await openPlace();
  const { ledger, blobs, looks, rendered } = place;
  const own = { ...targetNamed('p'), private: { roles: ['acme'] }, rendered };
  const standing = {
    release: await putJson(blobs, { targets: { p: own } }),
    rendered,
    commit: 'c',
    rollout: 'o',
    at: 1,
  };
  await markVerified(ledger, 'p', standing);
  const others = { a: { ...targetNamed('a'), rendered }, b: { ...targetNamed('b'), rendered } };
  const prepare = async (rollout: string, startedAt: number, following?: readonly string[]) => {
    const release = await putJson(blobs, { targets: others, ...(following && { following }) });
    const from = { repository: 'acme/fleet', commit: 'd', startedAt, startedBy: 'ana', authors: [] };
    await openRollout(ledger, { rollout, ...from });
    await notePrepared(ledger, rollout, release, []);
  };
  looks.p = gone;
  await prepare('ro-1', 1, ['p']);
  await place.detect();
  expect(await place.held()).toEqual(['p']);

  await prepare('ro-2', 2);
  await place.detect();
  expect(await place.held()).toEqual([]);
  expect(await place.isSo()).toEqual(['a: as-deployed', 'b: as-deployed']);
  const [last] = await ledger.query('hold-history', { limit: 1, reverse: true });
  expect(last?.data).toMatchObject({
    ...{ by: 'Tidegate', because: 'target p is in the config no more' },
    lifted: { kind: 'alert', scope: 'target', name: 'p' },
  });
});

test('a target that has left the fleet is let go and forgotten', async () => {
  const place = await openPlace();
  place.looks.a = gone;
  await place.detect();
  const { ledger, rendered } = place;
  const release = await putJson(place.blobs, { targets: { b: { ...targetNamed('b'), rendered } } });
  const from = { repository: 'acme/fleet', commit: 'd', startedAt: 2, startedBy: 'ana', authors: [] };
  await openRollout(ledger, { rollout: 'ro-2', ...from });
  await notePrepared(ledger, 'ro-2', release, []);
  await place.detect();
  expect(await place.held()).toEqual([]);
  expect(await place.isSo()).toEqual(['b: as-deployed']);
});
