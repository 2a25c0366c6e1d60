import { afterAll, expect, it } from 'vitest';
import '../../local/loaded-ahead.ts';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../local/fleet/clouds/clouds.ts';
import { createImages } from '../../local/fleet/images.ts';
import { createApiServer } from '../../local/fleet/kubernetes/server.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { installVirtualTime } from '../../local/virtual/virtual-time.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { processClock as clock } from '../../shared/outside/clock.ts';
import { configMap, deployment, namespace } from '../apply/manifests.ts';
import { apply, isWrite, keepJournal, plan, recordCluster, renderedOf, settle } from '../apply/rehearsal.ts';
import { fleet, HOME, simulateFleet } from './simulated-fleet.ts';

const { outside: simulated, restore } = simulateFleet([]);
restore();
const virtual = installVirtualTime({ start: Date.UTC(2026, 0, 2), seed: 'mid-apply' });
afterAll(() => virtual.restore());
const images = createImages({}, () => undefined);

const names = Array.from({ length: 30 }, (_, at) => `settings-${String(at).padStart(2, '0')}`);
const rendered = renderedOf({
  web: [namespace('shop'), ...names.map((name) => configMap(name)), deployment('web', { reads: 'settings-00' })],
});
/** So long an API server takes for an answer: tokens of one apply are made at different times. */
const answerMs = 1_000;

it.each(Object.entries(fleet))(
  'a token of %s that the cluster takes no more in mid-apply is replaced: nothing is left out, nothing written twice',
  async (_, target) => {
    const server = createApiServer({
      ...{ name: target.target, clock, random: virtual.random, behaviourOf: images.behaviourOf },
    });
    server.start();
    const drive = <Result>(work: () => Promise<Result>) => virtual.complete(work, { maxVirtualMs: 3_600_000 });
    const clouds = createClouds({ clock, clusters: [target], region: 'us-east-1' });
    /** What the API server was asked with which token: what it did, and what it sent away. */
    const taken: { readonly token: string; readonly write: string | undefined }[] = [];
    const refused: string[] = [];
    const handle = async (request: Request): Promise<Response> => {
      await clock.sleep(answerMs);
      const token = request.headers.get('authorization') ?? '';
      const write = request.method !== 'GET' && !request.url.includes('dryRun=All');
      if (clouds.authorise(target.target, request) !== 'ok') {
        refused.push(token);
        return Response.json({ kind: 'Status', reason: 'Unauthorized', code: 401 }, { status: 401 });
      }
      taken.push({ token, write: write ? `${request.method} ${new URL(request.url).pathname}` : undefined });
      if (taken.filter((each) => each.write !== undefined).length === names.length / 2 && refused.length === 0)
        clouds.faults.revoke(target.target);
      return server.handle(request);
    };
    const network = simulatedNetwork({
      routes: [...clouds.routes, { host: new URL(target.server).hostname, handle }],
      fallback: 'refuse',
    });
    const outside = { ...simulated, clock, http: network, identity: simulatedIdentity(clock, HOME) };
    const opened = openCluster(
      { name: target.target, locator: target.locator, endpoint: { server: target.server } },
      outside,
    );
    const stage = { cluster: recordCluster(opened.request), clock, namespace: 'shop', sliceMs: 600_000 };
    const approved = await drive(() => plan(rendered, stage));
    const journal = keepJournal();
    const applied = await drive(() => apply(rendered, stage, { approved, journal }));
    expect(applied.status).toBe('done');
    expect(await drive(() => settle(rendered, stage, applied.progress))).toEqual({ status: 'settled' });
    server.stop();

    const writes = taken.flatMap(({ write }) => write ?? []);
    const inShop = (path: string) => `PATCH /api/v1/namespaces/shop/configmaps/${path}`;
    expect(writes.toSorted()).toEqual(
      [
        'PATCH /api/v1/namespaces/shop',
        'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
        ...['tidegate-web', ...names].map(inShop),
      ].toSorted(),
    );
    // One token was refused, by as many requests as were on their way with it; all that came later came with the one other.
    const tokens = [...new Set(taken.map(({ token }) => token))];
    expect([tokens.length, new Set(refused)]).toEqual([2, new Set([tokens[0]])]);
    // Below the client nobody saw it: as many writes were asked for as were done, and each has its one outcome.
    expect(stage.cluster.seen.filter(isWrite)).toHaveLength(writes.length);
    expect(journal.lines.filter((line) => / done$/.test(line))).toHaveLength(writes.length);
    expect(journal.lines.filter((line) => /^\d+ (?!done)/.test(line))).toEqual([]);
  },
);
