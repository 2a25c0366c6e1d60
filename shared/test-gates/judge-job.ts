import { readJobRecords } from '../ledger/jobs.ts';
import { jobName } from '../rollout/jobs.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { TestOrder, TestOutside } from './look-at-test.ts';

/**
 * Judges a test that is a Job of the release, by what is on record of it: it ran in the deployment, once for the release on the target, and
 * what it wrote is kept there. One that has no record, or no end, is inconclusive.
 */
export const judgeJob = async (
  { gate, ref, target }: TestOrder,
  job: string,
  { ledger }: Pick<TestOutside, 'ledger'>,
): Promise<Judgement> => {
  const base = {
    gate,
    kind: 'test',
    ...(target === undefined ? {} : { target: target.name }),
    source: `job ${job}`,
  } as const;
  const name = jobName(job, ref.release);
  const records = target === undefined ? [] : await readJobRecords(ledger, target.name, ref.release);
  const record = records.find(({ id }) => id.endsWith(`/${name}`));
  if (record === undefined)
    return { ...base, verdict: 'inconclusive', because: `job ${job} has not run for this release` };
  const { state, begunAt, endedAt, because } = record;
  const window = { from: begunAt, to: endedAt ?? begunAt };
  const told = { ...base, query: name, window };
  if (endedAt === undefined) return { ...told, verdict: 'inconclusive', because: `job ${job} has not ended` };
  const at = new Date(endedAt).toISOString();
  if (state === 'complete') return { ...told, verdict: 'pass', because: `job ${job} completed at ${at}` };
  return { ...told, verdict: 'fail', because: `job ${job} failed at ${at}: ${because ?? 'no reason was recorded'}` };
};
