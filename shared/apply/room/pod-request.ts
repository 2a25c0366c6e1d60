import { isObject, listAt, objectAt, textAt } from '../fields.ts';
import { type Amounts, addAmounts, largerOf, readAmounts } from './amounts.ts';

/** What one pod takes of its node and of the quotas of its namespace. */
export interface PodDemand {
  /** `pods` is one of it. */
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/**
 * What the scheduler counts of a pod: its containers together, or an init container with the sidecars that run beside it where that is
 * more, and the overhead of its runtime. A limit without a request is a request. Resources of the pod itself come before those of its
 * containers. A LimitRange's defaults are not known here: a pod that states nothing counts as nothing.
 */
export const podDemand = (spec: unknown): PodDemand => ({
  requests: { ...demandOf(spec, requestsOf), pods: 1000 },
  limits: demandOf(spec, limitsOf),
});

type Reading = (resources: unknown) => Amounts;

const requestsOf: Reading = (resources) => ({
  ...readAmounts(objectAt(resources, 'limits')),
  ...readAmounts(objectAt(resources, 'requests')),
});

const limitsOf: Reading = (resources) => readAmounts(objectAt(resources, 'limits'));

const demandOf = (spec: unknown, read: Reading): Amounts => {
  const of = (container: unknown) => read(objectAt(container, 'resources'));
  let sidecars: Amounts = {};
  let initial: Amounts = {};
  for (const container of listAt(spec, 'initContainers')) {
    if (textAt(container, 'restartPolicy') === 'Always') sidecars = addAmounts(sidecars, of(container));
    else initial = largerOf(initial, addAmounts(sidecars, of(container)));
  }
  const running = addAmounts(sidecars, ...listAt(spec, 'containers').map(of));
  const { resources } = objectAt(spec);
  const own = isObject(resources) ? read(resources) : {};
  return addAmounts({ ...largerOf(running, initial), ...own }, readAmounts(objectAt(spec, 'overhead')));
};
