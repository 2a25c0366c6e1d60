import type { ObjectId } from '../../rollout/plan.ts';
import type { LiveObject } from '../live-object.ts';
import { identityOf } from '../object-id.ts';
import { matchLabelsOf, selectorOf } from './newest-pods.ts';

/** What one request can ask for: a superset of what the selectors of some workloads find. */
export interface SelectorGroup {
  readonly namespace: string;
  readonly selector: string;
  readonly workloads: readonly ObjectId[];
}

/** Values in one selector: it is part of a URL, and a proxy may take no more than 8 KB of that. */
const mostValues = 50;

/**
 * Covers the selectors of many workloads with few: selectors that differ in one label only, as they do in almost every release,
 * become one with `in`. What it finds too much has other owners. Workloads without a selector are left out.
 */
export const groupSelectors = (workloads: readonly LiveObject[]): readonly SelectorGroup[] => {
  const namespaces = new Map<string, LiveObject[]>();
  for (const workload of workloads.filter((each) => selectorOf(each) !== undefined)) {
    const { namespace = '' } = workload.metadata;
    namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), workload]);
  }
  return [...namespaces].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, each]) => groupWithin(each));
};

const groupWithin = (workloads: readonly LiveObject[]): readonly SelectorGroup[] => {
  const [first] = workloads;
  if (first === undefined) return [];
  const label = mostTelling(workloads);
  const sharing = label === undefined ? [] : workloads.filter((each) => labelValue(each, label) !== undefined);
  // Alone, or without a label to share: by its whole selector.
  if (label === undefined || sharing.length < 2) return workloads.map(alone);
  const values = [...new Set(sharing.map((each) => String(labelValue(each, label))))].sort();
  const chunks = Array.from({ length: Math.ceil(values.length / mostValues) }, (_, chunk) =>
    values.slice(chunk * mostValues, (chunk + 1) * mostValues),
  );
  const groups = chunks.map((some) => ({
    namespace: first.metadata.namespace ?? '',
    selector: `${label} in (${some.join(',')})`,
    workloads: sharing.filter((each) => some.includes(String(labelValue(each, label)))).map(identityOf),
  }));
  return [...groups, ...groupWithin(workloads.filter((each) => !sharing.includes(each)))];
};

const alone = (workload: LiveObject): SelectorGroup => ({
  namespace: workload.metadata.namespace ?? '',
  selector: selectorOf(workload) ?? '',
  workloads: [identityOf(workload)],
});

const labelValue = (workload: LiveObject, label: string): unknown => matchLabelsOf(workload)[label];

/** The label that most of them select by; of equals the one with the most values, which finds the least beside them. */
const mostTelling = (workloads: readonly LiveObject[]): string | undefined => {
  const labels = [...new Set(workloads.flatMap((each) => Object.keys(matchLabelsOf(each))))].sort();
  const counted = labels.map((label) => {
    const values = workloads.flatMap((each) => labelValue(each, label) ?? []);
    return { label, users: values.length, values: new Set(values).size };
  });
  return counted.sort((a, b) => b.users - a.users || b.values - a.values)[0]?.label;
};
