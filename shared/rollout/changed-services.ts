import type { TargetPlan } from './plan.ts';

/** Services of which a plan changes something, in the order of their objects. */
export const changedServices = ({ objects }: Pick<TargetPlan, 'objects'>): readonly string[] => [
  ...new Set(objects.filter(({ action }) => action !== 'unchanged').map(({ service }) => service)),
];
