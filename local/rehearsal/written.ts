import type { ApiServer } from '../fleet/kubernetes/server.ts';
import type { RequestRecord } from '../fleet/kubernetes/storage/request-log-sqlite.ts';

/** Requests of Tidegate's after the request `mark` that changed something on a target. What it asks of itself there, as whether it may write, is none. */
export const writesOf = ({ requests }: Pick<ApiServer, 'requests'>, mark: number): readonly RequestRecord[] =>
  requests
    .list(mark)
    .filter(
      ({ method, dryRun, status, userAgent, resourceVersionBefore, resourceVersionAfter }) =>
        method !== 'GET' &&
        !dryRun &&
        status < 300 &&
        resourceVersionAfter !== resourceVersionBefore &&
        userAgent.startsWith('tidegate'),
    );
