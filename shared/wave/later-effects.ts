import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import { readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { WavePlan } from '../rollout/plan.ts';
import { sayLater } from '../rollout/say-restart.ts';

/** Sentences shown; the plan has all. */
const shown = 5;

/**
 * What a wave brought to its targets that no restart has given the pods there, as a clause: a soak has not seen it. `undefined` where there
 * is nothing of that kind.
 */
export const unseenBySoak = async (
  ref: WaveRef,
  deployed: readonly string[],
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<string | undefined> => {
  const { plan } = await readWave(ledger, ref);
  if (plan === undefined) return undefined;
  const { targets } = await getJson<WavePlan>(blobs, plan);
  const found = new Map<string, string[]>();
  for (const { target, planned } of targets.filter((each) => deployed.includes(each.target))) {
    const { later } = (await getPlanned(blobs, planned)).plan.restarts;
    for (const effect of later.map(sayLater)) found.set(effect, [...(found.get(effect) ?? []), target]);
  }
  if (found.size === 0) return undefined;
  const told = [...found]
    .slice(0, shown)
    .map(([effect, on]) => `${effect} (${on.length} of ${targets.length} targets)`);
  const more = found.size > shown ? `; and ${found.size - shown} more` : '';
  return `this soak has not seen: ${told.join('; ')}${more}`;
};
