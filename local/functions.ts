import './loaded-ahead.ts';
import { applyManifests } from '../functions/apply-manifests.ts';
import { awaitEntry } from '../functions/await-entry.ts';
import { chainAudit } from '../functions/chain-audit.ts';
import { closeGates } from '../functions/close-gates.ts';
import { concludeDeployment } from '../functions/conclude-deployment.ts';
import { concludeRollout } from '../functions/conclude-rollout.ts';
import { concludeWave } from '../functions/conclude-wave.ts';
import { detectDrift } from '../functions/detect-drift.ts';
import { judgeEntry } from '../functions/judge-entry.ts';
import { judgeWave } from '../functions/judge-wave.ts';
import { keepBlobs } from '../functions/keep-blobs.ts';
import { nextBatch } from '../functions/next-batch.ts';
import { planWave } from '../functions/plan-wave.ts';
import { prepareRelease } from '../functions/prepare-release.ts';
import { previewFleet } from '../functions/preview-fleet.ts';
import { probeAvailability } from '../functions/probe-availability.ts';
import { probeWave } from '../functions/probe-wave.ts';
import { pruneObjects } from '../functions/prune-objects.ts';
import { receiveAlerts } from '../functions/receive-alerts.ts';
import { receiveArtifact } from '../functions/receive-artifact.ts';
import { receiveMerge } from '../functions/receive-merge.ts';
import { receiveTest } from '../functions/receive-test.ts';
import { requestApproval } from '../functions/request-approval.ts';
import { runJobs } from '../functions/run-jobs.ts';
import { sendNotices } from '../functions/send-notices.ts';
import { setFlags } from '../functions/set-flags.ts';
import { settleTarget } from '../functions/settle-target.ts';
import { sweepTurns } from '../functions/sweep-turns.ts';
import { takeOffFlags } from '../functions/take-off-flags.ts';
import { takeTurn } from '../functions/take-turn.ts';
import { watchProbers } from '../functions/watch-probers.ts';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import type { InvokeAnswer, InvokeCall } from './engine/calls.ts';

/** Every function of `serverless.yml` but the console, by its key there. */
const factories = {
  applyManifests,
  awaitEntry,
  chainAudit,
  closeGates,
  concludeDeployment,
  concludeRollout,
  concludeWave,
  detectDrift,
  judgeEntry,
  judgeWave,
  keepBlobs,
  nextBatch,
  planWave,
  prepareRelease,
  previewFleet,
  probeAvailability,
  probeWave,
  pruneObjects,
  receiveAlerts,
  receiveArtifact,
  receiveMerge,
  receiveTest,
  requestApproval,
  runJobs,
  sendNotices,
  setFlags,
  settleTarget,
  sweepTurns,
  takeOffFlags,
  takeTurn,
  watchProbers,
} as const satisfies Record<string, (outside: Outside) => Task>;

export type FunctionName = keyof typeof factories;

/** Every function has this long on one machine, as the longest of them has on Lambda. */
const timeoutMs = 120_000;

export interface LocalFunctions {
  /** Calls a function as Lambda would, its failures by name and message. */
  invoke(call: InvokeCall): Promise<InvokeAnswer>;
  /** Calls a function by its name; rejects with what it throws. */
  call(name: FunctionName, event: unknown): Promise<unknown>;
}

/** The functions of this machine, made once with what is outside. What goes in and comes out passes through JSON, as on Lambda. */
export const localFunctions = (outside: Outside): LocalFunctions => {
  const tasks = new Map<string, Task>(Object.entries(factories).map(([name, make]) => [name, make(outside)]));
  const call = async (name: string, event: unknown): Promise<unknown> => {
    const task = tasks.get(name);
    if (task === undefined) throw new TypeError(`function ${name} is not on this machine`);
    const ends = outside.clock.now() + timeoutMs;
    const answer = await task(JSON.parse(JSON.stringify(event)), {
      getRemainingTimeInMillis: () => ends - outside.clock.now(),
    });
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  };
  return {
    call,
    invoke: async ({ functionArn, payload }) => {
      const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
      try {
        return { ok: true, payload: await call(name, payload) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error(String(error));
        outside.log.error('function failed', { function: name, error: errorType, because: errorMessage });
        return { ok: false, error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace: [] }) };
      }
    },
  };
};
