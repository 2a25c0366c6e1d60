import type { Hold } from '../../shared/rollout/holds.ts';
import { type Run, textOption } from '../command.ts';
import { parseScope, reportHold, requireComment } from '../hold.ts';

/** Freezes a part of the fleet, or all of it. */
export const run: Run = async ([what = ''], options, cli) => {
  const fields = { kind: 'freeze', ...parseScope(what), comment: requireComment(options) };
  const rollback = options.rollback === false ? 'no' : 'yes';
  const client = await cli.connect();
  const asked = { ...fields, rollback, for: textOption(options, 'for') ?? '' };
  return reportHold(await client.post<Hold>('/holds', asked), cli);
};
