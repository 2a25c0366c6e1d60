import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headOf } from '../../shared/intake/github.ts';
import { planRevert } from '../../shared/intake/plan-revert.ts';
import { fetchCommit } from '../../shared/intake/read-config.ts';
import { receiveArtifact } from '../../shared/intake/receive-artifact.ts';
import { receiveMerge } from '../../shared/intake/receive-merge.ts';
import { revertPin } from '../../shared/intake/revert-pin.ts';
import { ada, digest, fleetConfig, openPlace, type Place, signal, signed } from './place.ts';

const image = `registry.example.com/storage@${digest('c')}`;
const pinned = fleetConfig.replace(digest('a'), digest('c'));

describe('planRevert', () => {
  it('says of each file the commit changed what became of it', () => {
    const files = (oids: Record<string, string>) =>
      new Map(Object.entries(oids).map(([path, oid]) => [path, { mode: '100644', oid }]));
    const before = files({ kept: '1', changed: '1', later: '1', back: '1', gone: '1' });
    const commit = files({ kept: '1', changed: '2', later: '2', back: '2', made: '2' });
    const head = files({ kept: '9', changed: '2', later: '3', back: '1', made: '2', other: '1' });
    expect(planRevert(before, commit, head)).toEqual([
      { path: 'back', since: 'restored' },
      { path: 'changed', since: 'untouched' },
      { path: 'gone', since: 'untouched' },
      { path: 'later', since: 'changed' },
      { path: 'made', since: 'untouched' },
    ]);
  });
});

describe('after a rollback', () => {
  let place: Place;
  let merged: string;
  const revert = () => revertPin(place.outside, { commit: merged }, signal);
  const config = async () => {
    const files = await fetchCommit(place.outside, await headOf(place.outside, signal), signal);
    return Buffer.from(files.get('fleet.jsonnet') ?? '').toString();
  };
  const call = async (method: string, path: string, body?: object) => {
    const response = await place.outside.http(`https://forge.test/api/v3/repos/acme/config${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };

  beforeEach(async () => {
    place = await openPlace();
    await place.forge.seed({ 'fleet.jsonnet': fleetConfig, other: '1\n' }, 'First', ada);
    await receiveArtifact(place.outside, { ...signed({ image }), via: 'http' }, signal);
    merged = await place.forge.merge(1, ada);
  });
  afterEach(() => place.close());

  it('the pin is what it was, byte for byte, and a second call finds it so', async () => {
    expect(await config()).toBe(pinned);
    const first = await revert();
    expect(first).toEqual({ outcome: 'reverted', number: 2, commit: await headOf(place.outside, signal) });
    expect(await config()).toBe(fleetConfig);
    expect(await revert()).toEqual(first);
    expect((await call('GET', '/pulls?state=all')).length).toBe(2);
  });

  it('its own merge is told apart, so that it need not be rolled out', async () => {
    await revert();
    await place.forge.settled();
    const last = place.delivered.at(-1);
    expect(last === undefined ? undefined : await receiveMerge(place.outside, last, signal)).toMatchObject({
      outcome: 'start',
      reverts: merged,
    });
  });

  it('later changes of other files stay, and do not need a person', async () => {
    await place.forge.commit({ other: '2\n' }, 'Later', ada);
    expect(await revert()).toMatchObject({ outcome: 'reverted' });
    const files = await fetchCommit(place.outside, await headOf(place.outside, signal), signal);
    expect(Buffer.from(files.get('other') ?? '').toString()).toBe('2\n');
  });

  it('a later change of the same file leaves the pull request to a person', async () => {
    const later = pinned.replace(digest('b'), digest('e'));
    await place.forge.commit({ 'fleet.jsonnet': `// later\n//\n//\n${pinned}` }, 'Later', ada);
    const answer = {
      outcome: 'proposed',
      number: 2,
      because: 'changed again since: fleet.jsonnet; merge or close the pull request',
    };
    expect(await revert()).toEqual(answer);
    expect(await revert()).toEqual(answer);
    expect(await config()).toBe(`// later\n//\n//\n${pinned}`);
    await place.forge.merge(2, ada);
    expect(await config()).toBe(`// later\n//\n//\n${fleetConfig}`);
    expect(await revert()).toMatchObject({ outcome: 'reverted', number: 2 });
    expect(later).not.toBe(pinned);
  });

  it('a later change of the same line is a conflict, and nothing is written', async () => {
    await place.forge.commit({ 'fleet.jsonnet': pinned.replace(digest('c'), digest('d')) }, 'Newer', ada);
    expect(await revert()).toEqual({
      outcome: 'conflict',
      files: ['fleet.jsonnet'],
      because: 'later changes to the same lines are in the way; restore the pins by hand',
    });
    expect((await call('GET', '/pulls?state=all')).length).toBe(1);
  });

  it('a file that somebody has restored already needs nothing', async () => {
    await place.forge.commit({ 'fleet.jsonnet': fleetConfig }, 'Back by hand', ada);
    expect(await revert()).toEqual({
      outcome: 'unchanged',
      because: `main already has every file as it was before ${merged.slice(0, 12)}`,
    });
  });

  it('a pull request that a person closed is not opened again', async () => {
    await place.forge.commit({ 'fleet.jsonnet': `// later\n//\n//\n${pinned}` }, 'Later', ada);
    await revert();
    await call('PATCH', '/pulls/2', { state: 'closed' });
    expect(await revert()).toEqual({
      outcome: 'declined',
      number: 2,
      because: 'its pull request was closed without a merge',
    });
  });

  it('a first commit has nothing before it', async () => {
    const first = (await call('GET', `/commits/${merged}`)).parents[0].sha;
    expect(await revertPin(place.outside, { commit: first }, signal)).toEqual({
      outcome: 'unchanged',
      because: `${first} has no commit before it to go back to`,
    });
  });

  it('goes on after dying at any call to the repository', async () => {
    for (let dieAt = 1; ; dieAt += 1) {
      let calls = Number.NEGATIVE_INFINITY;
      const dying = await openPlace({
        http: (direct) => async (url, init) => {
          const response = await direct(url, init);
          calls += 1;
          if (calls === dieAt) throw new Error('died');
          return response;
        },
      });
      await dying.forge.seed({ 'fleet.jsonnet': fleetConfig }, 'First', ada);
      await receiveArtifact(dying.outside, { ...signed({ image }), via: 'http' }, signal);
      const commit = await dying.forge.merge(1, ada);
      calls = 0;
      const first = await revertPin(dying.outside, { commit }, signal).catch((error: Error) => error.message);
      calls = Number.NEGATIVE_INFINITY;
      const second = await revertPin(dying.outside, { commit }, signal);
      dying.close();
      expect(second).toMatchObject({ outcome: 'reverted', number: 2 });
      if (first !== 'died') {
        expect(dieAt).toBeGreaterThan(10);
        return;
      }
    }
  });
});
