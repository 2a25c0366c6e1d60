import type { StartResult } from '../../shared/release/start-rollout.ts';
import type { Run } from '../command.ts';
import { reportStart } from '../start-and-wait.ts';

/** Starts a rollout that goes back to what was verified before. */
export const run: Run = async ([rollout = ''], options, cli) => {
  const client = await cli.connect();
  return reportStart(await client.post<StartResult>('/rollbacks', { rollout }), options, client, cli);
};
