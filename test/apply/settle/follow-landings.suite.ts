import { describe, expect, it } from 'vitest';
import { type SettleResult, settleTarget } from '../../../shared/apply/settle-target.ts';
import type { Progress } from '../../../shared/apply/slice.ts';
import type { RenderedTarget } from '../../../shared/rollout/release.ts';
import { configMap, deployment, service } from '../manifests.ts';
import { apply, plan, renderedOf, type Seen, settle } from '../rehearsal.ts';
import type { Server } from '../server.ts';
import { playOn } from '../theatre.ts';
import { type Fault, faultyWatch } from '../watch/faulty-watch.ts';

/** `LIST deployments`, `WATCH pods`, `GET web`: enough of a read to count by. */
const readOf = ({ path }: Seen): string => {
  const [place = '', query = ''] = path.split('?');
  const last = place.split('/').at(-1) ?? '';
  if (query.includes('watch=true')) return `WATCH ${last}`;
  return query.includes('limit=') ? `LIST ${last}` : `GET ${last}`;
};

const counted = (seen: readonly Seen[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const read of seen.map(readOf).sort()) counts[read] = (counts[read] ?? 0) + 1;
  return counts;
};

interface Work {
  readonly rendered: RenderedTarget;
  readonly progress: Progress;
}

/** How a set is followed while it settles, whatever becomes of its watches on the way. */
export const followLandingsSuite = (server: () => Server): void => {
  const { send, pathOf, stageOf, drive, namespace } = playOn(server, 'follow');

  const slow = 'registry.example.com/slow:v1';
  const applySlow = async (): Promise<Work> => {
    const rendered = renderedOf({ web: [configMap('settings'), service('web'), deployment('web', { image: slow })] });
    return { rendered, progress: await applied(rendered) };
  };
  const applied = async (rendered: RenderedTarget): Promise<Progress> => {
    const stage = stageOf();
    return (await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }))).progress;
  };
  const settleWith = async (
    faultOf: (collection: string, place: number) => Fault | undefined,
    { rendered, progress }: Work,
    withinMs = 60_000,
  ): Promise<{ readonly result: SettleResult; readonly seen: readonly Seen[] }> => {
    const stage = stageOf({}, 90_000);
    const cluster = { ...stage.cluster, request: faultyWatch(stage.cluster.request, faultOf) };
    const result = await drive(settle(rendered, { ...stage, cluster }, progress, withinMs));
    return { result, seen: stage.cluster.seen };
  };

  describe('following a set', () => {
    it('takes one LIST for each kind where all is as it shall be', async () => {
      const rendered = renderedOf({ web: [configMap('a'), configMap('b'), service('web')] });
      const { result, seen } = await settleWith(() => undefined, { rendered, progress: await applied(rendered) });
      expect(result).toEqual({ status: 'settled' });
      expect(counted(seen)).toEqual({ 'GET api': 1, 'GET apis': 1, 'LIST configmaps': 1, 'LIST services': 1 });
    });

    it('takes one LIST and one WATCH for each kind, and for the pods of them all, while 60 objects settle', async () => {
      const names = Array.from({ length: 20 }, (_, place) => `web-${place}`);
      const rendered = renderedOf({
        web: names.flatMap((name) => [configMap(name), service(name), deployment(name, { image: slow, replicas: 1 })]),
      });
      const { result, seen } = await settleWith(() => undefined, { rendered, progress: await applied(rendered) });
      expect(result).toEqual({ status: 'settled' });
      const kinds = ['configmaps', 'deployments', 'pods', 'replicasets', 'services'];
      const once = kinds.flatMap((kind) => [`LIST ${kind}`, `WATCH ${kind}`]).map((read) => [read, 1]);
      expect(counted(seen)).toEqual({ 'GET api': 1, 'GET apis': 1, ...Object.fromEntries(once) });
    });

    it.each<[string, Fault]>([
      ['are cut in the middle of a line', { cutAfter: 700 }],
      ['come in pieces of three bytes', { piecesOf: 3 }],
      ['are answered 429', { status: 429, headers: { 'retry-after': '1' } }],
    ])('settles although its first watches %s', async (_, fault) => {
      const { result } = await settleWith((__, place) => (place === 0 ? fault : undefined), await applySlow());
      expect(result).toEqual({ status: 'settled' });
    });

    it('lists anew, once, where its first watches are answered 410', async () => {
      const gone = (_: string, place: number): Fault | undefined => (place === 0 ? { status: 410 } : undefined);
      const { result, seen } = await settleWith(gone, await applySlow());
      expect([result, counted(seen)['LIST deployments']]).toEqual([{ status: 'settled' }, 2]);
    });

    it('notices a connection that is half open, and goes on with another', async () => {
      const { result } = await settleWith((__, place) => (place === 0 ? 'silence' : undefined), await applySlow());
      expect(result).toEqual({ status: 'settled' });
    });

    it('asks every 2 s where watching is refused, and says so', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/hang:v1' })] });
      const progress = await applied(rendered);
      const stage = stageOf();
      const request = faultyWatch(stage.cluster.request, () => ({ status: 405 }));
      const since = server().clock.now();
      const result = await drive(
        settleTarget(
          { rendered, namespace: namespace(), progress, rules: [], since, until: since + 60_000 },
          { cluster: { ...stage.cluster, request }, clock: server().clock },
          { signal: new AbortController().signal, deadline: since + 12_000 },
        ),
      );
      expect(result.status === 'in-progress' && result.because).toMatch(
        /^waiting for Deployment .* \(asked for every 2 s, not watched: the API server answered 405 No: not you\)$/,
      );
      const { 'LIST deployments': lists = 0 } = counted(stage.cluster.seen);
      // A busy machine is late with some; more than these would be asking without a pause.
      expect([lists >= 2, lists <= 6]).toEqual([true, true]);
    });

    it('does not storm a server whose every watch breaks', async () => {
      const { result, seen } = await settleWith(() => ({ cutAfter: 0 }), await applySlow());
      expect(result).toEqual({ status: 'settled' });
      const watches = Object.entries(counted(seen)).filter(([read]) => read.startsWith('WATCH'));
      expect(watches.filter(([, count]) => count > 7)).toEqual([]);
    });

    describe('while it watches', () => {
      const settleWhile = async (act: () => Promise<unknown>): Promise<SettleResult> => {
        const { rendered, progress } = await applySlow();
        const settling = settle(rendered, stageOf(), progress);
        const [result] = await drive(Promise.all([settling, server().clock.sleep(1500).then(act)]));
        return result;
      };
      const remove = () => server().request(pathOf('configmaps', 'settings'), { method: 'DELETE' });
      const create = () =>
        server().request(pathOf('configmaps', '').slice(0, -1), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(configMap('settings')),
        });

      it('finds out that an object is gone', async () => {
        expect(await settleWhile(remove)).toMatchObject({
          status: 'failed',
          because: `rehearsal: ConfigMap ${namespace()}/settings (Missing: it is gone since it was applied)`,
        });
      });

      it('finds out that another object has its name', async () => {
        const result = await settleWhile(async () => {
          await remove();
          await create();
        });
        expect(result.status === 'failed' && result.because).toMatch(
          /^rehearsal: ConfigMap \S+\/settings \((Replaced: it was replaced since it was applied: uid \S+ instead of \S+|Missing: .*)\)$/,
        );
      });
    });

    it('finds an object that has lost the label of its set', async () => {
      const work = await applySlow();
      const label = { metadata: { labels: { 'applyset.kubernetes.io/part-of': null } } };
      await send('PATCH', pathOf('configmaps', 'settings'), label, 'application/merge-patch+json');
      const { result, seen } = await settleWith(() => undefined, work);
      expect([result, counted(seen)['GET settings'] ?? 0]).toEqual([{ status: 'settled' }, expect.any(Number)]);
    });
  });
};
