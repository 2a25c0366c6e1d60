import type { Duplex } from 'node:stream';
import { msSince, ticksOf } from '../outside/clock.ts';
import type { Endpoint } from '../outside/dial.ts';
import { type Attempt, type ProbeOutside, verdictOf } from './attempt.ts';

/** What came of a talk: how the answer was, and what was wrong with it. */
export type Said = Pick<Attempt, 'verdict' | 'code' | 'because'>;

/** Opens a connection, talks over it and tells the attempt. The phase `answer` is the talk. Never rejects. */
export const attemptTalk = async (
  endpoint: Omit<Endpoint, 'talk'> & { readonly signal: AbortSignal },
  talk: (connection: Duplex) => Promise<Said>,
  { clock, dial }: Pick<ProbeOutside, 'clock' | 'dial'>,
): Promise<Attempt> => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  let said: Said | undefined;
  let talkedMs = 0;
  const listen = async (connection: Duplex): Promise<void> => {
    const begun = ticksOf(clock);
    said = await talk(connection);
    talkedMs = msSince(begun, clock);
  };
  try {
    const { address, phases } = await dial({ ...endpoint, talk: listen });
    const ended = { at, durationMs: msSince(began, clock), phases: { ...phases, answer: talkedMs }, address };
    const silent: Said = {
      verdict: 'invalid',
      code: 'unsupported',
      because: 'nothing can be said over a simulated connection',
    };
    return { ...ended, ...(said ?? silent) };
  } catch (error) {
    return { at, durationMs: msSince(began, clock), phases: {}, ...verdictOf(error, endpoint.signal) };
  }
};
