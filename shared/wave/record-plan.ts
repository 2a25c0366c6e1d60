import type { Digest } from '../blobs/blobs.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { describeFlag } from '../rollout/flag.ts';
import { brief } from '../rollout/outcome.ts';
import { describeActions, describeFindings, sumActions, sumFindings, type WavePlan } from '../rollout/plan.ts';
import type { RestartStep } from '../rollout/restarts.ts';
import type { Refused } from './describe-refused.ts';
import type { PlannedTargets } from './plan-targets.ts';

type Recorded = Pick<Outside, 'ledger' | 'clock'>;

/** Records that a wave is planned: what is done how often, what was found, what needs names, what is not reachable. Once per digest. */
export const recordPlan = async (
  ref: WaveRef,
  plan: WavePlan,
  digest: Digest,
  { planned }: PlannedTargets,
  { ledger, clock }: Recorded,
): Promise<void> => {
  const counts = sumActions(plan.targets.map((each) => each.counts));
  const findings = sumFindings(planned.map((each) => each.findings));
  const commit = (await readRollout(ledger, ref.rollout))?.commit.slice(0, 7) ?? '';
  const way = ref.direction === 'back' ? 'way back of ' : '';
  const text = [
    `${way}${ref.wave} planned at ${commit} on ${plan.targets.length} targets: ${describeActions(counts)}`,
    describeRestarts(planned.flatMap(({ restarts }) => restarts)),
    describeJobs(planned.reduce((all, { jobs }) => all + jobs, 0)),
    describeFindings(findings),
    describeNamed(plan.deletes?.count ?? 0),
    (plan.flags ?? []).map((flag) => `flag ${describeFlag(flag)}`).join(', '),
    describeLeft(planned.reduce((all, { left }) => all + left, 0)),
    plan.unreachable.length === 0 ? '' : `not reachable: ${plan.unreachable.map(({ target }) => target).join(', ')}`,
  ];
  await recordEvent(ledger, ref.rollout, `planned ${ref.wave} ${ref.direction} ${digest}`, {
    at: clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: text.filter((part) => part !== '').join('; '),
    details: { plan: digest, counts, findings },
  });
};

const describeRestarts = (steps: readonly RestartStep[]): string =>
  steps.length === 0
    ? 'nothing restarts'
    : `${steps.length} ${steps.length === 1 ? 'workload restarts' : 'workloads restart'} with ${steps.reduce((all, { pods }) => all + pods, 0)} pods`;

const describeJobs = (jobs: number): string => (jobs === 0 ? '' : `${jobs} ${jobs === 1 ? 'job runs' : 'jobs run'}`);

const describeNamed = (count: number): string =>
  count === 0
    ? ''
    : `${count} ${count === 1 ? 'object' : 'objects'} to be deleted only by an approval that names ${count === 1 ? 'it' : 'them'}`;

const describeLeft = (count: number): string =>
  count === 0 ? '' : `${count} ${count === 1 ? 'object stays' : 'objects stay'}, whose delete no approval names`;

/** Records that targets refused the plan of a wave, and gives the sentence that says so. */
export const recordRefusal = async (
  ref: WaveRef,
  { text, lines, more }: Refused,
  { ledger, clock }: Recorded,
): Promise<string> => {
  const because = `wave ${ref.wave} refused, nothing written in it: ${text}`;
  await recordEvent(ledger, ref.rollout, `refused ${ref.wave} ${ref.direction}`, {
    at: clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: brief(because, 2000),
    details: { refused: lines, more },
  });
  return because;
};
