import { beginTestRun, changeTestRun, type TestRun } from '../ledger/test-runs.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { digestOf } from '../rollout/digest.ts';
import type { TestGate } from '../rollout/gate.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { isMissing } from '../secrets/secrets.ts';
import { askCallback } from './ask-callback.ts';
import { askWorkflow } from './ask-workflow.ts';
import { judgeJob } from './judge-job.ts';

/** Which test of which wave. */
export interface TestOrder {
  readonly ref: WaveRef;
  readonly gate: string;
  readonly spec: TestGate;
  readonly moment: TestRun['moment'];
  /** Before: since when the entry is judged. Judged anew, as after an approval, it is another test. */
  readonly enteredAt?: number;
  /** Absent: it is of the wave as a whole. */
  readonly target?: Target;
}

export type TestOutside = Pick<Outside, 'ledger' | 'clock' | 'http' | 'secrets' | 'settings'>;

/** What asking for a test, or looking for it again, has shown; the answer where there is one. */
export type Asked = Pick<TestRun, 'triedAt' | 'askedAt' | 'run' | 'link' | 'trouble' | 'answer'>;

/**
 * One look at a test: asks for it where nobody has, finds out how it stands, and judges. Each is asked for once, whoever calls this how often;
 * it takes one or two requests. Without an answer when its time is over it is inconclusive for good, as is one that nobody could be asked for.
 * Rejects when `signal` aborts.
 */
export const lookAtTest = async (order: TestOrder, outside: TestOutside, signal: AbortSignal): Promise<Judgement> => {
  if ('job' in order.spec.test) return judgeJob(order, order.spec.test.job, outside);
  const { ledger, clock } = outside;
  let run = await beginTestRun(ledger, newRun(order, clock.now()));
  if (run.answer === undefined && clock.now() <= run.until) {
    const asked = await ask(order, run, outside, signal);
    if (asked !== undefined) run = (await changeTestRun(ledger, run.id, asked)) ?? run;
  }
  if (run.answer === undefined && clock.now() > run.until) {
    const trouble = run.trouble === undefined ? '' : `; ${run.trouble}`;
    const because = `no answer within ${order.spec.withinMs / 1000} s${trouble}`;
    const answer = { verdict: 'inconclusive', because, at: run.until } as const;
    run = (await changeTestRun(ledger, run.id, { answer })) ?? run;
  }
  return judge(order, run);
};

const ask = async (
  order: TestOrder,
  run: TestRun,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<Asked | undefined> => {
  const { test } = order.spec;
  try {
    if ('workflow' in test) return await askWorkflow(test, order, run, outside, signal);
    return 'callback' in test && run.askedAt === undefined
      ? await askCallback(test, order, run, outside, signal)
      : undefined;
  } catch (error) {
    // Somebody may still store it while the test is waited for.
    if (isMissing(error)) return { trouble: error.message };
    throw error;
  }
};

const newRun = ({ ref, gate, moment, enteredAt, target, spec }: TestOrder, now: number): TestRun => {
  const { rollout, wave } = ref;
  const about = {
    ...{ rollout, wave, gate, moment },
    ...(enteredAt === undefined ? {} : { enteredAt }),
    ...(target === undefined ? {} : { target: target.name }),
  };
  const id = `te-${digestOf(JSON.stringify(about)).slice(7, 27)}`;
  return { id, ...about, begunAt: now, until: now + spec.withinMs };
};

const judge = (
  { gate, spec, target }: TestOrder,
  { begunAt, until, answer, askedAt, link, trouble, id }: TestRun,
): Judgement => {
  const base = {
    gate,
    kind: 'test',
    ...(target === undefined ? {} : { target: target.name }),
    query: id,
    source: answer?.link ?? link ?? saidOf(spec),
  } as const;
  if (answer !== undefined) {
    const { verdict, because, at } = answer;
    return { ...base, verdict, because, window: { from: begunAt, to: at } };
  }
  const what =
    askedAt === undefined ? `could not be asked for yet${trouble === undefined ? '' : `: ${trouble}`}` : 'runs';
  const because = `${saidOf(spec)} ${what}, since ${new Date(begunAt).toISOString()}; expected to end by ${new Date(until).toISOString()}`;
  return { ...base, verdict: 'inconclusive', because };
};

const saidOf = ({ test }: TestGate): string => {
  if ('job' in test) return `job ${test.job}`;
  return 'callback' in test
    ? `test at ${URL.parse(test.callback)?.host ?? 'its callback'}`
    : `workflow ${test.workflow}`;
};
