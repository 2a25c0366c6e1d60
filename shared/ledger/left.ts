import type { Ledger } from './ledger.ts';
import { stored, update } from './update.ts';

/** That a rollout waits for targets that it could not reach on its way back. */
export interface Left {
  /** Since when, epoch milliseconds. */
  readonly since: number;
  /** Who does not want to wait for them any more, and why. */
  readonly givenUp?: string;
}

const keyOf = (rollout: string) => ({ partition: `rollout#${rollout}`, sort: 'left' });

/** Notes that it waits; the first time stays. Returns what is noted. */
export const keepLeft = async (ledger: Ledger, rollout: string, since: number): Promise<Left> => {
  const row = await update(ledger, keyOf(rollout), (known) => (known === undefined ? { since } : undefined));
  return row === undefined ? { since } : stored<Left>(row);
};

/** Notes that nobody waits for them any more, where somebody does; the first reason stays. `false`: nothing is waited for. */
export const giveUpLeft = async (ledger: Ledger, rollout: string, because: string): Promise<boolean> => {
  const row = await update(ledger, keyOf(rollout), (known) =>
    known === undefined || known.data.givenUp !== undefined ? undefined : { ...known.data, givenUp: because },
  );
  return row !== undefined;
};
