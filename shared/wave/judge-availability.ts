import type { Outage } from '../availability/assess-standings.ts';
import type { Judgement } from '../rollout/verdict.ts';

/** What an outage means for a wave that is under way there. Pure. */
export const outageFails = (outage: Outage): Judgement => judge(outage, 'fail', saidOf(outage));

/**
 * What scheduled probes say of the targets of a wave that is to be entered: one that is out holds the entry, as inconclusive, until it
 * serves again or the wave's time for that is over. One that nobody has probed any more for a while is told, and holds nothing. Targets that
 * are not out say nothing. Pure.
 */
export const judgeAvailability = (outages: readonly Outage[], targets: readonly string[]): readonly Judgement[] =>
  outages
    .filter(({ target }) => targets.includes(target))
    .map((outage): Judgement => {
      if (!outage.isOld)
        return judge(outage, 'inconclusive', `gate ${outage.gate} on ${outage.target}: ${saidOf(outage)}`);
      const seen = `was out by scheduled probes when they looked last, at ${new Date(outage.seenAt).toISOString()}`;
      const because = `gate ${outage.gate} on ${outage.target}: ${seen}; nobody has probed it since, so that this holds nothing any more`;
      return { ...judge(outage, 'inconclusive', because), effect: 'report' };
    });

/** With what was asked and found, where the slot that saw it says so. */
const judge = (
  { gate, target, since, seenAt, query, value, threshold, samples }: Outage,
  verdict: Judgement['verdict'],
  because: string,
): Judgement => ({
  gate,
  kind: 'probe',
  verdict,
  target,
  because,
  source: 'scheduled probes',
  window: { from: since, to: Math.max(since, seenAt) },
  ...(query === undefined ? {} : { query }),
  ...(value === undefined ? {} : { value }),
  ...(threshold === undefined ? {} : { threshold }),
  ...(samples === undefined ? {} : { samples }),
});

const saidOf = ({ regions, since, because }: Outage): string =>
  `scheduled probes from ${regions.join(' and ')} fail since ${new Date(since).toISOString()}: ${because}`;
