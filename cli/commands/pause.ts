import type { Hold } from '../../shared/rollout/holds.ts';
import type { Run } from '../command.ts';
import { reportHold, requireComment } from '../hold.ts';

/** Holds one rollout where it is. */
export const run: Run = async ([rollout = ''], options, cli) => {
  const comment = requireComment(options);
  const client = await cli.connect();
  return reportHold(
    await client.post<Hold>('/holds', { kind: 'pause', scope: 'rollout', name: rollout, comment }),
    cli,
  );
};
