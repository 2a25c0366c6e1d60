import { describe, expect, it } from 'vitest';
import type { Prioritised } from '../../../shared/apply/room/assess-nodes.ts';
import { assessQuotas } from '../../../shared/apply/room/assess-quotas.ts';
import { podDemand } from '../../../shared/apply/room/pod-request.ts';
import { roomRules } from '../../../shared/apply/room/room-finding.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { live } from '../manifests.ts';
import { podOf, wantedOf } from './pods.ts';

type Json = Readonly<Record<string, unknown>>;

const quota = (hard: Json, used: Json, spec: Json = {}) =>
  live('v1', 'ResourceQuota', {
    metadata: { name: 'team', namespace: 'shop' },
    spec: { hard, ...spec },
    status: { hard, used },
  });
const created = (group: string, plural: string, spec: Json = {}) => ({
  id: `${group}/X/shop/x` as const,
  manifest: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', namespace: 'shop' }, spec } as Manifest,
  served: { group, version: 'v1', kind: 'X', plural, namespaced: true },
});
type Created = readonly ReturnType<typeof created>[];
const found = (wanted: readonly Prioritised[], quotas: readonly ReturnType<typeof quota>[], objects: Created = []) =>
  assessQuotas(wanted, objects, quotas).map(({ rule, what }) => `${roomRules[rule].severity} ${rule}: ${what}`);

const cpu = (used: string) => quota({ 'requests.cpu': '10' }, { 'requests.cpu': used });
const three = wantedOf({ cpu: '1' });
const restarts = wantedOf({ cpu: '1' }, { restarts: true, before: 3, surge: 2 });

describe('a quota', () => {
  it.each<[string, Parameters<typeof found>, readonly string[]]>([
    ['that leaves enough', [[three], [cpu('7')]], []],
    [
      'that leaves less than is created',
      [[three], [cpu('8')]],
      ['error quota-exceeded: it needs requests.cpu 3 more, and ResourceQuota shop/team leaves requests.cpu 2'],
    ],
    ['that limits something else', [[three], [quota({ 'requests.storage': '1Gi' }, {})]], []],
    [
      'of another namespace',
      [[wantedOf({ cpu: '9' })], [{ ...cpu('10'), metadata: { ...cpu('10').metadata, namespace: 'other' } }]],
      [],
    ],
    [
      'under the older names',
      [[three], [quota({ cpu: '2', memory: '1Gi' }, {})]],
      ['error quota-exceeded: it needs cpu 3 more, and ResourceQuota shop/team leaves cpu 2'],
    ],
    [
      'of pods',
      [[three], [quota({ pods: '4' }, { pods: '2' })]],
      ['error quota-exceeded: it needs pods 3 more, and ResourceQuota shop/team leaves pods 2'],
    ],
    [
      'of limits',
      [
        [
          wantedOf(
            {},
            { demand: podDemand(podOf({}, { containers: [{ resources: { limits: { memory: '1Gi' } } }] })) },
          ),
        ],
        [quota({ 'limits.memory': '2Gi' }, {})],
      ],
      ['error quota-exceeded: it needs limits.memory 3Gi more, and ResourceQuota shop/team leaves limits.memory 2Gi'],
    ],
    [
      'of something by its full name',
      [[wantedOf({ 'nvidia.com/gpu': 1 })], [quota({ 'requests.nvidia.com/gpu': '2' }, {})]],
      [
        'error quota-exceeded: it needs requests.nvidia.com/gpu 3 more, and ResourceQuota shop/team leaves requests.nvidia.com/gpu 2',
      ],
    ],
    ['that leaves what a restart takes besides', [[restarts], [cpu('8')]], []],
    [
      'that leaves less than its surge',
      [[restarts], [cpu('9')]],
      ['warning quota-tight: ResourceQuota shop/team leaves requests.cpu 1, its surge of 2 needs requests.cpu 2'],
    ],
    [
      'that leaves not one pod to begin with',
      [[{ ...restarts, surgesFirst: true }], [cpu('10')]],
      [
        'error quota-exceeded: ResourceQuota shop/team leaves requests.cpu 0, less than one pod more: with maxUnavailable 0 no pod can be replaced',
      ],
    ],
    [
      'that leaves less than larger pods need',
      [
        [wantedOf({ cpu: '2' }, { restarts: true, before: 3, demandBefore: podDemand(podOf({ cpu: '1' })) })],
        [cpu('8')],
      ],
      ['error quota-exceeded: it needs requests.cpu 3 more, and ResourceQuota shop/team leaves requests.cpu 2'],
    ],
    [
      'that is enough for each and not for both',
      [[three, wantedOf({ cpu: '1' })], [cpu('6')]],
      ['error quota-exceeded: it needs requests.cpu 3 more, and ResourceQuota shop/team leaves requests.cpu 1'],
    ],
    [
      'of objects',
      [
        [three],
        [
          quota(
            { 'count/jobs.batch': '1', services: '5', 'services.loadbalancers': '0' },
            { 'count/jobs.batch': '1', services: '1' },
          ),
        ],
        [created('batch', 'jobs'), created('', 'services', { type: 'LoadBalancer', ports: [{}] })],
      ],
      [
        'error quota-exceeded: it needs count/jobs.batch 1 more, and ResourceQuota shop/team leaves count/jobs.batch 0',
        'error quota-exceeded: it needs services.loadbalancers 1 more, and ResourceQuota shop/team leaves services.loadbalancers 0',
      ],
    ],
  ])('%s', (_, given, expected) => {
    expect(found(...given)).toEqual(expected);
  });
});

describe('a quota with a scope counts only what is in it:', () => {
  const scoped = (spec: Json) => quota({ pods: '0' }, {}, spec);
  const selecting = (operator: string, ...values: readonly string[]) =>
    scoped({ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] } });
  const named = wantedOf({ cpu: '1' }, { pod: { priorityClassName: 'high' } });
  const ending = wantedOf({ cpu: '1' }, { pod: { activeDeadlineSeconds: 60 } });
  it.each<[string, ReturnType<typeof quota>, Prioritised, boolean]>([
    ['Terminating', scoped({ scopes: ['Terminating'] }), ending, true],
    ['Terminating', scoped({ scopes: ['Terminating'] }), three, false],
    ['NotTerminating', scoped({ scopes: ['NotTerminating'] }), three, true],
    ['BestEffort', scoped({ scopes: ['BestEffort'] }), wantedOf({}), true],
    ['BestEffort', scoped({ scopes: ['BestEffort'] }), three, false],
    ['NotBestEffort', scoped({ scopes: ['NotBestEffort'] }), three, true],
    ['both scopes', scoped({ scopes: ['NotBestEffort', 'Terminating'] }), three, false],
    ['PriorityClass In', selecting('In', 'high'), named, true],
    ['PriorityClass In', selecting('In', 'low'), named, false],
    ['PriorityClass NotIn', selecting('NotIn', 'low'), named, true],
    ['PriorityClass Exists', selecting('Exists'), three, false],
    ['PriorityClass DoesNotExist', selecting('DoesNotExist'), three, true],
    ['a scope that nobody knows', scoped({ scopes: ['Other'] }), three, false],
  ])('%s', (_, limiting, wanted, isCounted) => {
    expect(found([wanted], [limiting]).length > 0).toBe(isCounted);
  });

  it('CrossNamespacePodAffinity', () => {
    const affinity = { podAntiAffinity: { required: [{ namespaces: ['other'] }] } };
    const limiting = scoped({ scopes: ['CrossNamespacePodAffinity'] });
    expect(found([wantedOf({}, { pod: { affinity } })], [limiting])).toHaveLength(1);
    expect(found([three], [limiting])).toEqual([]);
  });
});
