import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Terminal } from './terminal.ts';

/** A session at a console, as `tidegate login` has been given it. */
export interface KeptSession {
  /** A credential. */
  readonly token: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

type Env = Terminal['env'];

const sessions = z.record(z.url(), z.object({ token: z.string(), name: z.string(), until: z.number() }));
type Sessions = Readonly<Record<string, KeptSession>>;

/** `tidegate/sessions.json` below XDG_CONFIG_HOME or `~/.config` (XDG Base Directory); `undefined` where neither is known. */
export const sessionsFile = ({ XDG_CONFIG_HOME, HOME }: Env): string | undefined => {
  const base = XDG_CONFIG_HOME || (HOME && join(HOME, '.config'));
  return base ? join(base, 'tidegate', 'sessions.json') : undefined;
};

/** The session at a console that is not over; `undefined` for none, and where what is kept can not be read. */
export const readSessionAt = (env: Env, origin: string, now: number): KeptSession | undefined => {
  const session = readAll(env)[origin];
  return session !== undefined && session.until > now ? session : undefined;
};

/** Keeps a session for its owner alone (mode 0600), in place of one that was kept for the same console; `undefined` forgets it. */
export const keepSessionAt = (env: Env, origin: string, session: KeptSession | undefined): void => {
  const file = sessionsFile(env);
  if (file === undefined) return;
  const { [origin]: _, ...others } = readAll(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Whoever reads meanwhile sees the old file or the new one.
  writeFileSync(
    `${file}.new`,
    `${JSON.stringify(session === undefined ? others : { ...others, [origin]: session })}\n`,
    {
      mode: 0o600,
    },
  );
  renameSync(`${file}.new`, file);
};

const readAll = (env: Env): Sessions => {
  const file = sessionsFile(env);
  try {
    return file === undefined ? {} : sessions.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
};
