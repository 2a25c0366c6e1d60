import type { StartResult } from '../../shared/release/start-rollout.ts';
import type { Cli, Run } from '../command.ts';
import { requireCommit } from '../commit-argument.ts';
import type { Client } from '../fetch.ts';
import { pushCommit, resolveCommit } from '../git.ts';
import { reportStart } from '../start-and-wait.ts';
import { Stop } from '../stop.ts';

/**
 * Starts the rollout of a commit. One that only the work tree of this folder has is pushed to the instance's own config repository first,
 * which is its merge; where there is no work tree, `HEAD` is that of the config repository.
 */
export const run: Run = async ([name = ''], options, cli) => {
  const commit = resolveCommit(cli.terminal.directory, name);
  requireCommit('release', commit);
  const client = await cli.connect();
  return reportStart(await release(commit, client, cli), options, client, cli);
};

const release = async (commit: string, client: Client, { terminal }: Cli): Promise<StartResult> => {
  try {
    return await client.post<StartResult>('/releases', { commit });
  } catch (error) {
    const { token } = client.connection;
    if (!(error instanceof Stop) || error.code !== 'UNKNOWN_COMMIT' || token === undefined) throw error;
    // A name that the work tree does not know is given back as it is.
    if (resolveCommit(terminal.directory, `${commit}^{commit}`) !== commit) throw error;
    const { ownRepository } = await import('../start.ts');
    terminal.say(`pushes ${commit.slice(0, 7)} to the config repository of the instance`);
    pushCommit(terminal.directory, commit, `${client.connection.url}/${ownRepository}.git`, token);
    return client.post<StartResult>('/releases', { commit });
  }
};
