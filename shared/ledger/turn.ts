import type { Data, Ledger } from './ledger.ts';
import { update } from './update.ts';

/** A rollout that holds a wave or waits for it, with the handle by which it is told that its turn has come. */
export interface TurnHolder {
  readonly rollout: string;
  /** Task token of the execution that waits. A credential: it never leaves the ledger but to Step Functions. */
  readonly token: string;
  /** Since when it has asked for this wave. */
  readonly since: number;
  /** When its rollout started: what is older and what is newer. */
  readonly startedAt: number;
}

/** A rollout that will not get the wave because of a newer one. */
export interface Superseded extends TurnHolder {
  readonly by: string;
}

/** Who has a wave. Whom a change concerns stands in the row until told, so that a death between the two loses nothing. */
export interface Turn {
  readonly holder?: TurnHolder;
  /** Oldest rollout first. */
  readonly queue: readonly TurnHolder[];
  /** Not told yet. */
  readonly superseded: readonly Superseded[];
}

/** Nobody has the wave. */
export const freeWave: Turn = { queue: [], superseded: [] };

/**
 * A rollout asks for a wave. Who holds it keeps it, under the new token; who waits keeps its place. Others wait in the order in which
 * their rollouts started; with `supersede` the newest ends those that wait, and one that is older than the holder or than one that
 * waits ends itself, however late it asks. Asking twice is safe. Pure.
 */
export const nextTurn = (turn: Turn, asking: TurnHolder, whenTaken: 'queue' | 'supersede'): Turn => {
  const { holder, queue } = turn;
  // It waits under a new token now: nobody is there to be told under the old one.
  const superseded = turn.superseded.filter(({ rollout }) => rollout !== asking.rollout);
  if (holder === undefined || holder.rollout === asking.rollout) return { holder: asking, queue, superseded };
  const before = queue.find(({ rollout }) => rollout === asking.rollout);
  const waits = { ...asking, since: before?.since ?? asking.since };
  const others = queue.filter(({ rollout }) => rollout !== asking.rollout);
  if (whenTaken === 'queue') return { holder, queue: [...others, waits].sort(byAge), superseded };
  const newer = [...others, holder].find((other) => byAge(asking, other) < 0);
  return newer === undefined
    ? {
        holder,
        queue: [waits],
        superseded: [...superseded, ...others.map((other) => ({ ...other, by: asking.rollout }))],
      }
    : { holder, queue: others, superseded: [...superseded, { ...waits, by: newer.rollout }] };
};

/** Oldest first; rollouts of one millisecond in the order of their names, so that there is always one newest. */
const byAge = (a: TurnHolder, b: TurnHolder): number =>
  a.startedAt === b.startedAt ? (a.rollout < b.rollout ? -1 : 1) : a.startedAt - b.startedAt;

/** A rollout leaves a wave: the first that waits gets it. Leaving twice, or leaving what one does not hold, changes nothing. Pure. */
export const nextAfter = (turn: Turn, leaving: string): Turn => {
  const { holder, superseded } = turn;
  const queue = turn.queue.filter((waiting) => waiting.rollout !== leaving);
  if (holder !== undefined && holder.rollout !== leaving) return { holder, queue, superseded };
  const [first, ...rest] = queue;
  return first === undefined ? { queue: [], superseded } : { holder: first, queue: rest, superseded };
};

/** Those of `told` need not be told again; whoever came meanwhile stays. Pure. */
export const afterTelling = (turn: Turn, told: readonly Superseded[]): Turn => ({
  ...turn,
  superseded: turn.superseded.filter(({ token }) => !told.some((each) => each.token === token)),
});

const keyOf = (wave: string) => ({ partition: `wave#${wave}`, sort: 'turn' });

const turnOf = (data: Data | undefined): Turn => (data === undefined ? freeWave : (data.turn as Turn));

/** Reads who holds a wave and who waits for it. */
export const readTurn = async (ledger: Ledger, wave: string): Promise<Turn> =>
  turnOf((await ledger.get(keyOf(wave)))?.data);

/** Stores what `next` makes of the turn as it is, and returns it as stored. */
export const changeTurn = async (ledger: Ledger, wave: string, next: (turn: Turn) => Turn): Promise<Turn> => {
  const row = await update(ledger, keyOf(wave), (current) => ({ turn: next(turnOf(current?.data)) }));
  return turnOf(row?.data);
};
