import type { Behaviour } from '../local/fleet/kubernetes/behaviour.ts';
import type { End } from '../shared/rollout/outcome.ts';

/** What `--break` can make of the new version. */
export const faults = {
  probe: {
    says: 'its pods become ready, but their health check fails',
    expects: 'the availability probe stops the first wave within seconds, and it goes back',
    behaviour: { health: 'failing' },
  },
  metrics: {
    says: 'one request in twenty fails with a 5xx, while every health check is well',
    expects: 'the error gate fails during the soak, and the wave goes back',
    behaviour: { errorRatio: 0.05 },
  },
  crashloop: {
    says: 'its process ends right after it began',
    expects:
      'the deployment is given up with the container’s last words, long before its progress deadline, and goes back',
    behaviour: { crash: { afterMs: 200, exitCode: 1, log: 'panic: open /etc/storefront/rates.json: no such file' } },
  },
  'cluster-down': {
    says: 'the version is sound, but the API server of one internal target does not answer',
    expects: 'the internal wave may lose no target: nothing is written in it, and staging goes back',
    behaviour: {},
  },
} as const satisfies Record<string, { says: string; expects: string; behaviour: Partial<Behaviour> }>;

export type FaultName = keyof typeof faults;

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(faults, name);

export const faultNames = Object.keys(faults).filter(isFaultName);

/**
 * Whether a rollout ended as it was made to: a gate or a deployment of its bad version stopped it. What people, a refused config or a newer
 * rollout ended was not the fault's doing.
 */
export const isExpected = (fault: FaultName | undefined, outcome: End): boolean =>
  fault !== undefined && (outcome === 'rolled_back' || outcome === 'failed' || outcome === 'partial');

/** The target that `cluster-down` takes away. */
export const downTarget = 'gcp-europe-west4-internal';
