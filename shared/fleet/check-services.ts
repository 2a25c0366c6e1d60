import type { Target } from '../rollout/target.ts';
import { parseWorkloadReference } from '../rollout/workload-reference.ts';
import type { ServiceEntry } from './config.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { selectTargets } from './targets.ts';

/** What is wrong between services, and between them and the files and targets they name. `targets`: absent where not all are sound. */
export const checkServices = (
  { services }: Entries,
  targets: readonly Target[] | undefined,
  paths: ReadonlySet<string>,
): readonly Finding[] => [
  ...[...services.sound].flatMap(([name, service]) => [
    ...checkFiles(name, service, paths),
    ...(targets === undefined ? [] : checkSelectors(name, service, targets)),
    ...service.dependsOn.flatMap((needed, at) =>
      checkNeeded(needed, ['services', name, 'dependsOn', at], services.names),
    ),
    ...checkWorkloads(name, service, services.names),
  ]),
  ...checkCycle(services.sound),
];

const checkFiles = (name: string, service: ServiceEntry, paths: ReadonlySet<string>): readonly Finding[] => {
  const entries = service.overrides.map(({ jsonnet }, at) => ({ file: jsonnet, path: ['overrides', at, 'jsonnet'] }));
  const missing = (file: string, path: readonly PropertyKey[]): readonly Finding[] => {
    if (paths.has(file)) return [];
    const nearest = nearestOf(file, paths);
    const what = `${file} is not in the repository at this commit`;
    const finding = { code: 'FILE_MISSING', path: pointerOf(['services', name, ...path]), what };
    return [{ ...finding, expected: 'a file that is', ...(nearest === undefined ? {} : { nearest }) }];
  };
  const overrides = entries.flatMap(({ file, path }) => missing(file, path));
  if ('jsonnet' in service) return [...missing(service.jsonnet, ['jsonnet']), ...overrides];
  const folder = service.manifests === '' ? '' : `${service.manifests.replace(/\/+$/, '')}/`;
  const filled = [...paths].some((path) => path.startsWith(folder) && /\.(ya?ml|json)$/.test(path));
  return [...(filled ? [] : missing(service.manifests, ['manifests'])), ...overrides];
};

const checkSelectors = (name: string, service: ServiceEntry, targets: readonly Target[]): readonly Finding[] => {
  const selectors = [
    { selector: service.targets, path: ['targets'] },
    ...service.overrides.map((override, at) => ({ selector: override.targets, path: ['overrides', at, 'targets'] })),
  ];
  return selectors
    .filter(({ selector }) => selectTargets(selector, targets).length === 0)
    .map(({ selector, path }) => ({
      code: 'SELECTOR_EMPTY',
      path: pointerOf(['services', name, ...path]),
      what: `no target has ${JSON.stringify(selector)}`,
      expected: 'labels that at least one target has',
    }));
};

const checkNeeded = (needed: string, path: readonly PropertyKey[], names: ReadonlySet<string>): readonly Finding[] => {
  if (names.has(needed)) return [];
  const nearest = nearestOf(needed, names);
  const finding = { code: 'UNKNOWN_SERVICE', path: pointerOf(path) };
  const what = `there is no service ${JSON.stringify(needed)}`;
  return [{ ...finding, what, expected: 'a name of services', ...(nearest === undefined ? {} : { nearest }) }];
};

/** What can be told without rendering: a service's own workloads depend on workloads of services there are. */
const checkWorkloads = (name: string, { workloads }: ServiceEntry, names: ReadonlySet<string>): readonly Finding[] =>
  Object.entries(workloads).flatMap(([reference, { dependsOn }]) => [
    ...checkOwn(name, reference),
    ...dependsOn.flatMap((needed, at) => {
      const service = parseWorkloadReference(needed, name)?.service ?? name;
      return checkNeeded(service, ['services', name, 'workloads', reference, 'dependsOn', at], names);
    }),
  ]);

const checkOwn = (name: string, reference: string): readonly Finding[] => {
  const service = parseWorkloadReference(reference, name)?.service;
  if (service === name) return [];
  const path = pointerOf(['services', name, 'workloads', reference]);
  const what = `${reference} is a workload of service ${JSON.stringify(service)}`;
  return [{ code: 'WORKLOAD_ELSEWHERE', path, what, expected: 'a workload of its own service', at: 'key' }];
};

/** Each cycle once, told from its first service by name. */
const checkCycle = (services: ReadonlyMap<string, ServiceEntry>): readonly Finding[] => {
  const findings: Finding[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]) => {
    const start = way.indexOf(name);
    if (start >= 0) {
      const cycle = [...way.slice(start), name].join(' -> ');
      const path = pointerOf(['services', name, 'dependsOn']);
      const what = `services depend on each other: ${cycle}`;
      findings.push({
        code: 'DEPENDENCY_CYCLE',
        path,
        what,
        expected: 'an order in which each comes after what it needs',
      });
    } else if (!done.has(name)) {
      for (const needed of services.get(name)?.dependsOn ?? []) visit(needed, [...way, name]);
      done.add(name);
    }
  };
  for (const name of [...services.keys()].toSorted()) visit(name, []);
  return findings;
};
