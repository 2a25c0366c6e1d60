import { requestApproval as request } from '../shared/approval/request-approval.ts';
import { getJson } from '../shared/blobs/json.ts';
import type { Task } from '../shared/lambda/task.ts';
import { readJudgements } from '../shared/ledger/waves.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { approvalAsk } from '../shared/rollout/approval-ask.ts';
import { audienceOf } from '../shared/rollout/audience.ts';
import { InvalidInput } from '../shared/rollout/failures.ts';
import { openBudgets } from '../shared/rollout/lifted-budgets.ts';
import type { WavePlan } from '../shared/rollout/plan.ts';
import { lambdaOutside } from './outside.ts';
import { waitingPlan } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { noticeOf } from './tools/tell.ts';

/** State `RequestApproval`: asks people about the plan; the decision goes to the task token. */
export const requestApproval = (all: Outside): Task =>
  rolloutTask(all, waitingPlan, async ({ token, plan, ...ref }, _, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const ask = approvalAsk(release, waveOf(release, ref.wave), await getJson<WavePlan>(outside.blobs, plan));
    if (ask === undefined) throw new InvalidInput(`wave ${ref.wave}: nothing in plan ${plan} asks for an approval`);
    const budgets = openBudgets(
      (await readJudgements(outside.ledger, ref)).filter(({ moment }) => moment === 'before'),
    );
    const withBudgets = budgets.length === 0 ? ask : { ...ask, budgets };
    const text = `wave ${ref.wave} of rollout ${ref.rollout} waits for ${ask.people} of ${ask.roles.join(', ')} to approve it`;
    // A private target's own wave is named after it.
    const audience = audienceOf(release.targets[ref.wave]);
    const tools = {
      steps: stepFunctions(outside),
      noticeOf: (approval: string) =>
        noticeOf({ key: `approval ${approval}`, text, path: `/approvals/${approval}` }, outside, audience),
    };
    return request(ref, plan, withBudgets, release.roles, token, tools, outside);
  });

/** What Lambda calls. */
export const handler = requestApproval(lambdaOutside());
