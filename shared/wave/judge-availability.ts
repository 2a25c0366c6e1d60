import type { Outage } from '../availability/assess-standings.ts';
import type { Judgement } from '../rollout/verdict.ts';

/**
 * What scheduled probes say of the targets of a wave that is to be entered: one that is out holds the entry, as inconclusive, until it
 * serves again or the wave's time for that is over. Targets that are not out say nothing. Pure.
 */
export const judgeAvailability = (
  outages: readonly Outage[],
  targets: readonly string[],
  now: number,
): readonly Judgement[] =>
  outages
    .filter(({ target }) => targets.includes(target))
    .map(({ target, gate, because, regions, since, ...numbers }) => ({
      ...numbers,
      gate,
      kind: 'probe',
      verdict: 'inconclusive',
      target,
      because: `gate ${gate} on ${target}: scheduled probes from ${regions.join(' and ')} fail since ${new Date(since).toISOString()}: ${because}`,
      source: 'scheduled probes',
      window: { from: since, to: Math.max(since, now) },
    }));
