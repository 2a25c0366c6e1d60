import { runJobs as run } from '../shared/apply/run-jobs.ts';
import { orHeld } from '../shared/deployment/held.ts';
import { jobLog } from '../shared/deployment/job-log.ts';
import { openForWriting } from '../shared/deployment/open-deployment.ts';
import { keepSlice } from '../shared/deployment/progress.ts';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { applyInput, opening, writingOf } from './tools/deploying.ts';
import { deploymentTask } from './tools/deployment-task.ts';

/** State `RunJobs`: one slice of the jobs that come when all has settled. */
export const runJobs = (all: Outside): Task =>
  deploymentTask(all, async (ref, invocation, outside) => {
    const deployment = await openForWriting(ref, opening(outside), outside, invocation);
    if ('held' in deployment) return deployment.held;
    const writing = { ...(await writingOf(ref, deployment, outside, invocation)), jobs: jobLog(ref, outside) };
    const slice = await run(await applyInput(ref, deployment, outside), writing, invocation);
    return keepSlice(ref, deployment.kept, orHeld(slice, deployment.hold(), outside.clock.now()), outside);
  });

/** What Lambda calls. */
export const handler = runJobs(lambdaOutside());
