import type { RestartRules } from '../apply/restarts/plan-restarts.ts';
import { readWaitingEffects } from '../ledger/restarts.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import { type RestartOrder, usualRestartsPerMinute } from '../rollout/restarts.ts';
import type { Target } from '../rollout/target.ts';

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
