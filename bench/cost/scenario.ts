import { assumed, type Rollout } from '../../shared/cost/assess-cost.ts';

/** Three waves with a soak of half an hour. */
export const hundredTargets: Rollout = {
  ...assumed,
  targets: 100,
  waves: 3,
  batchesPerWave: 4,
  waveMinutes: 40,
  soakPolls: 30,
};

/** What of `resources/` is paid by the month. */
export const provisioned = { keys: 2, alarms: 10, dashboards: 1 };
