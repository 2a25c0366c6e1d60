import { describe, expect, it } from 'vitest';
import type { Judged } from '../../../shared/apply/settle/assess-workload.ts';
import { gatherEvidence } from '../../../shared/apply/settle/gather-evidence.ts';
import type { Cluster } from '../../../shared/clouds/cluster.ts';
import { live } from '../manifests.ts';

const web = live('apps/v1', 'Deployment', { metadata: { name: 'web', uid: 'd' } });
const pod = live('v1', 'Pod', { metadata: { name: 'web-1', uid: 'p' } });
const judged = (is: 'crash' | 'slow'): Judged => ({
  ...{ id: 'apps/Deployment/shop/web', live: web, isStale: false },
  settled: { status: 'failed', reason: 'CrashLoopBackOff', message: 'pod web-1: so it is' },
  sign: { subject: pod, is, reason: 'x', message: 'x', container: 'main', since: 0, patienceMs: 0, doomed: true },
});
const event = (reason: string, message: string, at: string, more: object = {}) => ({
  metadata: { name: `web.${reason}` },
  ...{ type: 'Warning', reason, message, firstTimestamp: at, lastTimestamp: at, count: 1 },
  ...more,
});

/** Events by the uid they are asked for, and logs by whether the run before is asked for; keeps what was asked. */
const clusterWith = (events: Readonly<Record<string, readonly object[]>>, logs: (previous: boolean) => Response) => {
  const asked: string[] = [];
  const cluster: Cluster = {
    target: 'it',
    request: async (path) => {
      asked.push(path);
      if (path.includes('/log?')) return logs(path.includes('previous=true'));
      const uid = /involvedObject\.uid=(\w+)/.exec(decodeURIComponent(path))?.[1] ?? '';
      return Response.json({ kind: 'EventList', apiVersion: 'v1', metadata: {}, items: events[uid] ?? [] });
    },
  };
  return { cluster, asked };
};
const gather = async (cluster: Cluster, is: 'crash' | 'slow' = 'crash') =>
  (await gatherEvidence([judged(is)], cluster, new AbortController().signal))[0];
const silent = () => new Response('');

describe('evidence', () => {
  it('has the newest warnings about the object and its pod, each once, counted', async () => {
    const many = Array.from({ length: 12 }, (_, place) => event('Old', `${place}`, `2026-03-01T11:00:${10 + place}Z`));
    const backOff = event('BackOff', 'again', '2026-03-01T12:00:00Z', { count: 3 });
    const { cluster } = clusterWith(
      {
        d: [...many, { ...event('ScalingReplicaSet', 'up', '2026-03-01T12:30:00Z'), type: 'Normal' }],
        p: [backOff, { ...backOff, lastTimestamp: '2026-03-01T12:00:09Z', count: 2 }],
      },
      silent,
    );
    const { events } = (await gather(cluster)) ?? {};
    expect([events?.length, events?.at(-2), events?.at(-1)]).toEqual([
      10,
      '2026-03-01T11:00:21Z Old: 11',
      '2026-03-01T12:00:09Z BackOff: again (5 times)',
    ]);
  });

  it('reads events that are kept as a series', async () => {
    const series = {
      metadata: { name: 'web.series' },
      series: { count: 7, lastObservedTime: '2026-03-01T12:00:05.123456Z' },
      eventTime: '2026-03-01T11:59:00.000000Z',
    };
    const { cluster } = clusterWith(
      { p: [{ type: 'Warning', reason: 'Unhealthy', message: 'no', ...series }] },
      silent,
    );
    expect((await gather(cluster))?.events).toEqual(['2026-03-01T12:00:05.123Z Unhealthy: no (7 times)']);
  });

  it('has the last 20 lines of the run that crashed, cut and made fit to be shown', async () => {
    const lines = Array.from({ length: 30 }, (_, place) => `line ${place}`);
    const odd = ['\u001b[31mpanic\u001b[0m: \u001b[2J', 'x'.repeat(100_000)];
    const { cluster, asked } = clusterWith({}, () => new Response(`${[...lines, ...odd].join('\r\n')}\n`));
    const { logs } = (await gather(cluster)) ?? {};
    expect([logs?.length, logs?.[0], logs?.at(-2), logs?.at(-1)?.length]).toEqual([20, 'line 12', 'panic: ·[2J', 500]);
    expect(asked.filter((path) => path.includes('/log?'))).toEqual([
      '/api/v1/namespaces/shop/pods/web-1/log?container=main&tailLines=20&limitBytes=1048576&previous=true',
    ]);
  });

  it('shows bytes that are no text as such', async () => {
    const { cluster } = clusterWith({}, () => new Response(Uint8Array.of(0x61, 0xff, 0xfe, 0x62, 0x0a)));
    expect((await gather(cluster))?.logs).toEqual(['a��b']);
  });

  it('has the log of the run that goes on where nothing has crashed, else of the one before', async () => {
    const { cluster, asked } = clusterWith({}, (previous) =>
      previous ? new Response('before\n') : Response.json({ message: 'waiting to start' }, { status: 400 }),
    );
    expect((await gather(cluster, 'slow'))?.logs).toEqual(['before']);
    expect(asked.filter((path) => path.includes('/log?')).map((path) => path.includes('previous'))).toEqual([
      false,
      true,
    ]);
  });

  it('is what can be had: what may not be read is left out', async () => {
    const cluster: Cluster = {
      target: 'it',
      request: async () => Response.json({ reason: 'Forbidden' }, { status: 403 }),
    };
    expect(await gather(cluster)).toEqual({
      ...{ object: 'apps/Deployment/shop/web', reason: 'CrashLoopBackOff: pod web-1: so it is', events: [], logs: [] },
    });
  });
});
