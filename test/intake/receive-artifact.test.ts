import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headOf } from '../../shared/intake/github.ts';
import { fetchCommit } from '../../shared/intake/read-config.ts';
import { type ArtifactAnswer, receiveArtifact } from '../../shared/intake/receive-artifact.ts';
import { ada, digest, fleetConfig, openPlace, type Place, signal, signed } from './place.ts';

const repository = 'registry.example.com/storage';
const image = `${repository}@${digest('c')}`;
const proposed = {
  outcome: 'proposed',
  number: 1,
  branch: 'tidegate/storage-cccccccccccc',
  service: 'storage',
  image,
  repeated: false,
};

describe('an artifact event', () => {
  let place: Place;
  const receive = (event: object | string, headers = {}, secret = 'new secret'): Promise<ArtifactAnswer> =>
    receiveArtifact(place.outside, { ...signed(event, headers, secret), via: 'http' }, signal);
  const pulls = async () => {
    const response = await place.outside.http('https://forge.test/api/v3/repos/acme/config/pulls?state=all', {
      headers: { authorization: 'Bearer t0ken' },
    });
    const found: { number: number; title: string; body: string; head: { sha: string; ref: string } }[] =
      await response.json();
    return found;
  };

  beforeEach(async () => {
    place = await openPlace({ token: 't0ken' });
    await place.forge.seed({ 'fleet.jsonnet': fleetConfig, 'docs/notes.txt': 'notes\n' }, 'First', ada);
  });
  afterEach(() => place.close());

  it('becomes one pull request that changes the digest and nothing else, and says why', async () => {
    expect(await receive({ image, source: 'ci `7` @everyone', id: 'build-7' })).toEqual(proposed);
    const [pull, ...others] = await pulls();
    expect(others).toEqual([]);
    expect([pull?.title, pull?.body]).toEqual([
      `Pin storage to sha256:cccccccccccc`,
      [
        `Pins \`${repository}\` by digest. Merging this starts its rollout.`,
        '',
        `- image: \`${image}\``,
        "- reported by: `ci '7' @everyone`, event `build-7`",
        '',
        '| where | from |',
        '| --- | --- |',
        '| `fleet.jsonnet:4` | `sha256:aaaaaaaaaaaa` |',
      ].join('\n'),
    ]);
    const files = await fetchCommit(place.outside, pull?.head.sha ?? '', signal);
    expect([...files.keys()]).toEqual(['docs/notes.txt', 'fleet.jsonnet']);
    expect(Buffer.from(files.get('fleet.jsonnet') ?? '').toString()).toBe(
      fleetConfig.replace(digest('a'), digest('c')),
    );
  });

  it('that comes again, in the same bytes, under a new id, or twice at once, is one pull request', async () => {
    const [first, second] = await Promise.all([receive({ image, id: '1' }), receive({ image, id: '2' })]);
    expect([first, second].map(({ outcome }) => outcome)).toEqual(['proposed', 'proposed']);
    expect(await receive({ image, id: '1' })).toEqual({ ...proposed, repeated: true });
    expect(await receive({ image, id: '3' })).toEqual({ ...proposed, repeated: true });
    const { length: before } = place.calls;
    expect(await receive({ image, id: '1' })).toEqual({ ...proposed, repeated: true });
    expect(place.calls.length).toBe(before);
    expect((await pulls()).map(({ number }) => number)).toEqual([1]);
  });

  it('whose id came with another body is refused', async () => {
    await receive({ image, id: '1' });
    expect(await receive({ image: `${repository}@${digest('d')}`, id: '1' })).toMatchObject({
      status: 409,
      code: 'EVENT_ID_REUSED',
    });
    expect((await pulls()).length).toBe(1);
  });

  it('with a forged digest under the old signature is refused before anything is asked of the repository', async () => {
    const good = signed({ image });
    const forged = {
      ...good,
      body: Buffer.from(JSON.stringify({ image: `${repository}@${digest('e')}` })),
      via: 'http' as const,
    };
    expect(await receiveArtifact(place.outside, forged, signal)).toMatchObject({
      status: 401,
      code: 'SIGNATURE_INVALID',
    });
    expect(place.calls).toEqual([]);
    expect(await place.outside.ledger.query('delivery#artifact')).toEqual([]);
  });

  it.each([
    [{ image: `${repository}:1.2.3` }, 'IMAGE_TAG', 422],
    [{ image: `${repository}@sha256:${'c'.repeat(40)}` }, 'DIGEST_INVALID', 422],
    ['not json', 'EVENT_MALFORMED', 400],
    [`"${'x'.repeat(300_000)}"`, 'BODY_TOO_LARGE', 413],
  ])('%# is refused with a code and asks nothing of the repository', async (event, code, status) => {
    expect(await receive(event)).toMatchObject({ outcome: 'refused', code, status });
    expect(place.calls).toEqual([]);
  });

  it('from the bus needs no signature', async () => {
    const body = Buffer.from(JSON.stringify({ image }));
    expect(await receiveArtifact(place.outside, { body, headers: {}, via: 'bus' }, signal)).toEqual(proposed);
    expect(await receiveArtifact(place.outside, { body, headers: {}, via: 'http' }, signal)).toMatchObject({
      code: 'SIGNATURE_MISSING',
    });
  });

  it('for an image that is pinned already, or that nobody pins, or that is named by tag only, proposes nothing', async () => {
    const head = await headOf(place.outside, signal);
    expect(await receive({ image: `${repository}@${digest('a')}` })).toEqual({
      outcome: 'pinned',
      image: `${repository}@${digest('a')}`,
      commit: head,
    });
    expect(await receive({ image: `registry.example.com/other@${digest('c')}` })).toEqual({
      outcome: 'ignored',
      code: 'EVENT_IGNORED',
      reason: 'no file of the config pins registry.example.com/other',
    });
    await place.forge.commit({ 'job.yaml': '- image: registry.example.com/job:1\n' }, 'A job', ada);
    expect(await receive({ image: `registry.example.com/job@${digest('c')}` })).toEqual({
      outcome: 'refused',
      status: 422,
      code: 'IMAGE_NOT_PINNED',
      message: `job.yaml:1 names registry.example.com/job without a digest; write registry.example.com/job@${digest('c')} there once by hand`,
    });
    expect(await pulls()).toEqual([]);
  });

  it('after its pull request was merged and the config moved on does not bring the old digest back', async () => {
    await receive({ image, id: '1' });
    await place.forge.merge(1, ada);
    expect(await receive({ image, id: '2' })).toMatchObject({ outcome: 'pinned' });
    await place.forge.commit({ 'fleet.jsonnet': fleetConfig }, 'Back', ada);
    expect(await receive({ image, id: '3' })).toEqual({
      outcome: 'ignored',
      code: 'EVENT_IGNORED',
      reason: `pull request #1 for ${image} was merged and the config has moved on since; to release it again, revert that by hand`,
    });
    expect(await receive({ image, id: '1' })).toEqual({ ...proposed, repeated: true });
  });

  it('newer than an open one says so and leaves it open', async () => {
    await receive({ image });
    expect(await receive({ image: `${repository}@${digest('d')}` })).toMatchObject({ outcome: 'proposed', number: 2 });
    const [newest] = await pulls();
    expect(newest?.body).toContain('Also open for `storage`: #1. Merge the newest and close the others.');
  });

  it('goes on after dying at any call to the repository', async () => {
    for (let dieAt = 1; ; dieAt += 1) {
      let calls = 0;
      const dying = await openPlace({
        token: 't0ken',
        http: (direct) => async (url, init) => {
          calls += 1;
          if (calls === dieAt) throw new Error('died');
          const response = await direct(url, init);
          return response;
        },
      });
      await dying.forge.seed({ 'fleet.jsonnet': fleetConfig }, 'First', ada);
      const delivery = { ...signed({ image, id: '1' }), via: 'http' as const };
      const first = await receiveArtifact(dying.outside, delivery, signal).catch((error: Error) => error.message);
      const second = await receiveArtifact(dying.outside, delivery, signal);
      dying.close();
      expect(second).toMatchObject({ outcome: 'proposed', number: 1 });
      if (first !== 'died') {
        expect(dieAt).toBeGreaterThan(8);
        return;
      }
    }
  });
});
