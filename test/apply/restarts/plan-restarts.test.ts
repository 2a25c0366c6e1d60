import { describe, expect, test } from 'vitest';
import type { ComparedObject } from '../../../shared/apply/compare-object.ts';
import { planRestarts, type RestartRules, usualRules } from '../../../shared/apply/restarts/plan-restarts.ts';
import { canonicalJson, digestOf } from '../../../shared/rollout/digest.ts';
import type { RestartPlan, WaitingEffect } from '../../../shared/rollout/restarts.ts';
import { configMap, secret } from '../manifests.ts';
import { compared } from './comparing.ts';
import { daemonSet, deployment, statefulSet, type WorkloadOptions } from './workloads.ts';

const planOf = (objects: readonly ComparedObject[], rules: Partial<RestartRules> = {}): RestartPlan => {
  const services = [...new Set(objects.map(({ service }) => service))];
  const planned = planRestarts({ objects, prunes: [] }, services, { ...usualRules, ...rules });
  if ('refusals' in planned) throw new Error(JSON.stringify(planned.refusals));
  return planned.restarts;
};
const refused = (objects: readonly ComparedObject[], rules: Partial<RestartRules> = {}) => {
  const planned = planRestarts({ objects, prunes: [] }, ['shop'], { ...usualRules, ...rules });
  return 'refusals' in planned ? planned.refusals : [];
};

const web = 'apps/Deployment/shop/web';
const flags = '/ConfigMap/shop/flags';
const reads: WorkloadOptions = {
  container: { envFrom: [{ configMapRef: { name: 'flags' } }, { secretRef: { name: 'key' } }] },
};
const hash = (...content: readonly (readonly [string, string])[]) =>
  digestOf(canonicalJson(content.map(([key, value]) => [key, digestOf(canonicalJson(value))])));
const running = compared(deployment('web', reads), deployment('web', reads));
const waiting = (was: string, becomes: string, keys: readonly string[] = ['a']): WaitingEffect => ({
  effect: { workload: web, how: 'start', object: flags, keys, was: hash(['a', was]), becomes: hash(['a', becomes]) },
  rollout: 'r-1',
  commit: 'c0ffee',
  at: 1000,
});

describe('a changed ConfigMap', () => {
  const change = compared(configMap('flags', { a: '1' }), configMap('flags', { a: '2' }));

  test('takes effect at the next restart of who reads it, where nothing restarts', () => {
    expect(planOf([change, running])).toEqual({
      order: 'providers-first',
      perMinute: 40,
      steps: [],
      starts: [],
      later: [
        { workload: web, how: 'start', object: flags, keys: ['a'], was: hash(['a', '1']), becomes: hash(['a', '2']) },
      ],
      waiting: [],
    });
  });

  test('is among the causes of a restart that comes anyway', () => {
    const restarting = compared(deployment('web', reads), deployment('web', { ...reads, version: 'v2' }));
    const { steps, later } = planOf([change, restarting]);
    expect(later).toEqual([]);
    expect(steps).toEqual([
      {
        workload: web,
        service: 'shop',
        pods: 2,
        after: [],
        apart: [],
        causes: [
          { change: 'template', paths: ['/spec/template/spec/containers[name=main]/image'] },
          { change: 'config', object: flags, keys: ['a'] },
        ],
      },
    ]);
  });

  test('is the only cause named where its hash is all that changes in the pods', () => {
    const hashed = (text: string) => {
      const manifest = deployment('web', reads);
      const { template, ...spec } = manifest.spec as { template: { metadata: object } };
      const annotations = { 'tidegate.dev/config-hash': text };
      return {
        ...manifest,
        spec: { ...spec, template: { ...template, metadata: { ...template.metadata, annotations } } },
      };
    };
    const { steps } = planOf([change, compared(hashed('sha256:1'), hashed('sha256:2'))]);
    expect(steps.map(({ causes }) => causes)).toEqual([[{ change: 'config', object: flags, keys: ['a'] }]]);
  });

  test('concerns nobody where no pod reads the key, or none is there', () => {
    const one = { container: { env: [{ name: 'B', valueFrom: { configMapKeyRef: { name: 'flags', key: 'b' } } }] } };
    const reader = compared(deployment('web', one), deployment('web', one));
    const empty = compared(deployment('web', { ...reads, replicas: 0 }), deployment('web', { ...reads, replicas: 0 }));
    expect(planOf([change, reader]).later).toEqual([]);
    expect(planOf([change, empty]).later).toEqual([]);
  });

  test('shows of a Secret its name alone', () => {
    const hidden = compared(secret('key', { token: 'hunter2' }), secret('key', { token: 'hunter3' }));
    const [effect] = planOf([hidden, running]).later;
    expect(effect).toMatchObject({ object: '/Secret/shop/key', keys: [] });
    expect(JSON.stringify(effect)).not.toMatch(/hunter|token/);
  });
});

describe('a change of an earlier rollout that waits for a restart', () => {
  const unchanged = compared(configMap('flags', { a: '2' }), configMap('flags', { a: '2' }));

  test('goes on waiting while its workload stays', () => {
    expect(planOf([unchanged, running], { waiting: [waiting('1', '2')] })).toMatchObject({
      later: [],
      waiting: [waiting('1', '2')],
    });
  });

  test('is named among the causes of the restart that brings it into effect', () => {
    const restarting = compared(deployment('web', reads), deployment('web', { ...reads, version: 'v2' }));
    const { steps, waiting: still } = planOf([unchanged, restarting], { waiting: [waiting('1', '2')] });
    expect(steps[0]?.causes.at(-1)).toEqual({ change: 'earlier', effect: waiting('1', '2') });
    expect(still).toEqual([]);
  });

  test('is joined by the next one, and counts from what the pods have', () => {
    const next = compared(configMap('flags', { a: '2' }), configMap('flags', { a: '3' }));
    expect(planOf([next, running], { waiting: [waiting('1', '2')] }).later).toEqual([waiting('1', '3').effect]);
  });

  test('is over when the pods’ own value comes back', () => {
    const back = compared(configMap('flags', { a: '2' }), configMap('flags', { a: '1' }));
    expect(planOf([back, running], { waiting: [waiting('1', '2')] })).toMatchObject({ later: [], waiting: [] });
    const undone = compared(configMap('flags', { a: '1' }), configMap('flags', { a: '1' }));
    expect(planOf([undone, running], { waiting: [waiting('1', '2')] })).toMatchObject({ later: [], waiting: [] });
  });
});

describe('a workload that holds its pods back', () => {
  const held = (version: string) => deployment('web', { version, spec: { paused: true } });
  const paths = ['/spec/template/spec/containers[name=main]/image'];

  test('takes its change at the next restart', () => {
    const plan = planOf([compared(held('v1'), held('v2'))]);
    expect(plan).toMatchObject({ steps: [], later: [{ workload: web, how: 'paused', paths }] });
  });

  test('is remembered until its pods have it', () => {
    const before: WaitingEffect = { effect: { workload: web, how: 'paused', paths }, rollout: 'r', commit: 'c', at: 1 };
    const still = compared(held('v2'), held('v2'), { status: { updatedReplicas: 0 } });
    const there = compared(held('v2'), held('v2'), { status: { updatedReplicas: 2 } });
    expect(planOf([still], { waiting: [before] }).waiting).toEqual([before]);
    expect(planOf([there], { waiting: [before] }).waiting).toEqual([]);
  });
});

describe('a restart', () => {
  test('of a StatefulSet has parts, of anything larger than the cap a pace', () => {
    const set = compared(statefulSet('db', { replicas: 6 }), statefulSet('db', { replicas: 6, version: 'v2' }));
    const large = compared(deployment('web', { replicas: 6 }), deployment('web', { replicas: 6, version: 'v2' }));
    const { steps } = planOf([set, large], { perMinute: 2 });
    expect(steps.map(({ parts, pace }) => ({ parts, pace }))).toEqual([
      { parts: [1, 2, 2, 1], pace: undefined },
      { parts: undefined, pace: { maxSurge: 2, maxUnavailable: 0, minReadySeconds: 60 } },
    ]);
  });

  test('of more pods than the cap that all go at once is refused', () => {
    const recreate = (version: string) =>
      deployment('web', { version, replicas: 41, spec: { strategy: { type: 'Recreate' } } });
    const because =
      'Deployment shop/web would restart all of its 41 pods at once, more than the 40 a minute allowed there; let it roll, or raise restartsPerMinute of the target';
    expect(refused([compared(recreate('v1'), recreate('v2'))])).toEqual([
      { code: 'RESTARTS_OVER_CAP', object: web, because },
    ]);
    expect(refused([compared(recreate('v1'), recreate('v2'))], { perMinute: 41 })).toEqual([]);
  });

  test('of a DaemonSet that is recreated is refused where it has more nodes than the cap', () => {
    const agent = compared(daemonSet('agent'), daemonSet('agent', { version: 'v2' }), {
      action: 'recreate',
      status: { desiredNumberScheduled: 41 },
    });
    expect(refused([agent]).map(({ code }) => code)).toEqual(['RESTARTS_OVER_CAP']);
  });

  test('is refused where dependencies lead in a circle, and on the way back goes without them', () => {
    const both = ['a', 'b'].map((name) =>
      compared(deployment(name), deployment(name, { version: 'v2' }), { service: 'shop' }),
    );
    const dependencies = {
      shop: { dependsOn: [], workloads: { a: { dependsOn: ['b'] }, b: { dependsOn: ['a'] } } },
    };
    expect(refused(both, { dependencies }).map(({ code }) => code)).toEqual(['DEPENDENCY_CYCLE']);
    const back = planOf(both, { dependencies, order: 'consumers-first' });
    expect(back.steps.map(({ after }) => after)).toEqual([[], []]);
  });
});
