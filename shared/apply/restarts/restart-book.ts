import type { ObjectId } from '../../rollout/plan.ts';
import type { BegunRestart, RestartLog, RestartRecord } from './restart-log.ts';

/** The restarts of one deployment as the log has them, read once and kept in step with it. */
export interface RestartBook {
  /** Of this deployment, oldest first. */
  of(workload: ObjectId): readonly RestartRecord[];
  /** Every restart that may count against the cap, but one of `workload` that was recorded and is tried again. */
  beside(workload: ObjectId): readonly RestartRecord[];
  begin(restart: BegunRestart): Promise<void>;
  /** When the workload's restarts were first seen settled; now, where they never were. */
  settledAt(workload: ObjectId, now: number): Promise<number>;
  /** When this deployment last began a restart or found one settled; `since` where it has not. */
  lastMove(since: number): number;
}

/** Opens the log; does not read it where nothing restarts. */
export const openBook = async (log: RestartLog, restarts: boolean): Promise<RestartBook> => {
  let records = restarts ? await log.read() : [];
  const isOwn = (workload: ObjectId) => (record: RestartRecord) => record.isOurs && record.workload === workload;
  const isOpen = (record: RestartRecord) => record.settledAt === undefined;
  const beside = (workload: ObjectId) => records.filter((each) => !(isOwn(workload)(each) && isOpen(each)));
  return {
    of: (workload) => records.filter(isOwn(workload)),
    beside,
    begin: async (restart) => {
      await log.begin(restart);
      const { workload, pods, at } = restart;
      records = [...beside(workload), { workload, pods, begunAt: at, isOurs: true }];
    },
    settledAt: async (workload, now) => {
      const own = records.filter(isOwn(workload));
      const known = own.at(-1)?.settledAt;
      if (known !== undefined || own.length === 0) return known ?? now;
      await log.settle(workload, now);
      records = records.map((each) => (isOwn(workload)(each) && isOpen(each) ? { ...each, settledAt: now } : each));
      return now;
    },
    lastMove: (since) =>
      Math.max(since, ...records.filter(({ isOurs }) => isOurs).map((each) => each.settledAt ?? each.begunAt)),
  };
};
