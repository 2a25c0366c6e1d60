import { randomBytes } from 'node:crypto';
import { challengeOf, codeOf } from '../../shared/sign-in/terminal.ts';
import type { Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type KeptSession, keepSessionAt, sessionsFile } from '../sessions.ts';
import { badInput, Stop } from '../stop.ts';

type Answer = { readonly status: 'waiting' } | ({ readonly status: 'signed-in' } & KeptSession);

const pollMs = 2_000;
/** As long as a person may take to sign in and find their way back to the page. */
const waitMs = 10 * 60_000;

/** Signs in by a browser, and keeps the session. Exit 4 when nobody let the terminal in within ten minutes. */
export const run: Run = async (_, __, { terminal, json, connect }) => {
  const client = await connect();
  const { url } = client.connection;
  if (sessionsFile(terminal.env) === undefined) {
    throw badInput('neither XDG_CONFIG_HOME nor HOME is set: there is nowhere to keep a session');
  }
  const verifier = randomBytes(32).toString('base64url');
  const challenge = challengeOf(verifier);
  terminal.say(`Open  ${url}/sign-in/terminal/${challenge}`);
  terminal.say(`and let the terminal in that shows  ${terminal.style('bold', codeOf(challenge))}`);
  for (const ends = terminal.clock.now() + waitMs; terminal.clock.now() < ends; ) {
    const answer = await client.post<Answer>('/sign-in/terminal', { verifier }).catch((error: unknown) => {
      throw orLocal(error, url);
    });
    if (answer.status === 'signed-in') {
      const { token, name, until } = answer;
      keepSessionAt(terminal.env, url, { token, name, until });
      const to = new Date(until).toISOString().slice(0, 16).replace('T', ' ');
      if (json) terminal.out(JSON.stringify({ url, name, until }));
      else terminal.out(`Signed in at ${url} as ${name}, until ${to} UTC`);
      return exitCodes.done;
    }
    await terminal.clock.sleep(pollMs, terminal.interrupted);
  }
  throw new Stop(
    exitCodes.signIn,
    'NOT_SIGNED_IN',
    'nobody let this terminal in within ten minutes; run tidegate login again',
  );
};

/** An instance on one machine has no such page. */
const orLocal = (error: unknown, url: string): unknown =>
  error instanceof Stop && error.code === 'NOT_FOUND'
    ? badInput(
        `nobody signs in at ${url}: an instance on one machine has one owner, whose token is in its .tidegate/instance.json`,
      )
    : error;
