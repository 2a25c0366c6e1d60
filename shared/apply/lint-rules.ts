import type { Manifest } from '../rollout/release.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from './fields.ts';
import { isKind } from './object-id.ts';

/** One object beside all of its target, as a rule sees it. */
export interface Linted {
  readonly object: Manifest;
  readonly all: readonly Manifest[];
  /** Whether an autoscaler of the target decides how many replicas it has. */
  readonly isAutoscaled: boolean;
}

/** What will cause an outage at the next restart. `error` refuses the plan, `warning` is told with it. */
export interface LintRule {
  readonly name: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong with the object, one sentence each; none where all is well. */
  find(linted: Linted): readonly string[];
}

const isWorkload = (object: Manifest): boolean =>
  isKind(object, 'apps', 'Deployment') || isKind(object, 'apps', 'StatefulSet');

const templateOf = (object: Manifest) => objectAt(object, 'spec', 'template');
const containersOf = (object: Manifest): readonly unknown[] => listAt(templateOf(object), 'spec', 'containers');
const nameOf = (container: unknown): string => textAt(container, 'name') ?? '';
const replicasOf = (object: Manifest): number => numberAt(object, 'spec', 'replicas') ?? 1;

/** Whether every label of `selector` is one of `labels`; an empty selector selects nothing here. */
const selects = (selector: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([name, value]) => labels[name] === value);

const sameNamespace = (a: Manifest, b: Manifest) => (a.metadata.namespace ?? '') === (b.metadata.namespace ?? '');
const labelsOf = (object: Manifest) => objectAt(templateOf(object), 'metadata', 'labels');

const servicesOf = ({ object, all }: Linted): readonly Manifest[] =>
  all.filter(
    (other) =>
      isKind(other, '', 'Service') &&
      sameNamespace(other, object) &&
      selects(objectAt(other, 'spec', 'selector'), labelsOf(object)),
  );

const budgetsOf = ({ object, all }: Linted): readonly Manifest[] =>
  all.filter(
    (other) =>
      isKind(other, 'policy', 'PodDisruptionBudget') &&
      sameNamespace(other, object) &&
      selects(objectAt(other, 'spec', 'selector', 'matchLabels'), labelsOf(object)),
  );

const isServed = (linted: Linted): boolean => isWorkload(linted.object) && servicesOf(linted).length > 0;

const duplicates = (keys: readonly string[]): readonly string[] => [
  ...new Set(keys.filter((key, place) => keys.indexOf(key) !== place)),
];

const isZero = (value: unknown): boolean => value === 0 || value === '0' || value === '0%';

/** A number of pods, or a share of `total` as Kubernetes rounds it for a minimum: up. */
const amountOf = (value: unknown, total: number): number | undefined => {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(typeof value === 'string' ? value : '')?.[1];
  return share === undefined ? undefined : Math.ceil((Number(share) / 100) * total);
};

const preStopSeconds = (container: unknown): number => {
  const hook = objectAt(container, 'lifecycle', 'preStop');
  const command = listAt(hook, 'exec', 'command').join(' ');
  return numberAt(hook, 'sleep', 'seconds') ?? Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
};

/** Kubernetes waits this long for a pod to end where nothing else is stated. */
const defaultGraceSeconds = 30;

export const lintRules: readonly LintRule[] = [
  {
    name: 'single-replica',
    severity: 'warning',
    find: (linted) =>
      isServed(linted) && !linted.isAutoscaled && replicasOf(linted.object) === 1
        ? ['one replica serves a Service: every restart is a gap']
        : [],
  },
  {
    name: 'no-readiness-probe',
    severity: 'warning',
    find: (linted) =>
      isServed(linted) && containersOf(linted.object).every((each) => !isObject(objectAt(each).readinessProbe))
        ? ['no container has a readinessProbe: requests come before it can answer']
        : [],
  },
  {
    name: 'recreate',
    severity: 'warning',
    find: (linted) =>
      isServed(linted) && textAt(linted.object, 'spec', 'strategy', 'type') === 'Recreate'
        ? ['strategy Recreate ends every pod before the first new one begins']
        : [],
  },
  {
    name: 'no-budget',
    severity: 'warning',
    find: (linted) =>
      isServed(linted) && replicasOf(linted.object) > 1 && budgetsOf(linted).length === 0
        ? ['no PodDisruptionBudget: a drain may take all of its pods at once']
        : [],
  },
  {
    name: 'blocking-budget',
    severity: 'warning',
    find: (linted) =>
      isWorkload(linted.object) && !linted.isAutoscaled
        ? budgetsOf(linted)
            .filter(({ spec }) => {
              const most = replicasOf(linted.object);
              const least = amountOf(objectAt(spec).minAvailable, most);
              return isZero(objectAt(spec).maxUnavailable) || (least !== undefined && least >= most);
            })
            .map((budget) => `PodDisruptionBudget ${budget.metadata.name} lets no pod go: nodes can not be drained`)
        : [],
  },
  {
    name: 'short-grace',
    severity: 'warning',
    find: ({ object }) => {
      const grace = numberAt(templateOf(object), 'spec', 'terminationGracePeriodSeconds') ?? defaultGraceSeconds;
      return containersOf(object)
        .filter((container) => preStopSeconds(container) >= grace)
        .map((container) => `preStop of container ${nameOf(container)} takes all of the ${grace} s it has to end in`);
    },
  },
  {
    name: 'no-room-to-roll',
    severity: 'error',
    find: ({ object }) => {
      const { maxSurge, maxUnavailable } = objectAt(object, 'spec', 'strategy', 'rollingUpdate');
      return isKind(object, 'apps', 'Deployment') && isZero(maxSurge) && isZero(maxUnavailable)
        ? ['maxSurge and maxUnavailable are both 0: no pod can ever be replaced']
        : [];
    },
  },
  {
    name: 'claim-held-twice',
    severity: 'warning',
    find: ({ object, all }) => {
      if (!isKind(object, 'apps', 'Deployment') || textAt(object, 'spec', 'strategy', 'type') === 'Recreate') return [];
      if (isZero(objectAt(object, 'spec', 'strategy', 'rollingUpdate').maxSurge)) return [];
      const claims = listAt(templateOf(object), 'spec', 'volumes').flatMap(
        (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') ?? [],
      );
      return all
        .filter((other) => isKind(other, '', 'PersistentVolumeClaim') && sameNamespace(other, object))
        .filter(
          ({ metadata, spec }) =>
            claims.includes(metadata.name) &&
            listAt(spec, 'accessModes').every((mode) => /^ReadWriteOnce/.test(String(mode))),
        )
        .map(({ metadata }) => `the new pod waits for claim ${metadata.name}, which the old one holds until it ends`);
    },
  },
  {
    name: 'duplicate-port',
    severity: 'error',
    find: ({ object }) => {
      const keyOf = (port: unknown, field: string) => `${numberAt(port, field)}/${textAt(port, 'protocol') ?? 'TCP'}`;
      const inContainers = containersOf(object).flatMap((container) =>
        duplicates(listAt(container, 'ports').map((port) => keyOf(port, 'containerPort'))).map(
          (port) => `container ${nameOf(container)} has port ${port} twice`,
        ),
      );
      const ports = isKind(object, '', 'Service') ? listAt(object, 'spec', 'ports') : [];
      const inService = duplicates(ports.map((port) => keyOf(port, 'port')));
      return [...inContainers, ...inService.map((port) => `port ${port} is there twice`)];
    },
  },
  {
    name: 'duplicate-variable',
    severity: 'error',
    find: ({ object }) =>
      containersOf(object).flatMap((container) =>
        duplicates(listAt(container, 'env').map(nameOf)).map(
          (name) => `container ${nameOf(container)} sets ${name} twice`,
        ),
      ),
  },
  {
    name: 'mismatching-selector',
    severity: 'error',
    find: ({ object }) =>
      isWorkload(object) &&
      !selects(objectAt(object, 'spec', 'selector', 'matchLabels'), labelsOf(object)) &&
      Object.keys(objectAt(object, 'spec', 'selector', 'matchLabels')).length > 0
        ? ['its selector does not select the pods of its template']
        : [],
  },
];
