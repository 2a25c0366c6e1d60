import { createHash } from 'node:crypto';
import type { Actor } from '../access/authorise.ts';
import type { Key, Ledger } from '../ledger/ledger.ts';
import { stored } from '../ledger/update.ts';
import type { Clock } from '../outside/clock.ts';
import { digestOf } from '../rollout/digest.ts';

interface TerminalOutside {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'now'>;
}

/** How long a terminal has to collect what a person has granted it. */
const collectMs = 5 * 60_000;

/** SHA-256 in base64url: what a terminal shows of the secret it keeps (RFC 7636, section 4.2). */
export const isChallenge = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** What a terminal shows of its secret. Pure. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** `3F2A-91C0`: by this a person tells that the terminal on the page is the one before them. Pure. */
export const codeOf = (challenge: string): string => {
  const code = digestOf(challenge).slice('sha256:'.length).toUpperCase();
  return `${code.slice(0, 4)}-${code.slice(4, 8)}`;
};

const keyOf = (challenge: string): Key => ({ partition: `terminal#${challenge}`, sort: 'granted' });

/** Who let a terminal act as them, and when they signed in: the terminal's session is over when theirs is. */
interface Grant extends Pick<Actor, 'name' | 'roles'> {
  /** Epoch milliseconds. */
  readonly since: number;
}

/**
 * A person who is signed in lets a terminal act as them. Nobody writes anything before that, so a stranger can not fill the table with terminals. Twice
 * is as once.
 */
export const grantTerminal = async (
  challenge: string,
  { name, roles, since }: Grant,
  { ledger, clock }: TerminalOutside,
): Promise<void> => {
  const expiresAt = clock.now() + collectMs;
  await ledger.put({ ...keyOf(challenge), data: { name, roles, since }, expect: 'absent', expiresAt });
};

/** Who has let the terminal act as them that keeps `verifier`, and when they signed in: told once. `undefined`: nobody yet, or it was collected, or that is too long ago. */
export const collectTerminal = async (
  verifier: string,
  { ledger, clock }: TerminalOutside,
): Promise<{ readonly actor: Actor; readonly since: number } | undefined> => {
  const key = keyOf(challengeOf(verifier));
  const row = await ledger.get(key);
  if (row === undefined || (row.expiresAt ?? 0) <= clock.now()) return undefined;
  // Of two that collect at once one does.
  if (!(await ledger.remove({ ...key, expect: row.version }))) return undefined;
  const { name, roles, since } = stored<Grant>(row);
  return { actor: { name, roles, kind: 'person' }, since };
};
