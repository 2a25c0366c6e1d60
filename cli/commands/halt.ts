import type { Hold } from '../../shared/rollout/holds.ts';
import type { Run } from '../command.ts';
import { reportHold, requireComment } from '../hold.ts';
import { Stop } from '../stop.ts';

/**
 * Stops every write of the instance, ways back too. Where its console does not answer, the halt is written into the ledger in its folder,
 * which is read before each write.
 */
export const run: Run = async (_, options, cli) => {
  const because = requireComment(options);
  try {
    const client = await cli.connect();
    return reportHold(await client.post<Hold>('/holds', { kind: 'halt', scope: 'fleet', comment: because }), cli);
  } catch (error) {
    if (!(error instanceof Stop) || error.code !== 'NO_INSTANCE' || options.url !== undefined) throw error;
    const { haltLedger } = await import('../halt-ledger.ts');
    const hold = await haltLedger(cli.terminal, because);
    if (hold === undefined) throw error;
    cli.terminal.say('the console does not answer; the halt stands in the ledger of the instance');
    return reportHold(hold, cli);
  }
};
