import type { JobLog } from '../apply/jobs/job-log.ts';
import { putJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { changeJobRecord, readJobRecord } from '../ledger/jobs.ts';
import type { Outside } from '../outside/outside.ts';
import { type PlannedJob, sayJob } from '../rollout/jobs.ts';
import { brief } from '../rollout/outcome.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/**
 * The jobs of a deployment's target, in the ledger: each is told in the history of the rollout as it begins and as it ends. What it wrote is
 * a blob.
 */
export const jobLog = (ref: DeploymentRef, outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>): JobLog => {
  const { ledger, blobs, clock } = outside;
  const by = deploymentName(ref);
  const keyOf = ({ id, release }: PlannedJob) => ({ target: ref.target, release, id });
  const now = () => ({ by, now: clock.now() });
  const tell = (text: string, logs?: string): Promise<void> =>
    recordEvent(ledger, ref.rollout, `job ${ref.wave} ${ref.direction} ${ref.target} ${text}`, {
      at: clock.now(),
      kind: 'job',
      wave: ref.wave,
      target: ref.target,
      text: `${ref.target} ${text}`,
      ...(logs === undefined ? {} : { details: { logs } }),
    });
  return {
    by,
    read: (job) => readJobRecord(ledger, keyOf(job)),
    begin: async (job, again) => {
      const record = await changeJobRecord(ledger, keyOf(job), { is: 'begin', again }, now());
      await tell(`runs ${sayJob(job)}${again ? ', again' : ''}`);
      return record;
    },
    created: (job, found) => changeJobRecord(ledger, keyOf(job), { is: 'created', ...found }, now()),
    ending: (job, because) => changeJobRecord(ledger, keyOf(job), { is: 'ending', because }, now()),
    ended: async (job, { output, ...how }) => {
      const logs = output.length === 0 ? {} : { logs: await putJson(blobs, output) };
      const record = await changeJobRecord(ledger, keyOf(job), { is: 'ended', ...how, ...logs }, now());
      const why = record.because === undefined ? '' : `: ${brief(record.because, 300)}`;
      await tell(`job ${job.name} ${record.state === 'complete' ? 'is complete' : 'failed'}${why}`, record.logs);
      return record;
    },
  };
};
