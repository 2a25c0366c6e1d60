import type { Digest } from '../blobs/blobs.ts';
import type { End } from '../rollout/outcome.ts';
import type { Ledger, Row, Write } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import { queryAll, update } from './update.ts';

/** One run of a release through the waves. */
export interface Rollout {
  readonly rollout: string;
  readonly repository: string;
  readonly commit: string;
  readonly startedAt: number;
  /** Of one that was begun again: when its first try started, which is how old its config is. */
  readonly firstStartedAt?: number;
  readonly startedBy: string;
  /** Immutable account names that may not approve: who wrote or merged the commit. */
  readonly authors: readonly string[];
  /** Asked for to get back to an older release: what is live is ill, so its health before does not stop it. */
  readonly rollback?: boolean;
  /** The one private target it is for: it brings what the fleet has. Absent: the fleet. */
  readonly only?: string;
  readonly release?: Digest;
  readonly waves?: readonly string[];
  readonly end?: {
    readonly outcome: End;
    readonly because: string;
    readonly at: number;
    /** Every wave of it passed: the fleet has it, but for targets that could not be reached. Absent where it was held, or went back. */
    readonly passed?: true;
  };
}

const keyOf = (rollout: string) => ({ partition: `rollout#${rollout}`, sort: 'head' });
const sortOf = ({ rollout, startedAt }: Pick<Rollout, 'rollout' | 'startedAt'>) =>
  `${sortableTime(startedAt)}#${rollout}`;
/** Of those that were not concluded. It begins as the list of all does, so its rows are kept as long. */
const open = 'rollouts-open';
/** The newest that are looked through for those that were under way before there were rows of `open`. */
const lookedThrough = 20;
/** The most that one query returns: some tens of rollouts of the fleet with all that follow them. */
const mostListed = 1_000;

/** Writes the row of a rollout that starts, and with it what is given. `false` when it is there already: a repeat starts nothing. */
export const openRollout = async (ledger: Ledger, rollout: Rollout, beside: readonly Write[] = []): Promise<boolean> =>
  ledger.transact([
    ...beside,
    { ...keyOf(rollout.rollout), data: { ...rollout }, expect: 'absent' },
    {
      partition: 'rollouts',
      sort: sortOf(rollout),
      // Whom it is for, so that those of the fleet are found among the many that follow.
      data: { rollout: rollout.rollout, ...(rollout.only === undefined ? {} : { only: rollout.only }) },
      expect: 'absent',
    },
    { partition: open, sort: sortOf(rollout), data: { rollout: rollout.rollout }, expect: 'absent' },
  ]);

/**
 * Takes a rollout from those that are open: the last thing that concluding does. `told` are the rows of what people are told of its end, written
 * in the same transaction: as long as they are not told it is open, and is found again. Twice is as once.
 */
export const closeRollout = async (
  ledger: Ledger,
  rollout: Pick<Rollout, 'rollout' | 'startedAt'>,
  told: readonly Write[] = [],
): Promise<void> => {
  const closing = { partition: open, sort: sortOf(rollout), expect: 1 };
  if (await ledger.transact([closing, ...told])) return;
  // Closed before, or under way before there was this list; or somebody else has told of it meanwhile.
  await ledger.transact(told);
  await ledger.remove(closing);
};

export const readRollout = async (ledger: Ledger, rollout: string): Promise<Rollout | undefined> =>
  (await ledger.get(keyOf(rollout)))?.data as Rollout | undefined;

/** Adds to who may not approve a rollout, and takes nobody away. The same again changes nothing. Returns the row as it then stands. */
export const addAuthors = async (
  ledger: Ledger,
  rollout: string,
  authors: readonly string[],
): Promise<Rollout | undefined> => {
  const row = await update(ledger, keyOf(rollout), (current) => {
    const known = (current?.data.authors ?? []) as readonly string[];
    if (current === undefined || authors.every((author) => known.includes(author))) return undefined;
    return { ...current.data, authors: [...new Set([...known, ...authors])].sort() };
  });
  return row?.data as Rollout | undefined;
};

/** Notes what was prepared. The same again changes nothing. */
export const notePrepared = async (
  ledger: Ledger,
  rollout: string,
  release: Digest,
  waves: readonly string[],
): Promise<void> => {
  await update(ledger, keyOf(rollout), (row) => (row === undefined ? undefined : { ...row.data, release, waves }));
};

/** Writes the one end of a rollout. The first wins; a second call changes nothing and returns the first. */
export const endRollout = async (
  ledger: Ledger,
  rollout: string,
  end: NonNullable<Rollout['end']>,
): Promise<NonNullable<Rollout['end']>> => {
  const row = await update(ledger, keyOf(rollout), (current) =>
    current === undefined || current.data.end !== undefined ? undefined : { ...current.data, end },
  );
  return (row?.data.end as Rollout['end']) ?? end;
};

/** The rollouts that started last, newest first, those of private targets among them. */
export const listRollouts = async (ledger: Ledger, limit: number): Promise<readonly Rollout[]> =>
  readListed(ledger, await ledger.query('rollouts', { limit, reverse: true }));

/**
 * All that were not concluded, newest first, however many have ended since they started. One that has its end, and whose concluding
 * is not done, is among them.
 */
export const listOpenRollouts = async (ledger: Ledger): Promise<readonly Rollout[]> => {
  const rollouts = await readListed(ledger, await queryAll(ledger, open));
  const known = new Set(rollouts.map(({ rollout }) => rollout));
  const older = (await listRollouts(ledger, lookedThrough)).filter(
    ({ rollout, end }) => end === undefined && !known.has(rollout),
  );
  return [...rollouts, ...older].sort((a, b) => (sortOf(a) < sortOf(b) ? 1 : -1));
};

/** The newest of the fleet that was prepared, then those of private targets, each its newest; of the 1,000 that started last. */
export const listNewestPrepared = async (ledger: Ledger): Promise<readonly Rollout[]> => {
  const rows = await ledger.query('rollouts', { limit: mostListed, reverse: true });
  const found = new Map<unknown, Rollout>();
  for (const row of rows) {
    if (found.has(row.data.only)) continue;
    const rollout = await readRollout(ledger, String(row.data.rollout));
    // A row of before they said whom they are for: what it is of says that.
    if (rollout?.release !== undefined && !found.has(rollout.only)) found.set(rollout.only, rollout);
  }
  return [...found.values()].sort((a, b) => Number(a.only !== undefined) - Number(b.only !== undefined));
};

/** The newest of the fleet itself, newest first; of the 1,000 that started last. */
export const listFleetRollouts = (ledger: Ledger, limit: number): Promise<readonly Rollout[]> =>
  listWhere(ledger, (only) => only === undefined, limit);

/**
 * The newest that may have written to a target, of the fleet and, where it is private, its own; those of other private targets take no
 * place.
 */
export const listRolloutsOn = (ledger: Ledger, target: string, limit: number): Promise<readonly Rollout[]> =>
  listWhere(ledger, (only) => only === undefined || only === target, limit);

const listWhere = async (
  ledger: Ledger,
  isMeant: (only: unknown) => boolean,
  limit: number,
): Promise<readonly Rollout[]> => {
  const rows = await ledger.query('rollouts', { limit: mostListed, reverse: true });
  const listed = await readListed(ledger, rows.filter(({ data }) => isMeant(data.only)).slice(0, limit));
  return listed.filter(({ only }) => isMeant(only));
};

const readListed = async (ledger: Ledger, rows: readonly Row[]): Promise<readonly Rollout[]> => {
  const found = await Promise.all(rows.map(({ data }) => readRollout(ledger, String(data.rollout))));
  return found.filter((rollout) => rollout !== undefined);
};
