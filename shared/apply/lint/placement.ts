import { isObject, listAt, objectAt } from '../fields.ts';
import { type LintRule, where } from './rule.ts';
import { isServed, podSpecOf, replicasOf } from './workloads.ts';

export const noSpread: LintRule = {
  name: 'no-spread',
  severity: 'warning',
  about: 'nothing keeps the pods of a workload behind a Service on different nodes or zones',
  find: (linted) => {
    const pods = podSpecOf(linted.object);
    const isSpread =
      listAt(pods, 'topologySpreadConstraints').length > 0 || isObject(objectAt(pods, 'affinity').podAntiAffinity);
    return where(
      !isSpread && (linted.isAutoscaled || replicasOf(linted.object) > 1) && isServed(linted),
      'neither topologySpreadConstraints nor podAntiAffinity: all of its pods may stand on one node',
    );
  },
};
