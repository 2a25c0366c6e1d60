import { durationMs } from '../../shared/fleet/duration.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Service } from '../fleet/clouds/faults.ts';
import type { Behaviour } from '../fleet/kubernetes/behaviour.ts';
import type { Instance } from '../instance.ts';
import type { FaultName } from './fault-names.ts';
import { nodeLost, scaledByHand } from './hands.ts';
import type { ScenarioFault } from './scenario-schema.ts';

/** What faults work on. */
export interface FaultStage {
  /** The one that runs now: another after a kill. */
  readonly instance: () => Instance;
  readonly clock: Pick<Clock, 'now'>;
  /** Where the rehearsal takes it that probes are at home. */
  readonly homeRegion: string;
  /** From now on the new version behaves so, too, on these targets. Returns what ends it. */
  behave(change: Partial<Behaviour>, targets: readonly Target[]): () => void;
  setStoreDown(down: boolean): void;
  /** An alert about a target fires or has resolved, and is sent to the instance. */
  alert(target: Target, status: 'firing' | 'resolved', startsAt: number): Promise<void>;
  /** The process ends at the next moment and is started again. */
  kill(): void;
}

/** Ends a fault; what can not be undone, as a kill, ends by itself. */
export type EndOfFault = () => void | Promise<void>;

const onEach =
  (begin: (target: Target, stage: FaultStage, fault: ScenarioFault) => EndOfFault | Promise<EndOfFault>) =>
  async (fault: ScenarioFault, targets: readonly Target[], stage: FaultStage): Promise<EndOfFault> => {
    const ends: EndOfFault[] = [];
    for (const target of targets) ends.push(await begin(target, stage, fault));
    return async () => {
      for (const end of ends) await end();
    };
  };

const latencyOf = ({ latency = '5s' }: ScenarioFault): number => durationMs(latency);

const trouble = (kind: 'slow' | 'throttled' | 'unavailable') =>
  onEach((target, stage, fault) => {
    stage.instance().fleet.setTrouble(target.name, kind === 'slow' ? { kind, ms: latencyOf(fault) } : { kind });
    return () => stage.instance().fleet.setTrouble(target.name);
  });

const region =
  (kind: 'blind' | 'slow' | 'own-fault') =>
  async (fault: ScenarioFault, _: readonly Target[], stage: FaultStage): Promise<EndOfFault> => {
    const where = fault.region ?? stage.homeRegion;
    stage.instance().regionFaults.set(where, kind === 'slow' ? { kind, ms: latencyOf(fault) } : { kind });
    return () => stage.instance().regionFaults.set(where);
  };

const behaves =
  (changeOf: (fault: ScenarioFault) => Partial<Behaviour>) =>
  async (fault: ScenarioFault, targets: readonly Target[], stage: FaultStage): Promise<EndOfFault> =>
    stage.behave(changeOf(fault), targets);

/** What gives out clusters and tokens in the cloud of a target. */
const servicesOf = ({ locator }: Target): readonly Service[] => {
  if ('eks' in locator) return ['aws-sts', 'eks'];
  if ('gke' in locator) return ['google-sts', 'google-iam'];
  return 'aks' in locator ? ['entra'] : [];
};

/** How each fault begins. What each means to people is in `fault-names.ts`. */
export const faults: Readonly<
  Record<FaultName, (fault: ScenarioFault, targets: readonly Target[], stage: FaultStage) => Promise<EndOfFault>>
> = {
  'api-down': onEach((target, stage) => {
    stage.instance().fleet.setDown(target.name, true);
    return () => stage.instance().fleet.setDown(target.name, false);
  }),
  'api-slow': trouble('slow'),
  'api-throttled': trouble('throttled'),
  'api-failing': trouble('unavailable'),
  'tokens-down': onEach((target, stage) => {
    for (const service of servicesOf(target)) stage.instance().fleet.clouds.faults.stand(service, 'unavailable');
    return () => {
      for (const service of servicesOf(target)) stage.instance().fleet.clouds.faults.stand(service);
    };
  }),
  'token-refused': onEach((target, stage) => {
    stage.instance().fleet.clouds.faults.revoke(target.name);
    return () => undefined;
  }),
  unhealthy: behaves(() => ({ health: 'failing' })),
  errors: behaves(({ share = 0.05 }) => ({ errorRatio: share })),
  slow: behaves((fault) => ({ latencyMs: latencyOf(fault) })),
  'metrics-down': async (_, __, stage) => {
    stage.setStoreDown(true);
    return () => stage.setStoreDown(false);
  },
  'region-blind': region('blind'),
  'region-slow': region('slow'),
  'region-resolver': region('own-fault'),
  alert: onEach(async (target, stage) => {
    const at = stage.clock.now();
    await stage.alert(target, 'firing', at);
    return () => stage.alert(target, 'resolved', at);
  }),
  drift: onEach(async (target, stage, { replicas = 0 }) => {
    const { handle } = stage.instance().fleet.reach(target.name);
    return scaledByHand(handle, target, replicas);
  }),
  'node-lost': onEach(async (target, stage) => nodeLost(stage.instance().fleet.reach(target.name).handle)),
  killed: async (_, __, stage) => {
    stage.kill();
    return () => undefined;
  },
};
