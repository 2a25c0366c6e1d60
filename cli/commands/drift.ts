import type { ShownDrift } from '../../shared/drift/drift-row.ts';
import type { Run } from '../command.ts';
import { driftLines } from '../drift-lines.ts';
import { exitCodes } from '../exit-codes.ts';

/** Which targets have drifted, as they were looked at last. Exit 3 where one has, 7 where one could not be looked at. */
export const run: Run = async (_, __, { terminal, json, connect }) => {
  const drifts = await (await connect()).view<readonly ShownDrift[]>('/drift.json');
  if (json) for (const drift of drifts) terminal.out(JSON.stringify(drift));
  else for (const line of driftLines(drifts, terminal.style)) terminal.out(line);
  if (drifts.some(({ status }) => status === 'drifted')) return exitCodes.notGood;
  return drifts.some(({ status }) => status === 'unknown') ? exitCodes.partial : exitCodes.done;
};
