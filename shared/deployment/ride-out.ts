import { recordEvent } from '../ledger/events.ts';
import { stored, update } from '../ledger/update.ts';
import { readStop } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { mayPass } from '../rollout/failures.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';
import { secondsToTry, waits } from '../rollout/waits.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/** Since when a target can not be worked on. */
interface Outage {
  readonly since: number;
}

type Waits = InProgress | { readonly status: 'stopped'; readonly because: string };

/**
 * Runs a step of a deployment. Forward, a target that can not be worked on now is waited for with growing waits, for five minutes in all
 * (`shared/rollout/waits.ts`), unless its wave is stopped meanwhile; each step that comes through ends the outage. Back, nobody waits here: the
 * others would wait with it, and the whole way back is tried again. Throws what `run` throws, once that was waited for long enough.
 */
export const rideOut = async <Answer>(
  ref: DeploymentRef,
  run: () => Promise<Answer>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Answer | Waits> => {
  if (ref.direction === 'back') return run();
  const { ledger } = outside;
  const key = { partition: deploymentName(ref), sort: 'outage' };
  const before = await ledger.get(key);
  try {
    const answer = await run();
    if (before !== undefined) await ledger.remove({ ...key, expect: before.version });
    return answer;
  } catch (error) {
    if (!mayPass(error)) throw error;
    const now = outside.clock.now();
    const row = await update(ledger, key, (known) => (known === undefined ? { since: now } : undefined));
    const { since } = row === undefined ? { since: now } : stored<Outage>(row);
    const stop = await readStop(ledger, ref);
    if (stop !== undefined) return { status: 'stopped', because: `wave ${ref.wave} is stopped: ${stop.because}` };
    const seconds = secondsToTry(waits[ref.direction], since, now);
    if (seconds === undefined) throw error;
    const because = brief(`waits for ${ref.target}: ${error.message}`);
    await recordEvent(ledger, ref.rollout, `outage ${ref.wave} ${ref.target} ${since}`, {
      at: now,
      kind: 'held',
      wave: ref.wave,
      target: ref.target,
      text: because,
    });
    return { status: 'in-progress', retryAfterSeconds: seconds, because };
  }
};
