import type { Invocation } from '../outside/outside.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import { cleanJobsEach } from './alone/clean-jobs-each.ts';
import { insist } from './alone/patience.ts';
import { planJobsAlone } from './alone/plan-jobs-alone.ts';
import { pruneEach } from './alone/prune-each.ts';
import { tellPlannedJobs } from './alone/run-jobs-each.ts';
import type { AloneInput, AloneOutside, Setting } from './alone/setting.ts';
import { settleEach } from './alone/settle-each.ts';
import { tellPlanned } from './alone/tell-planned.ts';
import { tellRefused } from './alone/tell-refused.ts';
import { tellUnwaited } from './alone/tell-unwaited.ts';
import { type AloneReport, beginTelling } from './alone/telling.ts';
import { runAfterEach, writeAround } from './alone/write-around.ts';
import { planAloneRestarts } from './alone-restarts.ts';
import type { AloneSummary } from './alone-words.ts';
import { compareEach } from './compare-each.ts';
import { identityOf } from './object-id.ts';

export interface AloneResult {
  readonly summary: AloneSummary;
  /** Members that left the set and stay all the same: they hold state or ask for it, or pods may still read them. */
  readonly kept: readonly ObjectId[];
}

/**
 * Applies a set to one cluster, object by object: one that is refused stops only what needs it. What left the set is removed, but only
 * after everything was applied and, where that is waited for, is ready. `report` is told of each object once, as it ends. Twice is
 * safe, and an unchanged set writes nothing. Never throws for what cluster or network do: the objects concerned are `failed`.
 */
export const applyAlone = async (
  input: AloneInput,
  outside: AloneOutside,
  invocation: Invocation,
  report: AloneReport,
): Promise<AloneResult> => {
  let answers = 0;
  const { cluster } = outside;
  const setting: Setting = {
    ...outside,
    input,
    rendered: { target: `set ${input.set}`, services: [{ service: input.set, objects: input.objects }] },
    invocation,
    telling: beginTelling(report),
    begunJobs: new Set(),
    cluster: {
      target: cluster.target,
      request: async (path, init) => {
        const response = await cluster.request(path, init);
        answers++;
        return response;
      },
    },
    hasAnswered: () => answers > 0,
  };
  const kept = await carryOut(setting);
  return { summary: setting.telling.summary(), kept };
};

const carryOut = async (setting: Setting): Promise<readonly ObjectId[]> => {
  const { input, invocation, interrupted, telling } = setting;
  const tried = await insist(setting, () =>
    compareEach({ ...setting, namespace: input.namespace, signal: invocation.signal, isDryRun: input.dryRun }),
  );
  if ('trouble' in tried) {
    const reason = brief(tried.trouble.message);
    for (const { object } of input.objects) telling.tell({ identity: identityOf(object), action: 'failed', reason });
    return [];
  }
  const result = planAloneRestarts(tried.result, setting.rendered);
  const { compared, refusals, restarts } = result;
  tellRefused(setting, result);
  if (compared === undefined || restarts === undefined) return [];
  const runs = planJobsAlone(compared.jobs, input, setting.rendered);
  if (input.dryRun) {
    const staying = tellPlanned(setting, result, compared);
    await tellPlannedJobs(setting, runs);
    return staying;
  }
  const written = await writeAround(setting, compared, restarts, runs);
  const isReady = await (input.wait ? settleEach : tellUnwaited)(setting, compared, written);
  const haveRun = await runAfterEach(setting, compared, runs, written.isWhole && isReady);
  const isDone = refusals.length === 0 && written.isWhole && isReady && haveRun;
  const mayPrune = input.prune && isDone && !interrupted.aborted;
  if (mayPrune && setting.begunJobs.size > 0) await cleanJobsEach(setting, runs, compared.jobs);
  return mayPrune ? pruneEach(setting, compared) : [];
};
