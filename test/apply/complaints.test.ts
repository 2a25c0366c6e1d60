import { describe, expect, it, test } from 'vitest';
import { assessRefusal } from '../../shared/apply/assess-refusal.ts';
import { orderPrunes } from '../../shared/apply/order-prunes.ts';
import { planRestarts, usualRules } from '../../shared/apply/restarts/plan-restarts.ts';
import { assessSettled } from '../../shared/apply/settled/assess-settled.ts';
import { isVersionSkew } from '../../shared/apply/version-skew.ts';
import { nextAttempt } from '../../shared/apply/watch/next-attempt.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { complaintsSuite } from './complaints.suite.ts';
import { deployment, live, widget } from './manifests.ts';
import { compared } from './restarts/comparing.ts';
import { deployment as restartable } from './restarts/workloads.ts';
import { describeOnSimulatedServer } from './server.ts';

// What users of other engines complain of, by the issues they wrote, and what we do instead.

const now = Date.parse('2026-03-01T12:00:00Z');
const refused = (code: number, message: string) => ({
  ...{ code, message, reason: 'Invalid', causes: [], details: { kind: 'services', name: 'web' } },
});

/** The workloads of a service that restart, in their order, each with what it waits for. */
const restartsOf = (names: readonly string[], workloads: Record<string, { readonly dependsOn: readonly string[] }>) => {
  const objects = names.map((name) => compared(restartable(name), restartable(name, { version: 'v2' })));
  const rules = { ...usualRules, dependencies: { shop: { dependsOn: [], workloads } } };
  const planned = planRestarts({ objects, prunes: [] }, ['shop'], rules);
  return 'refusals' in planned ? planned : planned.restarts.steps.map(({ workload, after }) => [workload, after]);
};

describe('told without a server', () => {
  test.each<[string, unknown, unknown]>([
    [
      'kustomize-controller#734, flux2#3334: a 422 is taken as immutable only when it says so',
      [
        assessRefusal(refused(422, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535')),
        assessRefusal(refused(422, 'spec.clusterIP: Invalid value: "": field is immutable')),
      ],
      ['invalid', 'immutable'],
    ],
    [
      'helm#32066, cluster-api#9299: a custom object is not ready before its controller saw it',
      assessSettled(live('example.com/v1', 'Widget'), now).status,
      'in-progress',
    ],
    [
      'helm#32615: an observed generation as text ends the wait',
      assessSettled(
        live('argoproj.io/v1alpha1', 'Rollout', {
          metadata: { generation: 2 },
          status: { observedGeneration: '2', phase: 'Healthy' },
        }),
        now,
      ).status,
      'ready',
    ],
    [
      'cli-utils#329: a running Job is not ready, and a failed Pod has failed',
      [
        assessSettled(live('batch/v1', 'Job', { status: { startTime: '2026-03-01T11:59:00Z' } }), now).status,
        assessSettled(live('v1', 'Pod', { status: { phase: 'Failed' } }), now).status,
      ],
      ['in-progress', 'failed'],
    ],
    [
      'flux2#5715, argo-cd#17358: "field not declared in schema" is known for what it is, and repaired',
      isVersionSkew({ message: '.spec.internalTrafficPolicy: field not declared in schema' }),
      true,
    ],
    [
      'kubernetes#102013, #103108: a webhook that is not up yet is tried again',
      assessRefusal(refused(500, 'Internal error occurred: failed calling webhook "x": connection refused')),
      'again',
    ],
    [
      'client-node#364, #1496: a watch that is cut goes on from where it stood, at once, and one that came too late lists anew',
      [
        nextAttempt({ how: 'cut', because: 'reset', livedMs: 20_000 }, 0),
        nextAttempt({ how: 'expired', livedMs: 20_000 }, 0),
      ],
      [
        { do: 'watch', afterMs: 0, early: 1 },
        { do: 'list', afterMs: 0, early: 1 },
      ],
    ],
    [
      'client-node#1933: a watch that breaks again and again waits longer each time, and is given up for lists',
      [1, 2, 3, 6].map((early) => nextAttempt({ how: 'cut', because: 'reset', livedMs: 10 }, early)),
      [
        { do: 'watch', afterMs: 250, early: 2 },
        { do: 'watch', afterMs: 500, early: 3 },
        { do: 'watch', afterMs: 1000, early: 4 },
        { do: 'poll', because: 'it broke 7 times in a row, last because reset' },
      ],
    ],
    [
      'kubernetes#89820, kubectl#1314, argo-rollouts#908: what depends on another restarts after it',
      restartsOf(['gateway', 'storage'], { gateway: { dependsOn: ['storage'] } }),
      [
        ['apps/Deployment/shop/storage', []],
        ['apps/Deployment/shop/gateway', ['apps/Deployment/shop/storage']],
      ],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('argo-cd#9296, #12376: custom objects are removed before their operator', () => {
    const member = (object: Manifest, group: string) => ({
      id: `${group}/${object.kind}/shop/it` as const,
      service: 'web',
      served: { group, version: 'v1', kind: object.kind, plural: '', namespaced: true },
      object: live(object.apiVersion, object.kind),
    });
    const leaving = [member(deployment('it'), 'apps'), member(widget('it', 1), 'example.com')];
    expect(orderPrunes(leaving).prunes.map(({ id }) => id)).toEqual([
      'example.com/Widget/shop/it',
      'apps/Deployment/shop/it',
    ]);
  });
});

describeOnSimulatedServer('told by a server', complaintsSuite);
