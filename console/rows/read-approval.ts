import type { Approval } from '../../shared/approval/approval.ts';
import { readApproval } from '../../shared/approval/rows.ts';
import { getJson } from '../../shared/blobs/json.ts';
import { getPlanned } from '../../shared/blobs/planned-target.ts';
import { readTargetStates, type TargetState } from '../../shared/ledger/target-state.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { ObjectId, WavePlan } from '../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import type { PlannedOnTarget } from '../views/diff-groups.ts';
import type { FoundOnTarget } from '../views/findings.ts';
import { readRolloutRows } from './read-rollout.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** The plan of a target, what was found, and which of its deletes an approval has to name. */
export type PlannedRows = PlannedOnTarget & FoundOnTarget & { readonly named: readonly ObjectId[] };

/** All that a decision is made on. */
export interface ApprovalRows {
  readonly approval: Approval;
  readonly rollout: RolloutRows;
  readonly plan: WavePlan;
  readonly planned: readonly PlannedRows[];
  readonly states: ReadonlyMap<string, TargetState>;
}

/** An approval with its plan, target by target; `undefined` when there is none of that id. Reads only. */
export const readApprovalRows = async (
  id: string,
  stored: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<ApprovalRows | undefined> => {
  const approval = await readApproval(stored.ledger, id);
  if (approval === undefined) return undefined;
  const rollout = await readRolloutRows(approval.rollout, stored);
  if (rollout?.release === undefined) return undefined;
  const { targets } = rollout.release;
  const plan = await getJson<WavePlan>(stored.blobs, approval.plan);
  const planned = await Promise.all(
    plan.targets.map(async ({ target: name, planned: digest }): Promise<PlannedRows[]> => {
      const target = targets[name];
      if (target === undefined) return [];
      const { plan: own, findings, deletes } = await getPlanned(stored.blobs, digest);
      const creates = own.objects.some(({ action }) => action === 'create');
      const rendered = creates ? { rendered: await getJson<RenderedTarget>(stored.blobs, own.rendered) } : {};
      return [{ target, plan: own, findings, named: deletes?.objects ?? [], ...rendered }];
    }),
  );
  return { approval, rollout, plan, planned: planned.flat(), states: await readTargetStates(stored.ledger) };
};
