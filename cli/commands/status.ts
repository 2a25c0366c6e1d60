import type { FleetView } from '../../console/views/fleet.ts';
import type { RolloutView } from '../../console/views/rollout.ts';
import type { RolloutLine } from '../../console/views/rollouts.ts';
import type { Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Client } from '../fetch.ts';
import { fleetLines } from '../fleet-lines.ts';
import { renderProgress } from '../progress.ts';
import { Stop } from '../stop.ts';
import { watchRollout } from '../watch.ts';

/** The fleet; or one rollout, with `--watch` until it has ended. */
export const run: Run = async ([id], { watch }, { terminal, json, connect }) => {
  const client = await connect();
  if (id === undefined && watch !== true) {
    const fleet = await client.view<FleetView>('/fleet.json');
    if (json) terminal.out(JSON.stringify(fleet));
    else for (const line of fleetLines(fleet, terminal.style)) terminal.out(line);
    return exitCodes.done;
  }
  const rollout = id ?? (await newestRollout(client));
  const read = () => readRollout(client, rollout);
  if (watch === true) return (await watchRollout(read, terminal, json)).exitCode;
  const view = await read();
  if (json) terminal.out(JSON.stringify(view));
  else for (const line of renderProgress(view, terminal.style)) terminal.out(line);
  return exitCodes.done;
};

export const readRollout = (client: Client, rollout: string): Promise<RolloutView> =>
  client.view<RolloutView>(`/rollouts/${encodeURIComponent(rollout)}.json`);

/** The rollout under way, else the one that was started last. Throws `Stop` when there was none yet. */
export const newestRollout = async (client: Client): Promise<string> => {
  const [newest] = await client.view<readonly RolloutLine[]>('/rollouts.json');
  if (newest !== undefined) return newest.rollout;
  throw new Stop(exitCodes.badInput, 'NO_ROLLOUT', 'there is no rollout yet; start one with `tidegate release COMMIT`');
};
