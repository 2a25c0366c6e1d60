import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { AloneLine } from '../alone-words.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { assessLanding } from '../settle/assess-landing.ts';
import { type FollowedSet, followLandings } from '../settle/follow-landings.ts';
import { inProgress, type Settled } from '../settled/settled-rules.ts';
import type { Landed } from '../slice.ts';
import { attempt, type Tried } from './patience.ts';
import { rest, type Setting } from './setting.ts';
import type { WrittenEach } from './write-each.ts';

/** Looked at again so soon although nothing has changed: patience ends by time alone. Costs no request. */
const lookAgainMs = 2000;
/** After trouble with the cluster, until the set is followed anew. */
const followAgainMs = 1000;

/**
 * Tells of each object when it is ready or lost, and of the others when time is up; whether all are ready. Where nothing was written, what
 * was ready when it was compared is told without another look. Where something was, the first look is also the last at what was as
 * wanted: another that applied the set at the same time may have changed it.
 */
export const settleEach = async (
  setting: Setting,
  compared: ComparedTarget,
  { lines, landed }: WrittenEach,
): Promise<boolean> => {
  const { input, clock, interrupted, telling } = setting;
  const until = clock.now() + input.patienceMs;
  const waiting = new Map(lines);
  const isWritten = [...lines.values()].some(({ action }) => action !== 'unchanged');
  for (const id of isWritten ? [] : readyAlready(compared, clock.now())) {
    const line = waiting.get(id);
    if (line !== undefined) telling.tell({ ...line, status: 'ready' });
    waiting.delete(id);
  }
  let allReady = true;
  const end = (line: AloneLine, settled: Settled) => {
    telling.tell({ ...line, reason: whyOf(line, settled), status: settled.status });
    waiting.delete(line.identity);
    allReady &&= settled.status === 'ready';
  };
  const looking = beginLooking(setting, Object.fromEntries(landed), until);
  try {
    while (waiting.size > 0) {
      const looked = await looking.look();
      const isOver = clock.now() >= until || interrupted.aborted;
      for (const [id, line] of waiting) {
        if ('trouble' in looked) {
          if (isOver) end(line, { status: 'unknown', reason: 'NotRead', message: looked.trouble.message });
          continue;
        }
        const settled = looked.result.get(id) ?? inProgress('NotRead', 'nothing is known of it');
        if (settled.status !== 'in-progress' || isOver) end(line, settled);
      }
      if (waiting.size > 0) await looking.changed();
    }
  } finally {
    await looking.close();
  }
  return allReady;
};

const whyOf = (line: AloneLine, { status, reason, message }: Settled): string => {
  if (status !== 'ready') return brief(`${reason}: ${message}`);
  return message === '' ? line.reason : message;
};

/** Looks at a set that is followed, anew after every trouble. */
interface Looking {
  look(): Promise<Tried<ReadonlyMap<ObjectId, Settled>>>;
  /** Until something may have changed, time is up, or it is interrupted. */
  changed(): Promise<void>;
  close(): Promise<void>;
}

const beginLooking = (setting: Setting, progress: Readonly<Record<ObjectId, Landed>>, until: number): Looking => {
  const { input, rendered, cluster, clock, interrupted, invocation } = setting;
  const applied = { rendered, namespace: input.namespace, progress, isFree: true } as const;
  const interruption = new Promise<void>((resolve) => {
    interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
  let followed: FollowedSet | undefined;
  const close = async () => {
    const closing = followed;
    followed = undefined;
    await closing?.close();
  };
  return {
    look: async () => {
      const looked = await attempt(setting, async () => {
        followed ??= await followLandings(applied, { cluster, clock, signal: invocation.signal, until });
        return new Map((await followed.look()).map(({ id, settled }) => [id, settled]));
      });
      if ('trouble' in looked) await close();
      return looked;
    },
    changed: async () => {
      const following = followed;
      if (following === undefined) return rest(setting, followAgainMs);
      const ms = Math.max(0, Math.min(lookAgainMs, until - clock.now()));
      const waited = await attempt(setting, () => Promise.race([following.changed(ms), interruption]));
      if ('trouble' in waited) await close();
    },
    close,
  };
};

const readyAlready = ({ objects }: ComparedTarget, now: number): readonly ObjectId[] =>
  objects.flatMap(({ id, action, live, served }) => {
    const isReady =
      action === 'unchanged' && assessLanding(id, live, undefined, now, served).settled.status === 'ready';
    return isReady ? [id] : [];
  });
