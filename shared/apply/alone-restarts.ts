import type { RenderedTarget } from '../rollout/release.ts';
import type { RestartPlan } from '../rollout/restarts.ts';
import type { ComparedEach } from './compare-each.ts';
import { planRestarts, usualRules } from './restarts/plan-restarts.ts';
import { rememberRestarts } from './restarts/remember-restarts.ts';
import type { Restarting } from './restarts/restart-log.ts';

/** What restarts of a set, in what order; without those that can not restart as they may. */
export const planAloneRestarts = (
  found: ComparedEach,
  rendered: RenderedTarget,
): ComparedEach & { readonly restarts?: RestartPlan } => {
  const { refusals, compared } = found;
  if (compared === undefined) return found;
  const services = rendered.services.map(({ service }) => service);
  const planned = planRestarts(compared, services, usualRules);
  if ('restarts' in planned) return { ...found, restarts: planned.restarts };
  const refused = new Set(planned.refusals.map(({ object }) => object));
  const objects = compared.objects.filter(({ id }) => !refused.has(id));
  return planAloneRestarts(
    { ...found, refusals: [...refusals, ...planned.refusals], compared: { ...compared, objects } },
    rendered,
  );
};

/** How long a restart may take to settle where nobody said how long to wait. */
const usualWaitMs = 300_000;

/** What ordered restarts go by where one process applies a set: a log as long as it lives, and nobody who probes. */
export const restartAlone = (now: number, waitMs = usualWaitMs): Restarting => ({
  log: rememberRestarts(),
  gate: async () => ({ passed: true }),
  since: now,
  settleWithinMs: waitMs,
  isBack: false,
});
