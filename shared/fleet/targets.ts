import { type Selector, selects } from '../rollout/selector.ts';
import type { Locator, PrivateInstance, Target } from '../rollout/target.ts';
import { toApproval } from './approvals.ts';
import type { TargetEntry } from './config.ts';
import { durationMs } from './duration.ts';

/** One target of the config under its name. */
export const toTarget = (name: string, entry: TargetEntry): Target => ({
  name,
  locator: locatorOf(entry),
  labels: entry.labels,
  namespace: entry.namespace,
  allow: entry.allow,
  ...(entry.admissionPolicy === 'install' ? {} : { admissionPolicy: entry.admissionPolicy }),
  ...(entry.maxDeletes === undefined ? {} : { maxDeletes: entry.maxDeletes }),
  ...(entry.window === undefined ? {} : { window: entry.window }),
  ...(entry.restartsPerMinute === undefined ? {} : { restartsPerMinute: entry.restartsPerMinute }),
  ...(entry.private === undefined ? {} : { private: toPrivate(entry.private) }),
});

const toPrivate = ({ roles, approval, maxLag, notify }: NonNullable<TargetEntry['private']>): PrivateInstance => ({
  roles,
  ...(approval === undefined ? {} : { approval: toApproval(approval) }),
  ...(maxLag === undefined ? {} : { maxLagMs: durationMs(maxLag) }),
  ...(notify === undefined ? {} : { notifySecret: notify }),
});

/** All targets of the config, sorted by name. */
export const toTargets = (entries: Readonly<Record<string, TargetEntry>>): readonly Target[] =>
  Object.entries(entries)
    .map(([name, entry]) => toTarget(name, entry))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** The targets that a selector asks for, in the order given. */
export const selectTargets = (selector: Selector, targets: readonly Target[]): readonly Target[] =>
  targets.filter((target) => selects(selector, target));

const locatorOf = (entry: TargetEntry): Locator => {
  if ('eks' in entry) return { eks: defined(entry.eks) };
  if ('gke' in entry) return { gke: defined(entry.gke) };
  if ('aks' in entry) return { aks: defined(entry.aks) };
  return { kubeconfig: defined(entry.kubeconfig) };
};

/** A copy without the members that are `undefined`: a locator is hashed and stored, where they would be lost or differ. */
const defined = <Fields extends object>(
  fields: Fields,
): { [Field in keyof Fields]: Exclude<Fields[Field], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Fields]: Exclude<Fields[Field], undefined>;
  };
