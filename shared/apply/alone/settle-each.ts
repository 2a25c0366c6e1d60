import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { AloneLine } from '../alone-words.ts';
import { assessLanding } from '../assess-landing.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { readLandings } from '../read-landings.ts';
import { attempt } from './patience.ts';
import { rest, type Setting } from './setting.ts';
import type { WrittenEach } from './write-each.ts';

/** Between two looks: most of what settles does so within seconds. */
const pollMs = 500;

/**
 * Tells of each object when it is ready or lost, and of the others when time is up; whether all are ready. What was as wanted and ready
 * when it was compared is told without another look.
 */
export const settleEach = async (
  setting: Setting,
  compared: ComparedTarget,
  { lines, landed }: WrittenEach,
): Promise<boolean> => {
  const { input, rendered, cluster, clock, interrupted, invocation, telling } = setting;
  const until = clock.now() + input.patienceMs;
  const waiting = new Map(lines);
  for (const id of readyAlready(compared, clock.now())) {
    const line = waiting.get(id);
    if (line?.action === 'unchanged') telling.tell({ ...line, status: 'ready' });
    if (line?.action === 'unchanged') waiting.delete(id);
  }
  const applied = { rendered, namespace: input.namespace, progress: Object.fromEntries(landed) };
  let allReady = true;
  const end = (line: AloneLine, status: NonNullable<AloneLine['status']>, reason: string) => {
    telling.tell({ ...line, reason, status });
    waiting.delete(line.identity);
    allReady &&= status === 'ready';
  };
  while (waiting.size > 0) {
    const looked = await attempt(setting, () => readLandings(applied, cluster, clock.now(), invocation.signal));
    const isOver = clock.now() >= until || interrupted.aborted;
    if ('trouble' in looked) {
      if (isOver) for (const line of waiting.values()) end(line, 'unknown', brief(looked.trouble.message));
    } else {
      for (const { id, settled } of looked.result) {
        const line = waiting.get(id);
        if (line === undefined || (settled.status === 'in-progress' && !isOver)) continue;
        const { status, reason, message } = settled;
        end(line, status, status === 'ready' ? line.reason : brief(`${reason}: ${message}`));
      }
    }
    if (waiting.size > 0) await rest(setting, pollMs);
  }
  return allReady;
};

const readyAlready = ({ objects }: ComparedTarget, now: number): readonly ObjectId[] =>
  objects.flatMap(({ id, action, live, served }) => {
    const isReady =
      action === 'unchanged' && assessLanding(id, live, undefined, now, served).settled.status === 'ready';
    return isReady ? [id] : [];
  });
