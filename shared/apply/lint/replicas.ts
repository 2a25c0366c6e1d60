import { numberAt, textAt } from '../fields.ts';
import { isKind } from '../object-id.ts';
import { type LintRule, where } from './rule.ts';
import { isScaledBy, isServed, replicasOf } from './workloads.ts';

export const singleReplica: LintRule = {
  name: 'single-replica',
  severity: 'warning',
  about: 'a workload behind a Service has fewer than two replicas',
  find: (linted) => {
    const replicas = replicasOf(linted.object);
    if (linted.isAutoscaled || replicas > 1 || !isServed(linted)) return [];
    return [
      replicas === 1
        ? 'one replica serves a Service: every restart is a gap'
        : 'no replica: the Service in front of it leads to nothing',
    ];
  },
};

export const singleAutoscaled: LintRule = {
  name: 'single-autoscaled',
  severity: 'warning',
  about: 'an autoscaler may leave a workload behind a Service with fewer than two replicas',
  find: ({ object, all }) => {
    const isHpa = isKind(object, 'autoscaling', 'HorizontalPodAutoscaler');
    if (!isHpa && !isKind(object, 'keda.sh', 'ScaledObject')) return [];
    const least = isHpa
      ? (numberAt(object, 'spec', 'minReplicas') ?? 1)
      : (numberAt(object, 'spec', 'minReplicaCount') ?? 0);
    const scaled = all.find(
      (other) => isScaledBy(object, other) && isServed({ object: other, all, isAutoscaled: true }),
    );
    return where(
      scaled !== undefined && least < 2,
      `it may leave ${scaled?.kind} ${textAt(object, 'spec', 'scaleTargetRef', 'name')} with ${least} replicas: every restart is then a gap`,
    );
  },
};

export const replicasAutoscaled: LintRule = {
  name: 'replicas-autoscaled',
  severity: 'warning',
  about: 'a number of replicas is stated for a workload whose autoscaler decides it',
  find: ({ statedReplicas }) =>
    where(
      statedReplicas !== undefined,
      `${statedReplicas} replicas are stated, which its autoscaler decides: the number is left out of what is applied`,
    ),
};
