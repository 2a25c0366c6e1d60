import { settleTarget as settle } from '../shared/apply/settle-target.ts';
import { openDeployment } from '../shared/deployment/open-deployment.ts';
import { keepSettled } from '../shared/deployment/progress.ts';
import type { Task } from '../shared/lambda/task.ts';
import { readStop } from '../shared/ledger/waves.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { jobsAfter } from '../shared/rollout/jobs.ts';
import { lambdaOutside } from './outside.ts';
import { opening } from './tools/deploying.ts';
import { deploymentTask } from './tools/deployment-task.ts';

const lookMs = 25_000;

/** State `SettleTarget`: waits for what was applied to run. */
export const settleTarget = (all: Outside): Task =>
  deploymentTask(all, async (ref, { signal, deadline }, outside) => {
    const stop = await readStop(outside.ledger, ref);
    if (stop !== undefined) return { status: 'stopped', because: `wave ${ref.wave} is stopped: ${stop.because}` };
    const deployment = await openDeployment(ref, opening(outside), outside);
    const { release, cluster, rendered, kept, wave, target, plan } = deployment;
    const since = kept.appliedAt ?? outside.clock.now();
    const until = since + wave.settleWithinMs;
    const { namespace } = target;
    const input = { rendered, namespace, rules: release.settled, progress: kept.progress, since, until };
    // Looks at the stop flag again that often: a batch that is being given up is not waited for.
    const look = { signal, deadline: Math.min(deadline, outside.clock.now() + lookMs) };
    const answer = await keepSettled(ref, kept, await settle(input, { cluster, clock: outside.clock }, look), outside);
    return { ...answer, runsJobs: jobsAfter(plan) > 0 };
  });

/** What Lambda calls. */
export const handler = settleTarget(lambdaOutside());
