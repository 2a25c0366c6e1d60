import { expect, it } from 'vitest';
import { touchObject } from '../../shared/apply/apply-object.ts';
import { compareTarget } from '../../shared/apply/compare-target.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap } from './manifests.ts';
import { playAlone } from './play-alone.ts';
import { apply, isWrite, keepJournal, plan, recordCluster, renderedOf, type Stage } from './rehearsal.ts';
import { describeOnSimulatedServer } from './server.ts';
import { playOn } from './theatre.ts';

const status = (code: number, reason: string, message: string) =>
  Response.json({ kind: 'Status', code, reason, message }, { status: code });
const page = (code: number) => new Response('<html><h1>upstream</h1></html>', { status: code });
const unknown = 'the cluster did not show the write when it was last asked, and may still make it';

describeOnSimulatedServer('an answer to a write', (server) => {
  const { drive, namespace, read } = playOn(server, 'answered');
  const alone = playAlone(server, namespace);

  /** ConfigMap b is written and answered so, at most `times`; `made`: the write is made all the same. */
  const answering = (answer: () => Response, { made = false, times = Number.POSITIVE_INFINITY } = {}) => {
    let left = times;
    return recordCluster(async (path, init) => {
      const isAsked = init?.method === 'PATCH' && path.includes('/configmaps/b?') && left-- > 0;
      if (!isAsked) return server().request(path, init);
      if (made) await server().request(path, init);
      return answer();
    });
  };
  const objects: readonly Manifest[] = [configMap('a'), configMap('b')];

  it.each<[string, () => Response, string, string]>([
    ['400 of the API server', () => status(400, 'BadRequest', 'strict decoding error'), 'refused', '400 strict'],
    ['403 of the API server', () => status(403, 'Forbidden', 'User "x" cannot patch'), 'refused', 'not allowed'],
    ['404 of a path', () => page(404), 'refused', '404'],
    ['405 of a proxy', () => page(405), 'refused', '405'],
    ['408 of a proxy', () => page(408), 'failed', unknown],
    ['409 that never ends', () => status(409, 'Conflict', 'the object has been modified'), 'failed', 'modified'],
    ['413 of a proxy', () => page(413), 'refused', '413'],
    ['415 of the API server', () => status(415, 'UnsupportedMediaType', 'apply-patch'), 'refused', '415'],
    ['422 of the API server', () => status(422, 'Invalid', 'data: must be short'), 'refused', '422 data'],
    ['429 of the API server', () => status(429, 'TooManyRequests', 'slow down'), 'failed', 'plan again later'],
    ['500 of the API server', () => status(500, 'InternalError', 'etcdserver: request timed out'), 'failed', unknown],
    ['500 of a schema', () => status(500, '', '.data.x: field not declared in schema'), 'refused', '500 .data.x'],
    [
      '500 of a value that is no base64',
      () =>
        status(500, '', 'failed to convert new object (shop/b; /v1, Kind=Secret) to proper version: illegal base64'),
      'refused',
      '500 failed to convert',
    ],
    [
      '500 of a webhook that is not there',
      () => status(500, 'InternalError', 'failed calling webhook "v.example.com": connection refused'),
      'failed',
      'see that what answers webhook v.example.com runs',
    ],
    ['502 of a proxy', () => page(502), 'failed', unknown],
    ['503 of the API server', () => status(503, 'ServiceUnavailable', 'shutting down'), 'failed', unknown],
    ['503 of a proxy', () => page(503), 'failed', unknown],
    ['504 of the API server', () => status(504, 'Timeout', 'request did not complete'), 'failed', unknown],
    ['504 of a proxy', () => page(504), 'failed', unknown],
    ['200 of a proxy', () => page(200), 'failed', unknown],
  ])('that is %s each time makes the object %3$s', async (_, answer, action, reason) => {
    const { lines } = await alone(objects, { cluster: answering(answer) });
    const [line] = lines.filter(({ identity }) => identity.endsWith('/b'));
    expect([line?.action, line?.reason]).toEqual([action, expect.stringContaining(reason)]);
    expect(line?.reason.includes(unknown)).toBe(reason === unknown);
    expect(lines.find(({ identity }) => identity.endsWith('/a'))?.action).toBe('created');
  });

  const lost: readonly [string, () => Response][] = [
    ['504 of a proxy', () => page(504)],
    ['503 of a proxy', () => page(503)],
    ['502 of a proxy', () => page(502)],
    ['500 of an etcd that was slow', () => status(500, '', 'etcdserver: request timed out')],
    ['504 of the API server', () => status(504, 'Timeout', 'request did not complete')],
  ];

  it.each(lost)('that is %s once, of a write that was made, is resolved by reading', async (_, answer) => {
    const { words, cluster } = await alone(objects, { cluster: answering(answer, { made: true, times: 1 }) });
    expect(words.toSorted()).toEqual(['created ConfigMap a', 'created ConfigMap b']);
    expect(cluster.seen.filter((seen) => isWrite(seen) && seen.path.includes('/b?'))).toHaveLength(1);
  });

  /** What a rollout has on record of b when it was answered so. */
  const recorded = async (answer: () => Response, made: boolean) => {
    const stage: Stage = { cluster: recordCluster(server().request), clock: server().clock, namespace: namespace() };
    const rendered = renderedOf({ web: [configMap('b')] });
    const approved = await drive(plan(rendered, stage));
    const journal = keepJournal();
    const faulty = { ...stage, cluster: answering(answer, { made, times: 1 }) };
    const applied = await drive(apply(rendered, faulty, { approved, journal }));
    expect([applied.status, (await read('configmaps', 'b')).data]).toEqual(['done', { key: 'value' }]);
    return journal.lines.filter((line) => !/tidegate-web$|^1 done$/.test(line));
  };

  it.each(lost)('that is %s is never on record as a refusal where the write was made', async (_, answer) => {
    expect(await recorded(answer, true)).toEqual([`apply /ConfigMap/${namespace()}/b`, '3 done']);
  });

  it.each(lost)('that is %s is on record as refused only when a later one of the object is done', async (_, answer) => {
    const apply = `apply /ConfigMap/${namespace()}/b`;
    expect(await recorded(answer, false)).toEqual([apply, apply, '4 done', '3 refused']);
  });

  it.each(lost)(
    'that is %s, of a write that only raises the token, is never taken for one that was made',
    async (_, answer) => {
      const stage: Stage = { cluster: recordCluster(server().request), clock: server().clock, namespace: namespace() };
      const rendered = renderedOf({ web: [configMap('b')] });
      await drive((async () => apply(rendered, stage, { approved: await plan(rendered, stage) }))());
      const { signal } = new AbortController();
      const compared = await drive(compareTarget({ ...stage, rendered, signal, tryCreates: false }));
      const [object] = 'objects' in compared ? compared.objects : [];
      if (object === undefined) throw new Error(JSON.stringify(compared));
      const journal = keepJournal();
      const writing = {
        ...{
          cluster: answering(answer, { times: 1 }),
          clock: stage.clock,
          journal,
          fence: 2,
          guard: async () => undefined,
        },
        ...{ plan: digestOf(''), invocation: { signal, deadline: stage.clock.now() + 60_000 } },
      };
      expect(await drive(touchObject(object, writing))).toEqual({ status: 'raised' });
      expect((await read('configmaps', 'b')).metadata.annotations?.['tidegate.dev/fence']).toBe('2');
      expect(journal.lines.slice(-2)).toEqual(['2 done', '1 refused']);
    },
  );

  it('of a delete that was made, and that a proxy answers, is resolved by reading', async () => {
    await alone(objects);
    let left = 1;
    const cluster = recordCluster(async (path, init) => {
      const answer = await server().request(path, init);
      return init?.method === 'DELETE' && left-- > 0 ? page(504) : answer;
    });
    expect((await alone([configMap('a')], { cluster })).words).toEqual(['unchanged ConfigMap a', 'pruned ConfigMap b']);
  });
});
