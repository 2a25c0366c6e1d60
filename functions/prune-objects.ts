import { pruneObjects as prune } from '../shared/apply/prune-objects.ts';
import { openForWriting } from '../shared/deployment/open-deployment.ts';
import { keepSlice } from '../shared/deployment/progress.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { applyInput, opening, writingOf } from './tools/deploying.ts';
import { deploymentRef } from './tools/inputs.ts';

/** State `PruneObjects`: one slice of deleting what the release no longer has. */
export const pruneObjects = (outside: Outside): Task =>
  task(outside, deploymentRef, async (ref, invocation) => {
    const deployment = await openForWriting(ref, opening(outside), outside, invocation);
    const writing = await writingOf(ref, deployment, outside, invocation);
    const slice = await prune(await applyInput(ref, deployment, outside), writing, invocation);
    return keepSlice(ref, deployment.kept, slice, outside);
  });

/** What Lambda calls. */
export const handler = pruneObjects(lambdaOutside());
