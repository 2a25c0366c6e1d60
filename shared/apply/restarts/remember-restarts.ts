import type { RestartLog, RestartRecord } from './restart-log.ts';

/** A log for one process: what is applied alone has nobody after it who could go on. */
export const rememberRestarts = (): RestartLog => {
  let records: readonly RestartRecord[] = [];
  return {
    read: async () => records,
    begin: async ({ workload, pods, at }) => {
      records = [...records, { workload, pods, begunAt: at, isOurs: true }];
    },
    settle: async (workload, at) => {
      records = records.map((each) =>
        each.workload === workload && each.settledAt === undefined ? { ...each, settledAt: at } : each,
      );
    },
    tell: async () => undefined,
  };
};
