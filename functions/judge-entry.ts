import { readLiftedBudgets } from '../shared/approval/lifted-budgets.ts';
import { readOutages } from '../shared/availability/watch-probers.ts';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { judgeEntry as judge } from '../shared/wave/judge-entry.ts';
import { lambdaOutside } from './outside.ts';
import { gateTools } from './tools/gates.ts';
import { enteredWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { testTools } from './tools/tests.ts';

/** State `JudgeEntry`: is what is live well, before anything of it is changed? */
export const judgeEntry = (all: Outside): Task =>
  rolloutTask(all, enteredWave, async ({ plan, isApproved, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const outages = await readOutages(outside);
    const lifted = isApproved ? await readLiftedBudgets(ref, plan, outside) : undefined;
    const entry = { plan, isApproved, outages, lifted };
    const tools = { ...gateTools(outside, plan), ...testTools(outside) };
    return judge(ref, release, waveOf(release, ref.wave), entry, tools, outside, invocation);
  });

/** What Lambda calls. */
export const handler = judgeEntry(lambdaOutside());
