import { requestApproval as request } from '../shared/approval/request-approval.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { InvalidInput } from '../shared/rollout/failures.ts';
import { lambdaOutside } from './outside.ts';
import { waitingPlan } from './tools/inputs.ts';

/** State `RequestApproval`: asks people about the plan; the decision goes to the task token. */
export const requestApproval = (outside: Outside): Task =>
  task(outside, waitingPlan, async ({ token, plan, ...ref }) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const { approval } = waveOf(release, ref.wave);
    if (approval === undefined) throw new InvalidInput(`wave ${ref.wave}: its config asks for no approval`);
    return request(ref, plan, approval, release.roles, token, stepFunctions(outside), outside);
  });

/** What Lambda calls. */
export const handler = requestApproval(lambdaOutside());
