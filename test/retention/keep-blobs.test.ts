import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobCorrupt } from '../../shared/blobs/blobs.ts';
import { expireFolder, folderBlobs } from '../../shared/blobs/folder.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { endRollout, notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markBegun, markVerified } from '../../shared/ledger/target-state.ts';
import { blobDays, keepBlobs } from '../../shared/retention/keep-blobs.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { followingName, ownerMark } from '../../shared/rollout/own-rollout.ts';
import { handClock } from '../ledger/contract.ts';

const dayMs = 24 * 3_600_000;
const begin = Date.parse('2026-01-01T00:00:00Z');

describe('blobs that grow old', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidegate-retention-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const open = () => {
    const clock = handClock(begin);
    const blobs = folderBlobs(dir, clock);
    const ledger = openSqliteLedger(':memory:', clock);
    const errors: string[] = [];
    const log = { info: () => undefined, warn: () => undefined, error: (message: string) => void errors.push(message) };
    const outside = { clock, blobs, ledger, log };
    /** A release as it is stored: it names its renderings, and these their objects. */
    const plant = async (name: string) => {
      const objects = await putJson(blobs, { objects: name });
      const rendered = await putJson(blobs, { name, objects, image: `web@${digestOf(name)}` });
      const release = await putJson(blobs, { name, rendered });
      return { release, rendered, objects };
    };
    const isThere = async (blob: `sha256:${string}`) =>
      blobs.get(blob).then(
        () => true,
        () => false,
      );
    const start = (rollout: string) =>
      openRollout(ledger, {
        ...{ rollout, repository: 'acme/fleet', commit: 'c', startedAt: clock.now(), startedBy: 'ana', authors: [] },
      });
    return { ...outside, outside, errors, plant, isThere, start };
  };
  const later = (now: number) => ({ deadline: now + 60_000 });

  it("are put again as a private target's own, with all that they name, and those of the fleet as the fleet's", async () => {
    const { clock, ledger, outside, plant, start } = open();
    const [own, fleets, running] = [await plant('own'), await plant('fleets'), await plant('running')];
    const before = await plant('of the fleet, before acme was private');
    const rollout = 'ro-0123456789abcdef0123';
    const standing = { commit: 'c', at: begin };
    await markVerified(ledger, 'acme', { ...standing, ...before, rollout });
    await markVerified(ledger, 'acme', { ...standing, ...own, rollout: followingName(rollout, 'acme') });
    await markVerified(ledger, 'a', { ...standing, ...fleets, rollout });
    const following = followingName(rollout, 'other');
    await start(following);
    await notePrepared(ledger, following, running.release, ['other']);
    const owners = new Map<string, string | undefined>();
    const put = async (content: string | Uint8Array, owner?: string) => {
      const digest = await outside.blobs.put(content);
      owners.set(digest, owner);
      return digest;
    };
    await keepBlobs({ ...outside, blobs: { ...outside.blobs, put } }, later(clock.now()));
    const all = (planted: object, owner: string | undefined) =>
      Object.values(planted).map((digest): [string, string | undefined] => [String(digest), owner]);
    expect(owners).toEqual(
      new Map([
        ...[...all(own, ownerMark('acme')), ...all(running, ownerMark('other'))],
        ...[...all(before, undefined), ...all(fleets, undefined)],
      ]),
    );
  });

  it('go when nobody needs them, and stay where a verified, a running or a queued release does', async () => {
    const { clock, ledger, outside, plant, isThere, start, errors } = open();
    const verified = await plant('verified');
    const begun = await plant('begun');
    const running = await plant('running');
    const queued = await plant('queued');
    const ended = await plant('ended');
    const nobodys = await plant('nobody');
    const standing = { commit: 'c', at: begin };
    await markVerified(ledger, 'a', { ...standing, ...verified, rollout: 'r-verified' });
    await markBegun(ledger, 'b', { ...standing, ...begun, rollout: 'r-begun' });
    for (const [rollout, { release }] of [
      ['running', running],
      ['queued', queued],
      ['ended', ended],
    ] as const) {
      await start(rollout);
      await notePrepared(ledger, rollout, release, ['staging']);
    }
    await endRollout(ledger, 'ended', { outcome: 'failed', because: 'a test', at: begin });

    clock.move((blobDays - 1) * dayMs);
    expect(await keepBlobs(outside, later(clock.now()))).toEqual({ kept: 12, missing: [] });
    clock.move(2 * dayMs);
    expect(expireFolder(dir, clock.now() - blobDays * dayMs)).toBe(6);

    const kept = [verified, begun, running, queued].flatMap((each) => Object.values(each));
    for (const blob of kept) expect(await isThere(blob)).toBe(true);
    for (const blob of [ended, nobodys].flatMap((each) => Object.values(each))) expect(await isThere(blob)).toBe(false);
    expect(errors).toEqual([]);
  });

  it('stay for a while longer when they are put again', async () => {
    const { clock, blobs, isThere } = open();
    const blob = await blobs.put('the same again');
    clock.move(blobDays * dayMs);
    await blobs.put('the same again');
    clock.move(dayMs);
    expireFolder(dir, clock.now() - blobDays * dayMs);
    expect(await isThere(blob)).toBe(true);
  });

  it('are told when one is missing that a target stands on', async () => {
    const { clock, ledger, outside, plant, errors } = open();
    const { rendered } = await plant('here');
    const lost = digestOf('lost');
    await markVerified(ledger, 'a', { release: lost, rendered, commit: 'c', rollout: 'r', at: begin });
    expect(await keepBlobs(outside, later(clock.now()))).toEqual({ kept: 2, missing: [lost] });
    expect(errors).toEqual(['blobs that are needed are not there, or damaged']);
  });

  it('are told when one is damaged, and all others are kept', async () => {
    const { clock, ledger, outside, blobs, plant, errors } = open();
    const { release, rendered, objects } = await plant('here');
    await markVerified(ledger, 'a', { release, rendered, commit: 'c', rollout: 'r', at: begin });
    const rotten: typeof blobs = {
      ...blobs,
      get: async (digest) => {
        if (digest === rendered) throw new BlobCorrupt(rendered, digestOf('else'));
        return blobs.get(digest);
      },
    };
    await ledger.put({ partition: 'targets', sort: 'b', data: { objects }, expect: 'absent' });
    const kept = await keepBlobs({ ...outside, blobs: rotten }, later(clock.now()));
    expect(kept).toEqual({ kept: 2, missing: [rendered] });
    expect(errors).toEqual(['blobs that are needed are not there, or damaged']);
  });

  it('are left to the next run when the time is up', async () => {
    const { clock, ledger, outside, plant } = open();
    const { release, rendered } = await plant('late');
    await markVerified(ledger, 'a', { release, rendered, commit: 'c', rollout: 'r', at: begin });
    expect(await keepBlobs(outside, { deadline: clock.now() })).toEqual({ kept: 0, missing: [] });
  });

  it('are all kept in some days where one has no time for all', async () => {
    const { clock, ledger, outside, blobs } = open();
    const releases: `sha256:${string}`[] = [];
    for (let number = 0; number < 100; number += 1) {
      const release = await blobs.put(`release ${number}`);
      releases.push(release);
      await markVerified(ledger, `t${number}`, { release, rendered: release, commit: 'c', rollout: 'r', at: begin });
    }
    const put = new Set<string>();
    const slow: typeof blobs = {
      get: (digest) => blobs.get(digest),
      put: async (content) => {
        clock.move(1_000);
        const digest = await blobs.put(content);
        put.add(digest);
        return digest;
      },
    };
    for (let day = 0; day < 20; day += 1) {
      await keepBlobs({ ...outside, blobs: slow }, { deadline: clock.now() + 30_000 });
      clock.move(dayMs);
    }
    expect(put.size).toBe(releases.length);
  });

  it('are none in a folder that is not there', () => {
    expect(expireFolder(join(dir, 'none'), begin)).toBe(0);
  });
});
