import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { type Follower, followCollection } from '../../../shared/apply/watch/follow-collection.ts';
import { type Cluster, ClusterUnreachable } from '../../../shared/clouds/cluster.ts';
import { live } from '../manifests.ts';
import { type SteppingClock, steppingClock } from '../stepping-clock.ts';

const configMap = (name: string, resourceVersion: string): LiveObject => {
  const { metadata, ...rest } = live('v1', 'ConfigMap');
  return { ...rest, metadata: { ...metadata, name, resourceVersion } };
};
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const present = (name: string, version: string) => event('MODIFIED', configMap(name, version));
const bookmark = (version: string) => event('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: version } });
const error = (code: number, reason: string, details?: object) =>
  event('ERROR', { kind: 'Status', code, reason, message: 'so it is', details });

/** What a request is answered with: a list, a refusal, no answer, or a watch that says its lines and then ends, breaks or is silent. */
type Answer =
  | { readonly list: readonly string[]; readonly version: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'unreachable'
  | { readonly says: readonly string[]; readonly and: 'in time' | 'breaks' | 'ends' | 'is silent' };

const listOf = (names: readonly string[], version: string) =>
  JSON.stringify({ metadata: { resourceVersion: version }, items: names.map((name) => configMap(name, version)) });

/** A cluster that gives the answers of a script in order, the last one again and again, and keeps what it was asked when. */
const scripted = (clock: SteppingClock, answers: readonly Answer[]) => {
  const began = clock.now();
  const asked: string[] = [];
  let place = 0;
  const request: Cluster['request'] = async (path, init) => {
    const query = new URLSearchParams(path.split('?')[1]);
    const what = query.has('watch') ? `watch ${query.get('resourceVersion') ?? 'all'}` : 'list';
    asked.push(`${(clock.now() - began) / 1000} s ${what}`);
    const answer = answers[Math.min(place++, answers.length - 1)];
    if (answer === undefined || answer === 'unreachable') throw new ClusterUnreachable('it is gone');
    if ('list' in answer) return new Response(listOf(answer.list, answer.version));
    if ('status' in answer) return Response.json({ reason: 'No', message: 'not you' }, answer);
    let stop = () => {};
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        for (const line of answer.says) controller.enqueue(new TextEncoder().encode(line));
        const ends = {
          'in time': () => clock.after(Number(query.get('timeoutSeconds')) * 1000, () => controller.close()),
          ends: () => clock.after(1, () => controller.close()),
          breaks: () => clock.after(1, () => controller.error(new ClusterUnreachable('reset'))),
          'is silent': () => {
            init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
            return () => {};
          },
        };
        stop = ends[answer.and]();
      },
      cancel: () => stop(),
    };
    return new Response(new ReadableStream(source));
  };
  return { cluster: { target: 'it', request } satisfies Cluster, asked };
};

const collection = {
  served: { group: '', version: 'v1', kind: 'ConfigMap' },
  path: '/api/v1/namespaces/shop/configmaps?labelSelector=a',
};

/** Follows for a minute and says what was asked, how often something changed, and what there was at the end. */
const play = async (...answers: readonly Answer[]) => {
  const clock = steppingClock(Date.parse('2026-03-01T12:00:00Z'));
  const { cluster, asked } = scripted(clock, answers);
  const ending = new AbortController();
  let changes = 0;
  let follower: Follower | undefined;
  const run = async () => {
    const until = clock.now() + 60_000;
    const changed = () => {
      changes += 1;
    };
    follower = await followCollection(collection, { cluster, clock, signal: ending.signal, until, changed });
    clock.after(60_000, () => ending.abort(new Error('enough')));
    await follower.run();
  };
  const failure = await clock.drive(run().catch((thrown: unknown) => thrown));
  const names = [...(follower?.objects() ?? [])].map(({ metadata }) => metadata.name).sort();
  return { asked, changes, names, polled: follower?.polled(), failure };
};

const began: Answer = { list: ['a'], version: '5' };
const quiet: Answer = { says: [], and: 'in time' };

describe('followCollection', () => {
  it('watches from where the list stood, again and again, never beyond its time', async () => {
    expect(await play(began, quiet)).toEqual({
      asked: ['0 s list', '0 s watch 5', '25 s watch 5', '50 s watch 5'],
      ...{ changes: 0, names: ['a'], polled: undefined, failure: undefined },
    });
  });

  it('takes what comes and what goes, and goes on from the last event', async () => {
    const says = [present('b', '6'), event('DELETED', configMap('a', '7'))];
    const played = await play(began, { says, and: 'in time' }, quiet);
    expect(played).toMatchObject({ changes: 2, names: ['b'] });
    expect(played.asked.slice(2)).toEqual(['25 s watch 7', '50 s watch 7']);
  });

  it('goes on from a bookmark, which is no change', async () => {
    const played = await play(began, { says: [bookmark('40')], and: 'in time' }, quiet);
    expect(played.asked.slice(2)).toEqual(['25 s watch 40', '50 s watch 40']);
    expect(played).toMatchObject({ changes: 0, names: ['a'] });
  });

  it('resumes a cut, in the middle of a line, from the last whole one', async () => {
    const says = [present('b', '6'), present('c', '7').slice(0, 20)];
    const played = await play(began, { says, and: 'breaks' }, quiet);
    expect(played.asked).toEqual([
      '0 s list',
      '0 s watch 5',
      '0.001 s watch 6',
      '25.001 s watch 6',
      '50.001 s watch 6',
    ]);
    expect(played.names).toEqual(['a', 'b']);
  });

  it('takes silence beyond the time it asked for as a cut', async () => {
    expect((await play(began, { says: [], and: 'is silent' }, quiet)).asked).toEqual([
      ...['0 s list', '0 s watch 5', '28 s watch 5', '53 s watch 5'],
    ]);
  });

  it.each<[string, Answer]>([
    ['as the status', { status: 410 }],
    ['as an event named Expired', { says: [error(410, 'Expired')], and: 'in time' }],
    ['as an event named Gone', { says: [error(410, 'Gone')], and: 'in time' }],
  ])('lists anew after 410 %s', async (_, expired) => {
    const played = await play(began, expired, { list: ['x', 'y'], version: '90' }, quiet);
    expect(played.asked.slice(1, 4)).toEqual(['0 s watch 5', '0 s list', '0 s watch 90']);
    expect(played).toMatchObject({ names: ['x', 'y'], changes: 1 });
  });

  it('waits as long as a busy server asks', async () => {
    const played = await play(began, { status: 429, headers: { 'retry-after': '4' } }, quiet);
    expect(played.asked.slice(1, 3)).toEqual(['0 s watch 5', '4 s watch 5']);
  });

  it('waits as long as an event asks', async () => {
    const busy = error(429, 'TooManyRequests', { retryAfterSeconds: 3 });
    const played = await play(began, { says: [busy], and: 'in time' }, quiet);
    expect(played.asked.slice(1, 3)).toEqual(['0 s watch 5', '3 s watch 5']);
  });

  it.each([403, 405])('lists every 2 s where watching is refused with %s, and says so', async (status) => {
    const played = await play(began, { status }, { list: ['a', 'b'], version: '6' });
    expect(played.asked.slice(0, 5)).toEqual(['0 s list', '0 s watch 5', '0 s list', '2 s list', '4 s list']);
    expect(played).toMatchObject({ names: ['a', 'b'], polled: `the API server answered ${status} No: not you` });
  });

  it.each<[string, Answer]>([
    ['breaks at once', { says: [], and: 'breaks' }],
    ['is ended at once', { says: [], and: 'ends' }],
    ['says what is no event', { says: ['<html>\n'], and: 'in time' }],
    ['can not be reached', 'unreachable'],
  ])('gives up watching where every watch %s, after seven of them', async (_, broken) => {
    const { asked, failure, polled } = await play(began, ...Array<Answer>(7).fill(broken), began);
    expect(asked.filter((what) => what.includes('watch')).map((what) => what.split(' ').slice(1).join(' '))).toEqual(
      Array(7).fill('s watch 5'),
    );
    expect([failure, polled?.split(',')[0]]).toEqual([undefined, 'it broke 7 times in a row']);
  });

  it('fails where not even a list is answered any more', async () => {
    const { failure, asked } = await play(began, 'unreachable');
    expect([failure instanceof ClusterUnreachable, asked.length]).toEqual([true, 9]);
  });

  it('asks again for a list that the server was too busy for', async () => {
    const played = await play({ status: 429, headers: { 'retry-after': '2' } }, { status: 503 }, began, quiet);
    expect(played.asked.slice(0, 4)).toEqual(['0 s list', '2 s list', '4 s list', '4 s watch 5']);
  });

  it('fails where the first list is refused', async () => {
    const { failure } = await play({ status: 403 });
    expect(String(failure)).toBe(
      'ApiServerRefused: it: GET /api/v1/namespaces/shop/configmaps answered 403 No: not you',
    );
  });
});
