import type { Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { createClient } from '../fetch.ts';
import { keepSessionAt, readSessionAt } from '../sessions.ts';

/** Ends the session that is kept for a console, there and here; where there is none, nothing. */
export const run: Run = async (_, __, { terminal, json, connect }) => {
  const client = await connect();
  const { url } = client.connection;
  const session = readSessionAt(terminal.env, url, terminal.clock.now());
  // As the session that is kept, whatever TIDEGATE_TOKEN says.
  if (session !== undefined)
    await createClient({ url, token: session.token }, terminal.interrupted).post('/sign-out', {});
  keepSessionAt(terminal.env, url, undefined);
  if (json) terminal.out(JSON.stringify({ url, ended: session !== undefined }));
  else terminal.out(session === undefined ? `No session at ${url}` : `${session.name} has signed out at ${url}`);
  return exitCodes.done;
};
