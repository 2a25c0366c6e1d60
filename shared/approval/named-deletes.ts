import { getJson } from '../blobs/json.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { NamedDelete, ObjectId } from '../rollout/plan.ts';
import { approvalId } from './request-approval.ts';
import { readApproval } from './rows.ts';

/**
 * Which of these deletes on a target the approval of a plan does not name: those that its list does not have, and all of them where the
 * plan was not approved, or not with its deletes. Read before anything is deleted.
 */
export const readUnnamed = async (
  ref: WaveRef & { readonly plan: `sha256:${string}`; readonly target: string },
  deletes: readonly ObjectId[],
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly ObjectId[]> => {
  if (deletes.length === 0) return [];
  const approval = await readApproval(ledger, approvalId(ref, ref.plan));
  if (approval?.decision !== 'approved' || approval.deletes === undefined) return deletes;
  const named = await getJson<readonly NamedDelete[]>(blobs, approval.deletes.objects);
  return deletes.filter((id) => !named.some(({ target, object }) => target === ref.target && object === id));
};
