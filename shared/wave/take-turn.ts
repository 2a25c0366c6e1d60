import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { changeTurn, nextAfter, nextTurn, readTurn, type TurnDecision } from '../ledger/turn.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { executionArn, type StepFunctions } from '../outside/step-functions.ts';
import type { Wave } from '../rollout/wave.ts';

/**
 * Asks for the wave on behalf of an execution that waits on `token`, and answers the tokens of all whom the decision concerns. A holder
 * whose rollout has ended without freeing the wave is passed over. Asking again, under a new token, is safe.
 */
export const takeTurn = async (
  ref: WaveRef,
  wave: Wave,
  token: string,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<void> => {
  await freeDeadTurn(ref.wave, steps, outside);
  const asking = { rollout: ref.rollout, token, since: outside.clock.now() };
  const whenTaken = ref.direction === 'back' ? 'queue' : wave.whenTaken;
  const decision = await changeTurn(outside.ledger, ref.wave, (turn) => nextTurn(turn, asking, whenTaken));
  if (decision.granted.length === 0) {
    await recordEvent(outside.ledger, ref.rollout, `queued ${ref.wave} ${ref.direction}`, {
      at: outside.clock.now(),
      kind: 'turn',
      wave: ref.wave,
      text: `waits for wave ${ref.wave}, which rollout ${decision.turn.holder?.rollout} holds`,
    });
  }
  await tellTurns(decision, ref.wave, ref.rollout, steps);
};

/** Gives the wave up and tells the next in the queue. Twice is as once. */
export const freeTurn = async (
  wave: string,
  rollout: string,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger'>,
): Promise<void> => {
  await tellTurns(await changeTurn(outside.ledger, wave, (turn) => nextAfter(turn, rollout)), wave, rollout, steps);
};

/**
 * Frees a wave whose holder's rollout has ended: the sweeper that a turn without expiry needs. A rollout whose execution still runs is
 * never swept, however long it takes.
 */
export const freeDeadTurn = async (
  wave: string,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'settings'>,
): Promise<void> => {
  const { holder } = await readTurn(outside.ledger, wave);
  if (holder === undefined) return;
  const ended = (await readRollout(outside.ledger, holder.rollout))?.end !== undefined;
  const status = await steps.status(executionArn(outside.settings.stateMachines.rollout, holder.rollout));
  if (ended || status !== 'RUNNING') await freeTurn(wave, holder.rollout, steps, outside);
};

const tellTurns = async (decision: TurnDecision, wave: string, by: string, steps: StepFunctions): Promise<void> => {
  for (const { token } of decision.granted) {
    await steps.succeed(token, { status: 'taken', because: `wave ${wave} is free` });
  }
  for (const { token } of decision.superseded) {
    await steps.succeed(token, {
      status: 'superseded',
      because: `rollout ${by} is newer and took the place in the queue of wave ${wave}`,
    });
  }
};
