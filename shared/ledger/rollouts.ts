import type { Digest } from '../blobs/blobs.ts';
import type { End } from '../rollout/outcome.ts';
import type { Ledger } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import { update } from './update.ts';

/** One run of a release through the waves. */
export interface Rollout {
  readonly rollout: string;
  readonly repository: string;
  readonly commit: string;
  readonly startedAt: number;
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

/** Writes the row of a rollout that starts. `false` when it is there already: a repeat starts nothing. */
export const openRollout = async (ledger: Ledger, rollout: Rollout): Promise<boolean> =>
  ledger.transact([
    { ...keyOf(rollout.rollout), data: { ...rollout }, expect: 'absent' },
    {
      partition: 'rollouts',
      sort: `${sortableTime(rollout.startedAt)}#${rollout.rollout}`,
      data: { rollout: rollout.rollout },
      expect: 'absent',
    },
  ]);

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

/** The rollouts that started last, newest first. */
export const listRollouts = async (ledger: Ledger, limit: number): Promise<readonly Rollout[]> => {
  const rows = await ledger.query('rollouts', { limit, reverse: true });
  const found = await Promise.all(rows.map((row) => readRollout(ledger, String(row.data.rollout))));
  return found.filter((rollout) => rollout !== undefined);
};
