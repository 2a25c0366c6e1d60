import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../shared/clouds/cluster.ts';
import { firstWindow, nextWindow } from '../../shared/clouds/next-window.ts';
import { paceRequests } from '../../shared/clouds/pace-requests.ts';
import { steppingClock } from '../apply/stepping-clock.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

describe('nextWindow', () => {
  const ok = { status: 200, begunAt: 0, now: 0 };
  it.each([
    ['grows by one for a window of answers', Array(8).fill(ok), 8.9, 9.1],
    ['grows to 16 and no further', Array(400).fill(ok), 16, 16],
    ['is halved by a 429', [{ status: 429, begunAt: 10, now: 20 }], 4, 4],
    ['is halved once for all that was in flight', Array(8).fill({ status: 429, begunAt: 10, now: 20 }), 4, 4],
    [
      'is halved again for what was begun since',
      [
        { status: 429, begunAt: 10, now: 20 },
        { status: 429, begunAt: 20, now: 30 },
      ],
      2,
      2,
    ],
    [
      'is never less than one',
      Array.from({ length: 9 }, (_, n) => ({ status: 429, begunAt: 10 * n, now: 10 * n + 5 })),
      1,
      1,
    ],
    ['takes a refusal of another kind for an answer', [{ ...ok, status: 403 }], 8.1, 8.2],
  ])('%s', (_, answers, from, to) => {
    const { size } = answers.reduce(nextWindow, firstWindow);
    expect([size >= from, size <= to]).toEqual([true, true]);
  });

  it('begins nothing before the latest time that was asked for', () => {
    const asked = [5_000, 1_000].map((retryAfterMs) => ({ status: 429, begunAt: 1, now: 100, retryAfterMs }));
    expect(asked.reduce(nextWindow, firstWindow)).toEqual({ size: 4, shrunkAt: 100, notBefore: 5_100 });
  });
});

/** A server that takes `takeMs` for each answer and no more than `seats` at a time; the next is answered 429. */
const server = (seats: number, { takeMs = 100, retryAfter = '1' } = {}) => {
  const clock = steppingClock(start);
  const seen = { most: 0, now: 0, refused: 0, total: 0, at: [] as number[] };
  const cluster: Cluster = {
    target: 'busy',
    request: async () => {
      seen.total += 1;
      seen.at.push(clock.now() - start);
      if (seen.now >= seats) {
        seen.refused += 1;
        return new Response('', { status: 429, headers: { 'retry-after': retryAfter } });
      }
      seen.most = Math.max(seen.most, ++seen.now);
      await clock.sleep(takeMs);
      seen.now -= 1;
      return new Response('{}');
    },
  };
  return { clock, seen, paced: paceRequests(cluster, clock) };
};

const many = (count: number, send: () => Promise<Response>) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const answer = await send();
      await answer.text();
      return answer;
    }),
  );

describe('paceRequests', () => {
  it('keeps 8 in flight at first, and 16 once the server has shown that it takes them', async () => {
    const { clock, seen, paced } = server(100);
    await clock.drive(many(8, () => paced.request('/api/v1/pods')));
    expect(seen.most).toBeLessThanOrEqual(8);
    await clock.drive(many(400, () => paced.request('/api/v1/pods')));
    expect([seen.most, seen.refused, seen.total]).toEqual([16, 0, 408]);
  });

  it('finds what a busy server takes, and every read is answered', async () => {
    const { clock, seen, paced } = server(3);
    const answers = await clock.drive(many(60, () => paced.request('/api/v1/pods')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(seen.most).toBeLessThanOrEqual(3);
    // A window that begins with 8 and is halved meets few refusals: without it every third request would be one.
    expect(seen.refused).toBeLessThan(25);
  });

  it('sends nothing before the time that was asked for, whoever was refused', async () => {
    const { clock, seen, paced } = server(0, { retryAfter: '7' });
    await clock.drive(paced.request('/api/v1/pods', { method: 'PATCH' }));
    await clock.drive(paced.request('/api/v1/pods', { method: 'PATCH' }));
    expect(seen.at).toEqual([0, 7_000]);
  });

  const answering = (...statuses: readonly number[]) => {
    const clock = steppingClock(start);
    const sent: number[] = [];
    const cluster: Cluster = {
      target: 'ill',
      request: async () => new Response('{}', { status: statuses[sent.push(clock.now() - start) - 1] ?? 200 }),
    };
    return { clock, sent, paced: paceRequests(cluster, clock) };
  };

  it.each([
    ['a read that was refused for a moment', 'GET', '/api/v1/pods', [429, 503, 500, 504], 200, 5],
    ['a dry run', 'PATCH', '/api/v1/pods/a?dryRun=All', [429, 503], 200, 3],
  ])('sends %s again', async (_, method, path, statuses, status, times) => {
    const { clock, sent, paced } = answering(...statuses);
    const answer = await clock.drive(paced.request(path, { method }));
    expect([answer.status, sent.length]).toEqual([status, times]);
  });

  it.each([
    ['a read for good', 'GET', '/api/v1/pods', [503, 503, 503, 503, 503, 503], 503, 5],
    ['a read that may not be', 'GET', '/api/v1/pods', [403], 403, 1],
    ['a dry run that does not fit the schema', 'PATCH', '/api/v1/pods/a?dryRun=All', [500], 500, 1],
    ['a write', 'PATCH', '/api/v1/pods/a', [429], 429, 1],
    ['a delete', 'DELETE', '/api/v1/pods/a', [503], 503, 1],
  ])('gives up %s', async (_, method, path, statuses, status, times) => {
    const { clock, sent, paced } = answering(...statuses);
    const answer = await clock.drive(paced.request(path, { method }));
    expect([answer.status, sent.length]).toEqual([status, times]);
  });

  it('is not waited for beyond the end of the caller', async () => {
    const { clock, seen, paced } = server(0, { retryAfter: '20' });
    const ending = new AbortController();
    clock.after(5_000, () => ending.abort(new Error('over')));
    await expect(clock.drive(paced.request('/api/v1/pods', { signal: ending.signal }))).rejects.toThrow('over');
    await expect(clock.drive(paced.request('/api/v1/pods', { signal: ending.signal }))).rejects.toThrow('over');
    expect(seen.total).toBe(1);
  });

  it('lets a watch pass without a place', async () => {
    const { clock, seen, paced } = server(100, { takeMs: 60_000 });
    const watching = many(20, () => paced.request('/api/v1/pods?watch=true'));
    await clock.drive(paced.request('/api/v1/pods'));
    await clock.drive(watching);
    expect(seen.most).toBe(21);
  });

  it('says when a request would be sent at once', async () => {
    const { clock, paced } = server(0, { retryAfter: '4' });
    const { signal } = new AbortController();
    await clock.drive(paced.turn?.(signal) ?? Promise.resolve());
    expect(clock.now() - start).toBe(0);
    await clock.drive(paced.request('/api/v1/pods', { method: 'PATCH' }));
    await clock.drive(paced.turn?.(signal) ?? Promise.resolve());
    expect(clock.now() - start).toBe(4_000);
  });
});
