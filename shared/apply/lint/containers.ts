import { isObject, listAt, numberAt, objectAt, textAt } from '../fields.ts';
import { isKind } from '../object-id.ts';
import { podSpecsOf } from '../pod-references.ts';
import { type LintRule, where } from './rule.ts';
import { containersOf, isServed, nameOf } from './workloads.ts';

const duplicates = (keys: readonly string[]): readonly string[] => [
  ...new Set(keys.filter((key, place) => keys.indexOf(key) !== place)),
];

export const duplicatePort: LintRule = {
  name: 'duplicate-port',
  severity: 'error',
  about: 'a container or a Service has one port and protocol twice, which server-side apply does not take',
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
};

export const duplicateVariable: LintRule = {
  name: 'duplicate-variable',
  severity: 'error',
  about: 'a container sets one variable twice, which server-side apply does not take',
  find: ({ object }) =>
    containersOf(object).flatMap((container) =>
      duplicates(listAt(container, 'env').map(nameOf)).map(
        (name) => `container ${nameOf(container)} sets ${name} twice`,
      ),
    ),
};

export const noRequests: LintRule = {
  name: 'no-requests',
  severity: 'warning',
  about: 'a container states neither request nor limit of cpu or memory, so that nobody can know whether it fits',
  find: ({ object }) =>
    containersOf(object).flatMap((container) => {
      const { requests, limits } = objectAt(container, 'resources');
      const stated = { ...objectAt(limits), ...objectAt(requests) };
      const missing = ['cpu', 'memory'].filter((resource) => stated[resource] === undefined);
      return where(
        missing.length > 0,
        `container ${nameOf(container)} requests no ${missing.join(' and no ')}: whether it fits can not be known`,
      );
    }),
};

const preStopSeconds = (container: unknown): number => {
  const hook = objectAt(container, 'lifecycle', 'preStop');
  const command = listAt(hook, 'exec', 'command').join(' ');
  return numberAt(hook, 'sleep', 'seconds') ?? Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
};

/** Kubernetes waits this long for a pod to end where nothing else is stated. */
const defaultGraceSeconds = 30;

export const shortGrace: LintRule = {
  name: 'short-grace',
  severity: 'warning',
  about: 'a preStop takes as long as the pod has to end in',
  find: ({ object }) =>
    podSpecsOf(object).flatMap((spec) => {
      const grace = numberAt(spec, 'terminationGracePeriodSeconds') ?? defaultGraceSeconds;
      return listAt(spec, 'containers')
        .filter((container) => preStopSeconds(container) >= grace)
        .map((container) => `preStop of container ${nameOf(container)} takes all of the ${grace} s it has to end in`);
    }),
};

export const noPreStop: LintRule = {
  name: 'no-pre-stop',
  severity: 'warning',
  about: 'no container of a workload behind a Service has a preStop',
  find: (linted) =>
    where(
      containersOf(linted.object).every((each) => !isObject(objectAt(each, 'lifecycle').preStop)) && isServed(linted),
      'no container has a preStop: requests still come while it ends already; a sleep of some seconds lets endpoints go first',
    ),
};
