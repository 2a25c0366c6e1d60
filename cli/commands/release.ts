import type { StartResult } from '../../shared/release/start-rollout.ts';
import type { Run } from '../command.ts';
import { reportStart } from '../start-and-wait.ts';
import { badInput } from '../stop.ts';

/** Starts the rollout of a merged commit. */
export const run: Run = async ([commit = ''], options, cli) => {
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw badInput(`release ${commit}: expected the 40 hexadecimal digits of a merged commit (git rev-parse HEAD)`);
  }
  const client = await cli.connect();
  return reportStart(await client.post<StartResult>('/releases', { commit }), options, client, cli);
};
