import { ApiServerRefused } from '../api-requests.ts';
import { assessRefusal } from '../assess-refusal.ts';
import { isClusterTrouble, mayPass } from '../writing.ts';
import { rest, type Setting } from './setting.ts';

/** Waits between attempts: an API server that is restarted is back within half a minute. */
const waitsMs = [1000, 2000, 4000, 8000, 15_000];

/** Work with the cluster that was tried: its result, or the trouble that kept it from one. */
export type Tried<Result> = { readonly result: Result } | { readonly trouble: Error };

/** Trouble of the cluster's and of the way to it is a result here, and so is being cut off; a mistake of ours is thrown. */
export const attempt = async <Result>(
  { invocation }: Pick<Setting, 'invocation'>,
  work: () => Promise<Result>,
): Promise<Tried<Result>> => {
  try {
    return { result: await work() };
  } catch (error) {
    if (invocation.signal.aborted) return { trouble: new Error('cut off; whether it was written is not known') };
    if (!isClusterTrouble(error)) throw error;
    return { trouble: error };
  }
};

/** Waits out trouble. */
export interface Patience {
  /** Waits, each time longer; whether another attempt is worth it. */
  outlasts(trouble: Error): Promise<boolean>;
}

/**
 * Patience with trouble that may pass: the server is busy or fails, or it has answered before and does not now. What never answered is
 * not waited for, since its address may be wrong.
 */
export const bePatient = (setting: Pick<Setting, 'clock' | 'interrupted' | 'invocation' | 'hasAnswered'>): Patience => {
  let attempts = 0;
  return {
    outlasts: async (trouble) => {
      const waitMs = waitMsAfter(trouble, attempts++);
      const isReached = trouble instanceof ApiServerRefused || setting.hasAnswered();
      const { clock, interrupted, invocation } = setting;
      if (waitMs === undefined || !isReached || clock.now() + waitMs >= invocation.deadline) return false;
      await rest(setting, waitMs);
      return !interrupted.aborted;
    },
  };
};

/** Does work, again and again while it is worth it. It may run several times. */
export const insist = async <Result>(setting: Setting, work: () => Promise<Result>): Promise<Tried<Result>> => {
  const patience = bePatient(setting);
  for (;;) {
    const tried = await attempt(setting, work);
    if ('result' in tried || !(await patience.outlasts(tried.trouble))) return tried;
  }
};

/** `undefined` where another attempt would end the same way, or there were enough. */
const waitMsAfter = (trouble: Error, attempts: number): number | undefined => {
  const own = waitsMs[attempts];
  if (own === undefined || !mayPass(trouble)) return undefined;
  if (!(trouble instanceof ApiServerRefused)) return own;
  const asked = (trouble.refused.retryAfterSeconds ?? 0) * 1000;
  return assessRefusal(trouble.refused) === 'again' ? Math.max(own, asked) : undefined;
};
