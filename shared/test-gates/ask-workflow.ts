import { changeTestRun, type TestRun } from '../ledger/test-runs.ts';
import type { WorkflowTest } from '../rollout/gate.ts';
import { fillPlaceholders } from '../rollout/placeholders.ts';
import { dispatchWorkflow, findRun, readRun, type WorkflowRun } from './github-actions.ts';
import type { Asked, TestOrder, TestOutside } from './look-at-test.ts';

/** For so long a start may be under way that nobody knows the outcome of. */
const underWayMs = 60_000;

/**
 * Starts a workflow once and finds out how it stands. It is known by the id of the test, which is its input `tidegate` and has to be in its
 * `run-name`; GitHub tells the run's number at the start, too, where it can. A start whose outcome is not known is looked for before another is
 * made. A conclusion other than `success` and `failure` says nothing, and never passes.
 */
export const askWorkflow = async (
  test: WorkflowTest,
  { target }: TestOrder,
  run: TestRun,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<Asked | undefined> => {
  const { clock } = outside;
  if (run.run !== undefined) {
    const found = await readRun(test, run.run, outside, signal);
    return 'failed' in found ? { trouble: found.failed } : knownOf(found, run, clock.now());
  }
  // It was started, or an attempt before this one may have done so and died.
  if (run.askedAt !== undefined || (run.triedAt ?? 0) > 0) {
    const found = await findRun(test, run, outside, signal);
    if (found !== undefined && 'failed' in found) return { trouble: found.failed };
    if (found !== undefined) return knownOf(found, run, clock.now());
    if (run.askedAt !== undefined || clock.now() < (run.triedAt ?? 0) + underWayMs) {
      return {
        trouble: `no run of ${test.workflow} is named ${run.id} yet; its run-name must have \${{ inputs.tidegate }}`,
      };
    }
  }
  const filled = Object.entries(test.inputs).map(([name, text]) => [
    name,
    target === undefined ? text : fillPlaceholders(text, target, (value) => value),
  ]);
  await changeTestRun(outside.ledger, run.id, { triedAt: clock.now() });
  const started = await dispatchWorkflow(test, { ...Object.fromEntries(filled), tidegate: run.id }, outside, signal);
  if ('failed' in started) return { trouble: started.failed, ...(started.isAnswered ? { triedAt: 0 } : {}) };
  return { askedAt: clock.now(), ...(started.run === undefined ? {} : { run: started.run }) };
};

const knownOf = ({ id, link, conclusion }: WorkflowRun, { askedAt }: TestRun, now: number): Asked => {
  const known = { run: id, link, askedAt: askedAt ?? now };
  if (conclusion === undefined) return known;
  const verdict = conclusion === 'success' ? 'pass' : conclusion === 'failure' ? 'fail' : 'inconclusive';
  const expected = verdict === 'pass' ? '' : ', expected success';
  return {
    ...known,
    answer: { verdict, because: `run ${id} concluded ${conclusion}${expected}: ${link}`, at: now, link },
  };
};
