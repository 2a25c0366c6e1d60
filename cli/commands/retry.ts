import type { StartResult } from '../../shared/release/start-rollout.ts';
import type { Run } from '../command.ts';
import { reportStart } from '../start-and-wait.ts';

/** Begins a rollout that ended partial or failed once more; what has the release already is not written. */
export const run: Run = async ([rollout = ''], options, cli) => {
  const client = await cli.connect();
  return reportStart(await client.post<StartResult>('/retries', { rollout }), options, client, cli);
};
