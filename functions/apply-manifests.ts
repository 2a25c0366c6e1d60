import { applyManifests as apply } from '../shared/apply/apply-manifests.ts';
import { orHeld } from '../shared/deployment/held.ts';
import { jobLog } from '../shared/deployment/job-log.ts';
import { openForWriting } from '../shared/deployment/open-deployment.ts';
import { keepSlice } from '../shared/deployment/progress.ts';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { applyInput, opening, restartingOf, writingOf } from './tools/deploying.ts';
import { deploymentTask } from './tools/deployment-task.ts';

/** State `ApplyManifests`: one slice of making a target match what is rendered for it. */
export const applyManifests = (all: Outside): Task =>
  deploymentTask(all, async (ref, invocation, outside) => {
    const deployment = await openForWriting(ref, opening(outside), outside, invocation);
    if ('held' in deployment) return deployment.held;
    const restarting = restartingOf(ref, deployment, outside);
    const writing = {
      ...(await writingOf(ref, deployment, outside, invocation)),
      restarting,
      jobs: jobLog(ref, outside),
    };
    const slice = await apply(await applyInput(ref, deployment, outside), writing, invocation);
    const kept = { ...deployment.kept, turnsSince: restarting.since };
    return keepSlice(ref, kept, orHeld(slice, deployment.hold(), outside.clock.now()), outside);
  });

/** What Lambda calls. */
export const handler = applyManifests(lambdaOutside());
