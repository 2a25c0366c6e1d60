import type { Cluster } from '../clouds/cluster.ts';
import type { Invocation } from '../outside/outside.ts';
import { brief } from '../rollout/outcome.ts';
import { unnamedIn } from '../rollout/plan.ts';
import type { ApplyInput } from './apply-manifests.ts';
import { type ComparedTarget, compareTarget } from './compare-target.ts';
import { firstOf } from './first-of.ts';
import { spoken } from './object-id.ts';
import type { Refusal } from './refusals.ts';

/** A target as it is now, beside what the approved plan brings it: what that plan leaves standing stays. */
export const compareApproved = (
  { rendered, namespace, approved }: Pick<ApplyInput, 'rendered' | 'namespace' | 'approved'>,
  cluster: Cluster,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<ComparedTarget | readonly Refusal[]> =>
  compareTarget({ cluster, rendered, namespace, signal, tryCreates: false, kept: unnamedIn(approved) });

/** Why the work must stop: something is still to be deleted that an approval has to name, and none does. */
export const unnamedDeletes = (
  { rendered, unnamed = [] }: Pick<ApplyInput, 'rendered' | 'unnamed'>,
  { prunes, objects }: ComparedTarget,
): string | undefined => {
  const recreated = objects.filter(({ action }) => action === 'recreate');
  const left = [...recreated, ...prunes].map(({ id }) => id).filter((id) => unnamed.includes(id));
  if (left.length === 0) return undefined;
  return brief(
    `${rendered.target}: no approval names the delete of ${firstOf(left.map(spoken))}; have the plan approved with its deletes`,
  );
};
