import type { Judgement, Verdict } from './verdict.ts';
import { worstVerdict } from './verdict.ts';
import type { Wave } from './wave.ts';

export interface SoakFacts {
  readonly now: number;
  /** The last write that a target of the wave took. */
  readonly lastWriteAt: number;
  readonly judgements: readonly Judgement[];
  /** How often the wave's metrics are to be measured, milliseconds. */
  readonly intervals?: readonly number[];
  /** Why it soaks longer than is configured, if so. */
  readonly soaksFor?: string;
  /** Why nothing more may be written, if so. */
  readonly stop?: string;
}

export type NextSoak =
  | { readonly status: 'in-progress'; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly status: 'passed' | 'failed' | 'aborted'; readonly because: string };

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));

/**
 * Whether a wave may be left. | a stop, or a gate says fail: failed at once | soak not over: wait | all pass: passed |
 * anything else: wait until `inconclusiveWithinMs` after the soak, then aborted |. A wave without gates passes on its soak alone;
 * gates that only report say nothing here.
 */
export const nextSoak = (wave: Pick<Wave, 'name' | 'soakMs' | 'inconclusiveWithinMs'>, facts: SoakFacts): NextSoak => {
  const judgements = facts.judgements.filter(({ effect }) => effect !== 'report');
  const failed = judgements.find((judgement) => judgement.verdict === 'fail');
  if (failed !== undefined) return { status: 'failed', because: gateSentence(failed) };
  if (facts.stop !== undefined) return { status: 'failed', because: facts.stop };
  const soakEnds = facts.lastWriteAt + wave.soakMs;
  if (facts.now < soakEnds) {
    // As often as a gate asks and at least every minute; in a soak of hours two hundred times: nine events each, so that the history
    // stays under 2,000.
    const wanted = Math.min(wave.soakMs / 20, 60_000, ...(facts.intervals ?? []));
    const wait = Math.min(soakEnds - facts.now, Math.max(1000, wanted, wave.soakMs / 200));
    return {
      status: 'in-progress',
      retryAfterSeconds: seconds(wait),
      because: `wave ${wave.name} soaks until ${new Date(soakEnds).toISOString()}${facts.soaksFor === undefined ? '' : `, ${facts.soaksFor}`}`,
    };
  }
  const verdict: Verdict = judgements.length === 0 ? 'pass' : worstVerdict(judgements.map((each) => each.verdict));
  if (verdict === 'pass') return { status: 'passed', because: `wave ${wave.name} passed its gates` };
  const open = judgements.find((judgement) => judgement.verdict === verdict);
  const because = open === undefined ? 'no gate was judged' : gateSentence(open);
  const givenUp = soakEnds + wave.inconclusiveWithinMs;
  if (facts.now >= givenUp)
    return { status: 'aborted', because: `${because}; given up at ${new Date(givenUp).toISOString()}` };
  // Soon at first: most gates only lack the samples of a second or two. Then as long again as it has taken, for few looks in all.
  const again = Math.min(Math.max(1000, facts.now - soakEnds), 10_000, givenUp - facts.now);
  return { status: 'in-progress', retryAfterSeconds: seconds(again), because };
};

/** `FAIL gate errors on gke-1: ...`: a judgement as one sentence that names its gate and target. */
export const gateSentence = (judgement: Judgement): string => {
  const { gate, target, verdict, because } = judgement;
  const subject = `gate ${gate}${target === undefined ? '' : ` on ${target}`}`;
  return `${verdict.toUpperCase()} ${because.startsWith(`gate ${gate}`) ? because : `${subject}: ${because}`}`;
};
