import { describe, expect, it } from 'vitest';
import { assessDeletes, type DeleteCap } from '../../shared/apply/assess-deletes.ts';
import { planTarget } from '../../shared/apply/plan-target.ts';
import { configMap } from './manifests.ts';
import { deploy, releaseOf, renderedOf } from './rehearsal.ts';
import { describeOnSimulatedServer } from './server.ts';
import { playOn } from './theatre.ts';

describe('assessDeletes', () => {
  it.each<[string, DeleteCap, boolean]>([
    ['as many as may be', { most: 2 }, true],
    ['more', { most: 1 }, false],
    ['more, approved by name', { most: 1, liftedBy: 'mira' }, true],
    ['more, approved by nobody', { most: 1, liftedBy: '' }, false],
  ])('%s', (_, cap, passes) => {
    const prunes = [{ id: '/ConfigMap/shop/a' as const }];
    const objects = [{ id: '/ConfigMap/shop/b', action: 'recreate' } as const];
    const refusal = assessDeletes({ prunes, objects }, cap);
    expect(refusal?.because).toBe(
      passes
        ? undefined
        : '2 objects would be deleted, at most 1 may be: ConfigMap shop/a, ConfigMap shop/b; put them back, or have the deletes approved by name',
    );
  });
});

describeOnSimulatedServer('a plan with too many deletes', (server) => {
  const { stageOf, drive, namespace } = playOn(server, 'deletes');
  it('is refused as a whole', async () => {
    await drive(deploy(renderedOf({ web: ['a', 'b', 'c'].map((name) => configMap(name)) }), stageOf()));
    const rendered = renderedOf({ web: [configMap('a')] });
    const plan = (deletes: DeleteCap) =>
      drive(
        planTarget({
          ...{ cluster: stageOf().cluster, rendered, release: releaseOf(rendered), namespace: namespace(), deletes },
          signal: new AbortController().signal,
        }),
      );
    expect([(await plan({ most: 1 })).status, (await plan({ most: 1, liftedBy: 'mira' })).status]).toEqual([
      'refused',
      'planned',
    ]);
  });
});
