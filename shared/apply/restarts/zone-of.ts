import type { Manifest } from '../../rollout/release.ts';
import { at, isObject, listAt } from '../fields.ts';

const zoneLabel = 'topology.kubernetes.io/zone';

/**
 * The one failure zone that a workload's pods are bound to: by label on the workload or its pod template, by node selector, or by
 * required node affinity that allows one zone alone. `undefined` where they may run in several.
 */
export const zoneOf = (manifest: Manifest): string | undefined => {
  const pod = at(manifest, 'spec', 'template');
  const stated = [
    at(manifest, 'metadata', 'labels', zoneLabel),
    at(pod, 'metadata', 'labels', zoneLabel),
    at(pod, 'spec', 'nodeSelector', zoneLabel),
    requiredZone(pod),
  ];
  return stated.find((zone): zone is string => typeof zone === 'string' && zone !== '');
};

/** Terms are alternatives, so all of them must name the same zone. */
const requiredZone = (pod: unknown): string | undefined => {
  const affinity = at(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const zones = listAt(affinity, 'nodeSelectorTerms').map(zoneOfTerm);
  return new Set(zones).size === 1 ? zones[0] : undefined;
};

const zoneOfTerm = (term: unknown): string | undefined => {
  const allowed = listAt(term, 'matchExpressions')
    .filter(isObject)
    .filter(({ key, operator }) => key === zoneLabel && operator === 'In')
    .map((expression) => listAt(expression, 'values'));
  const only = allowed.find((values) => values.length === 1)?.[0];
  return typeof only === 'string' ? only : undefined;
};
