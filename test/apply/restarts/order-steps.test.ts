import { describe, expect, test } from 'vitest';
import { type Dependencies, findProviders } from '../../../shared/apply/restarts/find-providers.ts';
import { orderSteps } from '../../../shared/apply/restarts/order-steps.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import type { RestartOrder, RestartStep } from '../../../shared/rollout/restarts.ts';
import { deployment, statefulSet } from './workloads.ts';

const idOf = (name: string, kind = 'Deployment') => `apps/${kind}/shop/${name}` as const;
const workload = (service: string, manifest: Manifest) => ({
  id: idOf(manifest.metadata.name, manifest.kind),
  service,
  manifest,
});
const needing = (name: string, ...needs: readonly string[]): Manifest =>
  deployment(name, {
    annotations: {
      'config.kubernetes.io/depends-on': needs.map((need) => `apps/namespaces/shop/Deployment/${need}`).join(','),
    },
  });
const named = (ids: Iterable<string> | undefined) => [...(ids ?? [])].map((id) => id.split('/').at(-1)).sort();

const providersOf = (workloads: readonly ReturnType<typeof workload>[], dependencies: Dependencies) =>
  findProviders(workloads, new Set(workloads.map(({ service }) => service)), dependencies);

describe('who depends on whom', () => {
  const api = workload('shop', deployment('api'));
  const cache = workload('shop', deployment('cache'));
  const db = workload('storage', statefulSet('db'));

  test.for([
    { because: 'nothing is said', workloads: [api, cache], dependencies: {}, providers: [] },
    {
      because: 'its service depends on another',
      workloads: [api, db],
      dependencies: { shop: { dependsOn: ['storage'] } },
      providers: ['db'],
    },
    {
      because: 'its service depends on one that the target does not have',
      workloads: [api],
      dependencies: { shop: { dependsOn: ['storage'] } },
      providers: [],
    },
    {
      because: 'the config names it by itself, its kind, and of another service',
      workloads: [api, cache, db],
      dependencies: {
        shop: { dependsOn: [], workloads: { api: { dependsOn: ['Deployment/cache', 'storage/StatefulSet/db'] } } },
      },
      providers: ['cache', 'db'],
    },
    {
      because: 'it says so itself, and through one that does not change',
      workloads: [
        workload('shop', needing('api', 'cache')),
        workload('shop', needing('cache', 'far')),
        workload('x', deployment('far')),
      ],
      dependencies: {},
      providers: ['cache', 'far'],
    },
  ] satisfies readonly {
    readonly because: string;
    readonly workloads: readonly ReturnType<typeof workload>[];
    readonly dependencies: Dependencies;
    readonly providers: readonly string[];
  }[])('$providers where $because', ({ workloads, dependencies, providers }) => {
    const found = providersOf(workloads, dependencies);
    expect(named(found.of.get(idOf('api')))).toEqual(providers);
    expect(found.mistakes).toEqual([]);
  });

  test('is refused where a name is none, with those there are', () => {
    const dependencies = { shop: { dependsOn: [], workloads: { api: { dependsOn: ['cahce', 'storage/bd'] } } } };
    expect(providersOf([api, cache, db], dependencies).mistakes).toEqual([
      {
        code: 'DEPENDENCY_UNKNOWN',
        because:
          'services.shop.workloads names cahce, which service shop does not have; it has Deployment/api, Deployment/cache',
      },
      {
        code: 'DEPENDENCY_UNKNOWN',
        because: 'services.shop.workloads names storage/bd, which service storage does not have; it has StatefulSet/db',
      },
    ]);
  });

  test('is refused in a circle, with its whole way, through services too', () => {
    const dependencies = {
      shop: { dependsOn: ['storage'] },
      storage: { dependsOn: [], workloads: { db: { dependsOn: ['shop/api'] } } },
    };
    expect(providersOf([api, cache, db], dependencies).mistakes).toEqual([
      {
        code: 'DEPENDENCY_CYCLE',
        object: idOf('api'),
        because:
          'workloads depend on each other: Deployment shop/api -> service storage -> StatefulSet shop/db -> Deployment shop/api; take one of these dependencies away',
      },
    ]);
  });

  test('is refused once for each circle', () => {
    const pairs = [
      workload('a', needing('a1', 'a2', 'b1')),
      workload('a', needing('a2', 'a1')),
      workload('b', needing('b1', 'b2')),
      workload('b', needing('b2', 'b1')),
    ];
    expect(providersOf(pairs, {}).mistakes.map(({ object }) => object)).toEqual([idOf('a1'), idOf('b1')]);
  });
});

describe('the order of restarts', () => {
  const step = (name: string, zone?: string): Omit<RestartStep, 'after'> => ({
    workload: idOf(name),
    service: 'shop',
    pods: 1,
    apart: [],
    causes: [],
    ...(zone === undefined ? {} : { zone }),
  });
  const providers = new Map([
    [idOf('gateway'), new Set([idOf('storage'), idOf('index')])],
    [idOf('storage'), new Set([idOf('index')])],
  ]);
  const order = (
    names: readonly Omit<RestartStep, 'after'>[],
    how: RestartOrder,
    created: readonly string[] = [],
  ): readonly (readonly [string, readonly string[]])[] => {
    const { steps, starts } = orderSteps(
      names,
      created.map((name) => idOf(name)),
      providers,
      how,
    );
    return [...steps, ...starts].map(({ workload: id, after }) => [
      id.split('/').at(-1) ?? '',
      named(after) as string[],
    ]);
  };
  const chain = [step('gateway'), step('storage'), step('index')];

  test('is providers first, each behind the nearest', () => {
    expect(order(chain, 'providers-first')).toEqual([
      ['index', []],
      ['storage', ['index']],
      ['gateway', ['storage']],
    ]);
  });

  test('is turned round on the way back', () => {
    expect(order(chain, 'consumers-first')).toEqual([
      ['gateway', []],
      ['storage', ['gateway']],
      ['index', ['storage']],
    ]);
  });

  test('goes through what does not restart', () => {
    expect(order([step('gateway'), step('index')], 'providers-first')).toEqual([
      ['index', []],
      ['gateway', ['index']],
    ]);
  });

  test('lets what is new join only when what it calls has restarted, and a restart wait for what is new and called', () => {
    expect(order([step('gateway'), step('index')], 'providers-first', ['storage'])).toEqual([
      ['index', []],
      ['gateway', ['storage']],
      ['storage', ['index']],
    ]);
    expect(order([step('gateway'), step('index')], 'consumers-first', ['storage'])).toEqual([
      ['gateway', ['storage']],
      ['index', ['gateway']],
      ['storage', []],
    ]);
  });

  test('tries zones by name where dependencies leave a choice', () => {
    expect(order([step('b', 'zone-b'), step('c', 'zone-c'), step('a', 'zone-a')], 'providers-first')).toEqual([
      ['a', []],
      ['b', []],
      ['c', []],
    ]);
  });
});
