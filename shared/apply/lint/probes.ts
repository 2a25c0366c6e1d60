import { sameJson } from '../field-diff.ts';
import { isObject, listAt, numberAt, objectAt } from '../fields.ts';
import { type LintRule, where } from './rule.ts';
import { containersOf, isServed, nameOf, probesOf } from './workloads.ts';

export const noReadinessProbe: LintRule = {
  name: 'no-readiness-probe',
  severity: 'warning',
  about: 'no container of a workload behind a Service has a readinessProbe',
  find: (linted) =>
    where(
      containersOf(linted.object).every((each) => !isObject(objectAt(each).readinessProbe)) && isServed(linted),
      'no container has a readinessProbe: requests come before it can answer',
    ),
};

/** How long a probe may fail before it counts: Kubernetes looks every 10 s and gives up at the third miss. */
const patienceOf = (probe: unknown): number =>
  (numberAt(probe, 'periodSeconds') ?? 10) * (numberAt(probe, 'failureThreshold') ?? 3);

const handlerOf = (probe: unknown) => {
  const { httpGet, tcpSocket, exec, grpc } = objectAt(probe);
  return { httpGet, tcpSocket, exec, grpc };
};

export const probesIdentical: LintRule = {
  name: 'probes-identical',
  severity: 'warning',
  about: 'livenessProbe and readinessProbe ask the same, and liveness gives up no later',
  find: ({ object }) =>
    containersOf(object).flatMap((container) => {
      const { readinessProbe: ready, livenessProbe: alive } = objectAt(container);
      const isSame = isObject(ready) && isObject(alive) && sameJson(handlerOf(ready), handlerOf(alive));
      return where(
        isSame && patienceOf(alive) <= patienceOf(ready),
        `liveness of container ${nameOf(container)} asks what readiness asks and gives up no later: under load it is restarted where it should be left out`,
      );
    }),
};

/** The ports that the probes of a container ask, with the probe's name. */
const probedPorts = (container: unknown): readonly (readonly [string, unknown])[] =>
  probesOf(container).flatMap(([name, probe]) =>
    ['httpGet', 'tcpSocket', 'grpc'].flatMap((handler) => {
      const { port } = objectAt(probe, handler);
      return port === undefined ? [] : [[name, port] as const];
    }),
  );

export const unknownProbePort: LintRule = {
  name: 'unknown-probe-port',
  severity: 'error',
  about: 'a probe asks a port by a name that no port of its container has',
  find: ({ object }) =>
    containersOf(object).flatMap((container) => {
      const names = listAt(container, 'ports').map(nameOf);
      return probedPorts(container)
        .filter(([, port]) => typeof port === 'string' && !names.includes(port))
        .map(([probe, port]) => `${probe} of container ${nameOf(container)} asks port ${port}, which it does not have`);
    }),
};

export const unlistedProbePort: LintRule = {
  name: 'unlisted-probe-port',
  severity: 'warning',
  about: 'a probe asks a port that is not among those its container exposes',
  find: ({ object }) =>
    containersOf(object).flatMap((container) => {
      const ports = listAt(container, 'ports').map((port) => numberAt(port, 'containerPort'));
      if (ports.length === 0) return [];
      return probedPorts(container)
        .filter(([, port]) => typeof port === 'number' && !ports.includes(port))
        .map(
          ([probe, port]) => `${probe} of container ${nameOf(container)} asks port ${port}, which it does not expose`,
        );
    }),
};
