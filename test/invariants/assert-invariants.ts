import { checkHistories } from './checks.ts';
import { readHistories } from './histories.ts';

/** Throws where the histories in this folder of an instance break an invariant; a run that was left half way may have open ends. */
export const assertInvariants = (dir: string): void => {
  const found = checkHistories(readHistories(dir), { isOver: false });
  if (found.length > 0) throw new Error(`invariants do not hold: ${JSON.stringify(found, null, 2)}`);
};
