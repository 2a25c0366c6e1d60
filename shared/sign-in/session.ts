import type { Actor } from '../access/authorise.ts';
import type { Key, Ledger } from '../ledger/ledger.ts';
import { stored, update } from '../ledger/update.ts';
import type { Clock } from '../outside/clock.ts';
import { type Random, randomHex } from '../outside/random.ts';
import { digestOf } from '../rollout/digest.ts';

/** Somebody who has signed in: what the browser or the terminal holds is a name of this row, and says nothing by itself. */
interface Session {
  readonly name: string;
  readonly roles: readonly string[];
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly usedAt: number;
}

interface SessionOutside {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
}

/** Roles are those of signing in, so no session outlives a working day. */
export const sessionMs = 8 * 3_600_000;
/** Whoever has left the browser alone for so long signs in again. */
const idleMs = 3_600_000;
/** Use is written down no more often than this. */
const noticedMs = 60_000;

/** What a session's token begins with, which no token of an issuer does. */
const mark = 'tgs_';

/** Whether a text is meant as a session's token. */
export const isSessionToken = (text: string): boolean => text.startsWith(mark);

const keyOf = (token: string): Key => ({
  // The table has digests only: who reads it can not be anybody.
  partition: `session#${digestOf(token).slice('sha256:'.length)}`,
  sort: 'session',
});

/**
 * Begins a session, and gives the token that stands for it: 256 bits, shown this once. It ends eight hours after its person signed in at the issuer:
 * now, or at `startedAt` where another session of theirs let this one in.
 */
export const startSession = async (
  { name, roles }: Actor,
  { ledger, clock, random }: SessionOutside & { readonly random: Random },
  startedAt: number = clock.now(),
): Promise<{ readonly token: string; readonly until: number }> => {
  const token = `${mark}${randomHex(random, 32)}`;
  const session: Session = { name, roles: roles === 'all' ? [] : roles, startedAt, usedAt: clock.now() };
  const until = startedAt + sessionMs;
  await ledger.put({ ...keyOf(token), data: { ...session }, expect: 'absent', expiresAt: until });
  return { token, until };
};

/** When the person of a session signed in at the issuer; `undefined` for what is no session. Whether it is over is not asked. */
export const sessionStart = async (
  token: string,
  { ledger }: Pick<SessionOutside, 'ledger'>,
): Promise<number | undefined> => {
  const row = await ledger.get(keyOf(token));
  return row === undefined ? undefined : stored<Session>(row).startedAt;
};

/**
 * Whose session a token stands for; `undefined` for one that is over, was ended, or never was. `isUse`: somebody did something, and did not merely
 * leave a page open that looks again by itself; then the hour after which a session is over begins anew.
 */
export const readSession = async (
  token: string,
  isUse: boolean,
  { ledger, clock }: SessionOutside,
): Promise<Actor | undefined> => {
  const key = keyOf(token);
  const row = await ledger.get(key);
  if (row === undefined) return undefined;
  const session = stored<Session>(row);
  const now = clock.now();
  if (now >= session.startedAt + sessionMs || now >= session.usedAt + idleMs) return undefined;
  if (isUse && now >= session.usedAt + noticedMs) {
    const used = (before: typeof row | undefined) =>
      before === undefined ? undefined : { ...before.data, usedAt: now };
    await update(ledger, key, used, session.startedAt + sessionMs);
  }
  return { name: session.name, kind: 'person', roles: session.roles };
};

/** Ends a session at once. Ending one that is not there does nothing. */
export const endSession = async (token: string, { ledger }: Pick<SessionOutside, 'ledger'>): Promise<void> => {
  const key = keyOf(token);
  const row = await ledger.get(key);
  if (row !== undefined) await ledger.remove({ ...key, expect: row.version });
};
