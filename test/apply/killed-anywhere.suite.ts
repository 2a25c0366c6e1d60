import { expect, it } from 'vitest';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, service } from './manifests.ts';
import { playAlone } from './play-alone.ts';
import { apply, plan, prune, type RecordedCluster, recordCluster, renderedOf, settle } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

/** Before: a ConfigMap, two things that will go, a workload that can not be changed into the next one. */
export const before: readonly Manifest[] = [
  configMap('settings'),
  configMap('old'),
  service('gone'),
  deployment('web', { reads: 'settings', replicas: 1 }),
];

/** After: one changed, one made, one recreated, two pruned. */
export const afterwards: readonly Manifest[] = [
  configMap('settings', { key: 'new' }),
  configMap('made'),
  deployment('web', {
    reads: 'settings',
    replicas: 1,
    selector: { app: 'web', v: '2' },
    annotations: { 'tidegate.dev/on-immutable-change': 'recreate' },
  }),
];

const part = 'applyset.kubernetes.io/part-of';
const resources = ['configmaps', 'services', 'deployments'];

/** All of a namespace that a person would compare, by what it is and whose it is; whatever is not here is leaked or lost. */
export const stateOf = async (
  list: (resource: string) => Promise<readonly LiveObject[]>,
): Promise<readonly (readonly unknown[])[]> => {
  const found = await Promise.all(resources.map(list));
  return found
    .flat()
    .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt' && metadata.name !== 'kubernetes')
    .map(({ kind, metadata, data, spec }) => {
      const {
        'tidegate.dev/fence': _fence,
        'deployment.kubernetes.io/revision': _revision,
        ...annotations
      } = metadata.annotations ?? {};
      const selector = (spec as { readonly selector?: unknown } | undefined)?.selector;
      return [kind, metadata.name, metadata.labels?.[part], data, selector, annotations];
    });
};

/**
 * Dies after every single request, reply and all, and begins again: the end is that of the run nobody killed, nothing is left of what went
 * and nothing that is somebody else's was touched.
 */
export const killedAnywhereSuite = (server: () => Server): void => {
  const { send, pathOf, read, stageOf, drive, namespace } = playOn(server, 'killed');
  const alone = playAlone(server, namespace);
  class Killed extends Error {}

  const list = async (resource: string): Promise<readonly LiveObject[]> => {
    const { items, kind } = (await send('GET', pathOf(resource, '').slice(0, -1))) as LiveObject & {
      readonly items: readonly LiveObject[];
    };
    return items.map((item) => ({ ...item, kind: kind.slice(0, -'List'.length) }));
  };
  /** Somebody else's: an object without a set, and another set. Must have the same version in the end. */
  const foreign = async () =>
    Promise.all(['foreign', 'others', 'tidegate-other'].map(async (name) => (await read('configmaps', name)).metadata));
  const settleForeign = async () => {
    await send('POST', pathOf('configmaps', '').slice(0, -1), configMap('foreign'));
    await alone([configMap('others')], { set: 'other' });
    return foreign();
  };
  const mortal = (killedAt: number): RecordedCluster => {
    let sent = 0;
    return recordCluster(server().request, {
      after: () => {
        if (++sent >= killedAt) throw new Killed(`after request ${killedAt}`);
      },
    });
  };

  interface Way {
    /** Brings the namespace to `before`. */
    prepare(): Promise<void>;
    /** Brings it to `afterwards`; the same call again goes on. */
    run(cluster: RecordedCluster): Promise<void>;
  }

  const enumerate = async ({ prepare, run }: Way) => {
    const others = await settleForeign();
    await prepare();
    const whole = recordCluster(server().request);
    await run(whole);
    const expected = await stateOf(list);
    expect(expected.map(([, name]) => name).sort()).toEqual(
      ['foreign', 'made', 'others', 'settings', 'tidegate-other', 'tidegate-web', 'web'].sort(),
    );
    for (let killedAt = 1; killedAt <= whole.seen.length; killedAt++) {
      await prepare();
      await expect(run(mortal(killedAt)), `request ${killedAt}`).rejects.toBeInstanceOf(Killed);
      await run(recordCluster(server().request));
      expect(await stateOf(list), `killed after request ${killedAt}`).toEqual(expected);
      expect(await foreign(), `killed after request ${killedAt}`).toEqual(others);
    }
  };

  it('ends the same by the steps of a deployment', async () => {
    const [old, next] = [renderedOf({ web: before }), renderedOf({ web: afterwards })];
    const carry = async (rendered: typeof old, approved: TargetPlan, cluster: RecordedCluster) => {
      const stage = { ...stageOf(), cluster };
      const applied = await drive(apply(rendered, stage, { approved }));
      expect(applied.status).toBe('done');
      expect((await drive(settle(rendered, stage, applied.progress))).status).toBe('settled');
      expect((await drive(prune(rendered, stage, { approved }))).status).toBe('done');
    };
    let approved: TargetPlan;
    await enumerate({
      prepare: async () => {
        for (const rendered of [renderedOf({}), old]) {
          await carry(rendered, await drive(plan(rendered, stageOf())), stageOf().cluster);
        }
        approved = await drive(plan(next, stageOf()));
      },
      run: (cluster) => carry(next, approved, cluster),
    });
  });

  it('ends the same for a set that is applied by itself', async () => {
    await enumerate({
      prepare: async () => {
        await alone([]);
        await alone(before, { wait: true });
      },
      run: async (cluster) => {
        const { summary } = await alone(afterwards, { cluster, wait: true });
        expect([summary.failed, summary.refused, summary.skipped, summary.notReady]).toEqual([0, 0, 0, 0]);
      },
    });
  });
};
