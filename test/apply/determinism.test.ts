import { expect, it } from 'vitest';
import { canonicalJson } from '../../shared/rollout/digest.ts';
import { configMap, deployment, namespace, service, widget, widgetDefinition } from './manifests.ts';
import { apply, keepJournal, plan, prune, recordCluster, renderedOf, settle } from './rehearsal.ts';
import { simulatedServer } from './server.ts';

/** Everything a rehearsal leaves behind: plans, results, requests in order, the journal. */
const rehearse = async (): Promise<string> => {
  const { request, clock, drive, stop } = await simulatedServer();
  const stage = { cluster: recordCluster(request), clock, namespace: 'shop' };
  const many = Array.from({ length: 12 }, (_, place) => configMap(`settings-${place}`));
  const first = renderedOf({
    platform: [namespace('shop'), widgetDefinition, widget('small', 1), ...many],
    web: [service('web'), deployment('web', { reads: 'settings-3' }), deployment('api')],
  });
  const second = renderedOf({ web: [service('web'), deployment('web', { replicas: 3 })] });
  const journal = keepJournal();
  const left: unknown[] = [];
  for (const rendered of [first, second]) {
    const approved = await drive(plan(rendered, stage));
    const applied = await drive(apply(rendered, stage, { approved, journal }));
    const settled = await drive(settle(rendered, stage, applied.progress));
    left.push(approved, applied, settled, await drive(prune(rendered, stage, { approved, journal })));
  }
  await stop();
  return canonicalJson([left, journal.lines, stage.cluster.seen, clock.now()]);
};

it('two rehearsals leave the same bytes: requests, their order, plans, results, time', async () => {
  const once = await rehearse();
  expect(once).toContain('"status":"settled"');
  expect(await rehearse()).toBe(once);
});
