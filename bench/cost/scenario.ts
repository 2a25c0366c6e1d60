import type { Rollout } from '../../shared/cost/assess-cost.ts';

/** Three waves with a soak of half an hour. The times of a deployment are assumed: nothing has been timed in a cloud. */
export const hundredTargets: Rollout = {
  targets: 100,
  waves: 3,
  batchesPerWave: 4,
  applySlices: 1,
  settlePolls: 3,
  waveMinutes: 40,
  soakPolls: 30,
  deploymentSeconds: 15,
  stepSeconds: 1,
};

/** `AWS::CloudWatch::Alarm`s of resources/alarms.yml. */
export const alarms = 6;
