import type { RestartRules } from '../apply/restarts/plan-restarts.ts';
import { readWaitingEffects } from '../ledger/restarts.ts';
import { readRollout } from '../ledger/rollouts.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import { type RestartOrder, usualRestartsPerMinute } from '../rollout/restarts.ts';
import type { Target } from '../rollout/target.ts';

/** Providers first, but where something is taken back: then consumers, which must not call what is going. */
export const restartOrder = async (
  { rollout, direction }: Pick<WaveRef, 'rollout' | 'direction'>,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<RestartOrder> =>
  direction === 'back' || (await readRollout(ledger, rollout))?.rollback === true
    ? 'consumers-first'
    : 'providers-first';

/** What the restarts of a target go by: the dependencies of the release, the target's cap, and what waits there for a restart. */
export const restartRules = async (
  target: Target,
  release: Release,
  order: RestartOrder,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<RestartRules> => ({
  order,
  perMinute: target.restartsPerMinute ?? usualRestartsPerMinute,
  dependencies: release.services,
  waiting: await readWaitingEffects(ledger, target.name),
});
