import { listAt, numberAt, objectAt, textAt } from '../fields.ts';
import { hasLabels, type Labels, meets, readRequirement } from '../label-selector.ts';
import { type Amounts, readAmounts } from './amounts.ts';

/** A node, as far as it decides which pods it takes. */
export interface NodeRoom {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly unknown[];
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  readonly allocatable: Amounts;
}

export const readNode = (node: unknown): NodeRoom => ({
  name: textAt(node, 'metadata', 'name') ?? '',
  labels: objectAt(node, 'metadata', 'labels'),
  taints: listAt(node, 'spec', 'taints'),
  isReady: listAt(node, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  ),
  isCordoned: objectAt(node, 'spec').unschedulable === true,
  allocatable: readAmounts(objectAt(node, 'status').allocatable),
});

/** Taints that the DaemonSet controller lets its pods tolerate by itself. */
const daemonsTolerate = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
  'network-unavailable',
].map((name) => `node.kubernetes.io/${name}`);

/**
 * Whether a node may take a pod at all, room aside: ready, open, chosen by nodeSelector and required node affinity, its taints
 * tolerated. Affinity between pods and spreading are not looked at.
 */
export const takesPod = (node: NodeRoom, spec: unknown, isDaemon: boolean): boolean =>
  node.isReady &&
  (isDaemon || !node.isCordoned) &&
  hasLabels(node.labels, objectAt(spec, 'nodeSelector')) &&
  isAttracted(node, spec) &&
  node.taints.every((taint) => isTolerated(taint, spec, isDaemon));

const isAttracted = ({ name, labels }: NodeRoom, spec: unknown): boolean => {
  const terms = listAt(
    spec,
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  if (terms.length === 0) return true;
  return terms.some((term) => {
    const [expressions, fields] = [listAt(term, 'matchExpressions'), listAt(term, 'matchFields')];
    return (
      expressions.length + fields.length > 0 &&
      expressions.every((each) => meets(readRequirement(each), labels)) &&
      fields.every((each) => meets(readRequirement(each), { 'metadata.name': name }))
    );
  });
};

const isTolerated = (taint: unknown, spec: unknown, isDaemon: boolean): boolean => {
  const [key, value, effect] = [textAt(taint, 'key') ?? '', textAt(taint, 'value') ?? '', textAt(taint, 'effect')];
  if (effect === 'PreferNoSchedule' || (isDaemon && daemonsTolerate.includes(key))) return true;
  return listAt(spec, 'tolerations').some((toleration) => {
    const { key: tolerated, operator = 'Equal', value: equal = '', effect: of } = objectAt(toleration);
    if (of !== undefined && of !== '' && of !== effect) return false;
    if (operator === 'Exists') return tolerated === undefined || tolerated === '' || tolerated === key;
    return tolerated === key && equal === value;
  });
};

/** What a pod that runs has taken of its node. */
export interface PodOnNode {
  readonly node: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly requests: Amounts;
  readonly priority: number;
  /** The workload of the plan that it is of, if it is of one. */
  readonly of?: string;
}

export const priorityOf = (pod: unknown): number => numberAt(pod, 'spec', 'priority') ?? 0;
