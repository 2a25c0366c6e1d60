import { durationMs } from '../../shared/fleet/duration.ts';
import type { Behaviour } from '../fleet/kubernetes/behaviour.ts';
import type { Scenario } from './scenario-schema.ts';

/** What a scenario says is bad in the new version, as the simulated clusters have it. Pure. */
export const badness = ({
  health,
  errors,
  latency,
  crash,
  hangs,
  pull,
}: Scenario['to']['behaves']): Partial<Behaviour> => ({
  ...(health === undefined ? {} : { health }),
  ...(errors === undefined ? {} : { errorRatio: errors }),
  ...(latency === undefined ? {} : { latencyMs: durationMs(latency) }),
  ...(crash === undefined ? {} : { crash: { afterMs: 200, exitCode: 1, log: crash } }),
  ...(hangs === undefined ? {} : { hang: hangs }),
  ...(pull === undefined ? {} : { pull }),
});
