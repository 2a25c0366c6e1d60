import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { releaseOf, waveOf } from '../shared/release/release-of.ts';
import { judgeFlags } from '../shared/wave/judge-flags.ts';
import { judgeWave as judge } from '../shared/wave/judge-wave.ts';
import { verifyDeployed } from '../shared/wave/verify-target.ts';
import { lambdaOutside } from './outside.ts';
import { flagTools } from './tools/flags.ts';
import { gateTools } from './tools/gates.ts';
import { plannedWave } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';
import { seenTools } from './tools/seen.ts';
import { testTools } from './tools/tests.ts';
import { verifyingTools } from './tools/verifying.ts';

/** State `JudgeWave`: the exit gates, looked at once more. */
export const judgeWave = (all: Outside): Task =>
  rolloutTask(all, plannedWave, async ({ plan, ...ref }, invocation, outside) => {
    const release = await releaseOf(outside.blobs, ref.release);
    const verifyTarget = verifyDeployed(release, plan, verifyingTools(release.settled, outside), outside);
    const flags = flagTools(outside);
    const tools = {
      ...gateTools(outside, plan),
      ...testTools(outside),
      verifyTarget,
      readStandings: seenTools(outside).readStandings,
      judgeFlags: (signal: AbortSignal) => judgeFlags(ref, release, flags, outside, signal),
    };
    return judge(ref, release, waveOf(release, ref.wave), tools, outside, invocation);
  });

/** What Lambda calls. */
export const handler = judgeWave(lambdaOutside());
