import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receiveArtifact } from '../../shared/intake/receive-artifact.ts';
import { receiveMerge } from '../../shared/intake/receive-merge.ts';
import type { Delivery } from '../../shared/intake/signature.ts';
import { ada, digest, fleetConfig, openPlace, type Place, signal, signed } from './place.ts';

const image = `registry.example.com/storage@${digest('c')}`;

describe('a webhook of the config repository', () => {
  let place: Place;
  let merged: string;
  const receive = (delivery: Delivery) => receiveMerge(place.outside, delivery, signal);
  const deliveredOf = (event: string, action?: string): Delivery => {
    const found = place.delivered.findLast(
      ({ headers, body }) =>
        headers['x-github-event'] === event &&
        (action === undefined || JSON.parse(Buffer.from(body).toString()).action === action),
    );
    if (found === undefined) throw new Error(`no ${event} was delivered`);
    return found;
  };
  let edits = 0;
  const edited = (delivery: Delivery, edit: (event: Record<string, unknown>) => void): Delivery => {
    const event = JSON.parse(Buffer.from(delivery.body).toString());
    edit(event);
    edits += 1;
    return signed(event, { 'x-github-delivery': `edited ${edits}` });
  };

  beforeEach(async () => {
    place = await openPlace();
    await place.forge.seed({ 'fleet.jsonnet': fleetConfig }, 'First', ada);
    await receiveArtifact(place.outside, { ...signed({ image }), via: 'http' }, signal);
    merged = await place.forge.merge(1, ada);
    await place.forge.settled();
  });
  afterEach(() => place.close());

  it('about a merge starts the rollout of its commit, told by push and by pull request alike', async () => {
    const start = { repository: 'acme/config', commit: merged };
    const answer = {
      outcome: 'start',
      start,
      by: 'ada',
      people: ['ada', 'tidegate[bot]'],
      isHead: true,
      repeated: false,
    };
    expect(await receive(deliveredOf('pull_request', 'closed'))).toEqual(answer);
    expect(await receive(deliveredOf('push'))).toEqual(answer);
  });

  it('that is sent again is known by its bytes, whatever its id and event header say', async () => {
    const delivery = deliveredOf('push');
    await receive(delivery);
    const replay = {
      ...delivery,
      headers: { ...delivery.headers, 'x-github-delivery': 'new', 'x-github-event': 'ping' },
    };
    expect(await receive(replay)).toMatchObject({ outcome: 'start', start: { commit: merged }, repeated: true });
  });

  it('whose id came with other bytes is refused', async () => {
    const push = deliveredOf('push');
    const pull = deliveredOf('pull_request', 'closed');
    await receive(push);
    const headers = { ...pull.headers, 'x-github-delivery': push.headers['x-github-delivery'] };
    expect(await receive({ ...pull, headers })).toMatchObject({
      outcome: 'refused',
      status: 409,
      code: 'EVENT_ID_REUSED',
    });
  });

  it('with one bit changed, no signature, the old kind of signature or another secret is refused and asks nothing', async () => {
    const delivery = deliveredOf('push');
    place.calls.length = 0;
    const body = Uint8Array.from(delivery.body);
    body[20] = (body[20] ?? 0) ^ 1;
    const { 'x-hub-signature-256': signature, ...headers } = delivery.headers;
    expect(await receive({ ...delivery, body })).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
    expect(await receive({ ...delivery, headers })).toMatchObject({ status: 401, code: 'SIGNATURE_MISSING' });
    expect(await receive({ ...delivery, headers: { ...headers, 'x-hub-signature': signature } })).toMatchObject({
      status: 401,
    });
    const base64 = Buffer.from(Buffer.from(delivery.body).toString('base64'));
    expect(await receive({ ...delivery, body: base64 })).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
    expect(await receive(signed(Buffer.from(delivery.body).toString(), {}, 'guess'))).toMatchObject({ status: 401 });
    expect(place.calls).toEqual([]);
  });

  it('is not believed about a commit that the branch does not have', async () => {
    const branch = edited(deliveredOf('push'), (event) => {
      event.after = place.delivered
        .map(({ body }) => JSON.parse(Buffer.from(body).toString()))
        .find(({ ref }) => ref === 'refs/heads/tidegate/storage-cccccccccccc').after;
    });
    // The branch was merged, so its commit is in the history: that is a commit of main.
    expect(await receive(branch)).toMatchObject({ outcome: 'start', isHead: false });
    const unknown = edited(deliveredOf('push'), (event) => {
      event.after = 'd'.repeat(40);
      event.commits = [];
    });
    expect(await receive(unknown)).toEqual({
      outcome: 'ignored',
      code: 'EVENT_IGNORED',
      reason: 'commit dddddddddddd is neither the head of main nor in its history',
    });
  });

  it('about a merge that the API does not know, or of an unmerged branch, starts nothing', async () => {
    await receiveArtifact(
      place.outside,
      { ...signed({ image: image.replace(digest('c'), digest('d')) }), via: 'http' },
      signal,
    );
    await place.forge.settled();
    const opened = JSON.parse(Buffer.from(deliveredOf('pull_request', 'opened').body).toString());
    const claimed = signed({
      ...opened,
      action: 'closed',
      pull_request: { ...opened.pull_request, merged: true, merge_commit_sha: opened.pull_request.head.sha },
    });
    expect(await receive(claimed)).toMatchObject({
      outcome: 'ignored',
      reason: `the API knows no pull request #2 that was merged into main as ${opened.pull_request.head.sha.slice(0, 12)}`,
    });
    const { ref: _, ...push } = JSON.parse(Buffer.from(deliveredOf('push').body).toString());
    expect(await receive(signed({ ...push, ref: 'refs/heads/main' }))).toMatchObject({
      outcome: 'ignored',
      reason: `commit ${opened.pull_request.head.sha.slice(0, 12)} is neither the head of main nor in its history`,
    });
    expect(await receive(deliveredOf('pull_request', 'opened'))).toMatchObject({
      outcome: 'ignored',
      reason: 'pull request #2 was opened, not merged',
    });
  });

  it('larger than one invocation can be given is refused unread', async () => {
    expect(await receive({ body: new Uint8Array(6 * 1024 * 1024 + 1), headers: {} })).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
  });
});
