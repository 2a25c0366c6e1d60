import type { ObjectId } from '../rollout/plan.ts';
import type { WaitingEffect } from '../rollout/restarts.ts';
import type { Ledger } from './ledger.ts';
import { stored, update } from './update.ts';

/** A restart on a target that may still count against its cap. Times are epoch milliseconds. */
export interface StoredRestart {
  readonly workload: ObjectId;
  readonly pods: number;
  readonly begunAt: number;
  readonly settledAt?: number;
  /** The deployment that began it. */
  readonly by: string;
}

interface RestartsRow {
  readonly restarts: readonly StoredRestart[];
}

const restartsKey = (target: string) => ({ partition: `target#${target}`, sort: 'restarts' });
const waitingKey = (target: string) => ({ partition: `target#${target}`, sort: 'waiting-effects' });

const changeRestarts = async (
  ledger: Ledger,
  target: string,
  next: (restarts: readonly StoredRestart[]) => readonly StoredRestart[] | undefined,
): Promise<readonly StoredRestart[]> => {
  const row = await update(ledger, restartsKey(target), (current) => {
    const changed = next(current === undefined ? [] : stored<RestartsRow>(current).restarts);
    return changed === undefined ? undefined : { restarts: changed };
  });
  return row === undefined ? [] : stored<RestartsRow>(row).restarts;
};

/**
 * The restarts of a target, for the deployment `by`: whoever writes there before it has ended, so what others left open is closed, now.
 */
export const readRestarts = (
  ledger: Ledger,
  target: string,
  by: string,
  now: number,
): Promise<readonly StoredRestart[]> =>
  changeRestarts(ledger, target, (restarts) => {
    const isLeft = (restart: StoredRestart) => restart.by !== by && restart.settledAt === undefined;
    return restarts.some(isLeft)
      ? restarts.map((restart) => (isLeft(restart) ? { ...restart, settledAt: now } : restart))
      : undefined;
  });

/** How long a restart that has settled is remembered beyond the last of its workload. */
const countedMs = 60_000;

/** Adds a restart, and forgets those that no longer count: settled a minute ago, of others or of an earlier part of the same workload. */
export const addRestart = async (ledger: Ledger, target: string, restart: StoredRestart): Promise<void> => {
  await changeRestarts(ledger, target, (restarts) => {
    const isOld = ({ settledAt }: StoredRestart) => settledAt !== undefined && settledAt <= restart.begunAt - countedMs;
    const isLast = ({ by, workload }: StoredRestart) => by === restart.by && workload !== restart.workload;
    return [...restarts.filter((each) => !isOld(each) || isLast(each)), restart];
  });
};

/** Notes that restarts of a deployment have settled: of one workload, or all. The first time stays. */
export const settleRestarts = async (
  ledger: Ledger,
  target: string,
  by: string,
  at: number,
  workload?: ObjectId,
): Promise<void> => {
  await changeRestarts(ledger, target, (restarts) => {
    const isOpen = (restart: StoredRestart) =>
      restart.by === by && restart.settledAt === undefined && (workload === undefined || restart.workload === workload);
    return restarts.some(isOpen)
      ? restarts.map((restart) => (isOpen(restart) ? { ...restart, settledAt: at } : restart))
      : undefined;
  });
};

interface WaitingRow {
  readonly effects: readonly WaitingEffect[];
}

/** Changes on a target that running pods do not have yet, and the rollouts that brought them. */
export const readWaitingEffects = async (ledger: Ledger, target: string): Promise<readonly WaitingEffect[]> => {
  const row = await ledger.get(waitingKey(target));
  return row === undefined ? [] : stored<WaitingRow>(row).effects;
};

/** Changes what waits on a target. The same again changes nothing. */
export const changeWaitingEffects = async (
  ledger: Ledger,
  target: string,
  next: (effects: readonly WaitingEffect[]) => readonly WaitingEffect[],
): Promise<void> => {
  await update(ledger, waitingKey(target), (row) => {
    const before = row === undefined ? [] : stored<WaitingRow>(row).effects;
    const effects = next(before);
    return JSON.stringify(effects) === JSON.stringify(before) ? undefined : { effects };
  });
};
