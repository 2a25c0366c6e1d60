import { getJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { keepLeft } from '../ledger/left.ts';
import { type Rollout, readRollout } from '../ledger/rollouts.ts';
import { readBegun, readTargetStates, wayBack } from '../ledger/target-state.ts';
import { readDeployments, readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import { secondsToTry, waits } from '../rollout/waits.ts';

/** A target that has something of a rollout that failed, as it could not be reached. */
interface LeftTarget {
  readonly target: string;
  readonly wave: string;
  readonly because: string;
}

/** The rollout goes back once more later, from the wave at this place in its list. */
export interface GoesBackAgain extends InProgress {
  readonly at: number;
}

/**
 * Whether a rollout whose waves have gone back has to wait for targets that could not be reached then, and how long before it tries them
 * again; `undefined` where none is left, where somebody has given them up, or after six hours (`shared/rollout/waits.ts`). They are an event of
 * their own for each list of them; `tell` tells people, once. Nobody else waits: the turns of its waves are free. Twice is as once.
 */
export const waitToGoBack = async (
  rollout: string,
  tell: (text: string) => Promise<void>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<GoesBackAgain | undefined> => {
  const { ledger, clock } = outside;
  const row = await readRollout(ledger, rollout);
  if (row === undefined || row.end !== undefined) return undefined;
  const left = await readLeft(row, outside);
  const [first] = left;
  if (first === undefined) return undefined;
  const now = clock.now();
  const { since, givenUp } = await keepLeft(ledger, rollout, now);
  const seconds = secondsToTry(waits.back, since, now);
  if (givenUp !== undefined || seconds === undefined) return undefined;
  const names = left.map(({ target }) => target);
  const named = `${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
  const until = new Date(since + waits.back.forMs).toISOString();
  const because = brief(
    `not back yet, and tried again until ${until} or an abort: ${named}; ${first.target}: ${first.because}`,
  );
  await tell(because);
  await recordEvent(ledger, rollout, `left ${names.join(' ')}`, { at: now, kind: 'held', text: because });
  const at = Math.max(...left.map(({ wave }) => (row.waves ?? []).indexOf(wave)));
  return { status: 'in-progress', retryAfterSeconds: seconds, because, at };
};

/**
 * What the waves of a rollout left behind that have gone back: targets that still have it, have something to go back to, and could not be
 * reached when they were planned, or when they were deployed to. Not what was refused, failed, or stands under a flag that is not back.
 */
const readLeft = async (
  { rollout, release, waves = [] }: Rollout,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly LeftTarget[]> => {
  const begun = new Set(await readBegun(ledger, rollout));
  if (release === undefined || begun.size === 0) return [];
  const states = await readTargetStates(ledger);
  const isOurs = (target: string): boolean => {
    const state = states.get(target);
    return state?.begun?.rollout === rollout && wayBack(state, rollout) !== undefined;
  };
  const planned = (await getJson<Release>(blobs, release)).waves.filter(({ name }) => waves.includes(name));
  const left: LeftTarget[] = [];
  for (const { name: wave, targets } of planned) {
    const ours = targets.filter((target) => begun.has(target) && isOurs(target));
    if (ours.length === 0) continue;
    const ref: WaveRef = { rollout, release, wave, direction: 'back' };
    const { closedAt, outcome, because: why = 'its wave was not planned', plan: digest } = await readWave(ledger, ref);
    // Without an answer of its way back nobody knows what it wrote; under a flag that is on nothing is written.
    if (closedAt === undefined || outcome === 'stuck') continue;
    const plan = digest === undefined ? undefined : await getJson<WavePlan>(blobs, digest);
    const results = await readDeployments(ledger, ref);
    for (const target of ours) {
      const result = results.get(target);
      const unread = plan?.unreachable.find((each) => each.target === target);
      if (result !== undefined && result.outcome !== 'lost') continue;
      if (result === undefined && unread !== undefined && unread.mayPass !== true) continue;
      left.push({ target, wave, because: (result ?? unread)?.because ?? why });
    }
  }
  return left;
};
