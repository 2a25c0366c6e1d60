import type { Data, Ledger } from './ledger.ts';
import { update } from './update.ts';

/** A rollout that holds a wave or waits for it, with the handle by which it is told that its turn has come. */
export interface TurnHolder {
  readonly rollout: string;
  /** Task token of the execution that waits. A credential: it never leaves the ledger but to Step Functions. */
  readonly token: string;
  readonly since: number;
}

export interface Turn {
  readonly holder?: TurnHolder;
  readonly queue: readonly TurnHolder[];
}

/** What asking for a turn led to: who must be told so, by token. */
export interface TurnDecision {
  readonly turn: Turn;
  /** Now hold the turn. */
  readonly granted: readonly TurnHolder[];
  /** Were waiting, and never will get it. */
  readonly superseded: readonly TurnHolder[];
}

/**
 * A rollout asks for a wave. Who holds it keeps it, and is granted it again under a new token, so asking twice is safe. Others wait in order
 * of asking; with `supersede` the newest ends those that wait. Pure.
 */
export const nextTurn = (turn: Turn, asking: TurnHolder, whenTaken: 'queue' | 'supersede'): TurnDecision => {
  if (turn.holder === undefined || turn.holder.rollout === asking.rollout) {
    return { turn: { ...turn, holder: asking }, granted: [asking], superseded: [] };
  }
  const others = turn.queue.filter((waiting) => waiting.rollout !== asking.rollout);
  return whenTaken === 'supersede'
    ? { turn: { ...turn, queue: [asking] }, granted: [], superseded: others }
    : { turn: { ...turn, queue: [...others, asking] }, granted: [], superseded: [] };
};

/** A rollout leaves a wave: the first that waits gets it. Leaving twice, or leaving what one does not hold, changes nothing. Pure. */
export const nextAfter = (turn: Turn, leaving: string): TurnDecision => {
  const queue = turn.queue.filter((waiting) => waiting.rollout !== leaving);
  if (turn.holder !== undefined && turn.holder.rollout !== leaving) {
    return { turn: { holder: turn.holder, queue }, granted: [], superseded: [] };
  }
  const [first, ...rest] = queue;
  if (first === undefined) return { turn: { queue: [] }, granted: [], superseded: [] };
  return { turn: { holder: first, queue: rest }, granted: [first], superseded: [] };
};

const keyOf = (wave: string) => ({ partition: `wave#${wave}`, sort: 'turn' });

const turnOf = (data: Data | undefined): Turn => (data === undefined ? { queue: [] } : (data.turn as Turn));

/** Reads who holds a wave and who waits for it. */
export const readTurn = async (ledger: Ledger, wave: string): Promise<Turn> =>
  turnOf((await ledger.get(keyOf(wave)))?.data);

/** Stores what `decide` makes of the turn as it is, and returns the decision that was stored. */
export const changeTurn = async (
  ledger: Ledger,
  wave: string,
  decide: (turn: Turn) => TurnDecision,
): Promise<TurnDecision> => {
  let decision: TurnDecision | undefined;
  await update(ledger, keyOf(wave), (row) => {
    decision = decide(turnOf(row?.data));
    return { turn: decision.turn };
  });
  if (decision === undefined) throw new Error(`turn of wave ${wave}: no decision was made`);
  return decision;
};
