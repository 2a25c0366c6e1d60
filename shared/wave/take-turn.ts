import { recordEvent } from '../ledger/events.ts';
import { readFlagChanges } from '../ledger/flags.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { readBegun, readTargetStates } from '../ledger/target-state.ts';
import { afterTelling, changeTurn, nextAfter, nextTurn, readTurn, type Turn } from '../ledger/turn.ts';
import { readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { executionArn, type StepFunctions } from '../outside/step-functions.ts';
import type { Wave } from '../rollout/wave.ts';

/**
 * Asks for the wave on behalf of an execution that waits on `token`, and answers the tokens of all whom that concerns. A holder whose
 * rollout has ended without freeing the wave is passed over, and one that has ended itself, as where its stopped execution is redriven after
 * the sweeper ended it, is given none; the way back of a wave in which nothing was begun has `passed` without
 * waiting for anybody. Asking again, under a new token, is safe.
 */
export const takeTurn = async (
  ref: WaveRef,
  wave: Wave,
  token: string,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<void> => {
  const { ledger, clock } = outside;
  const own = await readRollout(ledger, ref.rollout);
  if (own?.end !== undefined) {
    const because = `rollout ${ref.rollout} has ended: ${own.end.outcome}; tidegate retry begins it anew`;
    await steps.succeed(token, { status: 'aborted', because });
    return;
  }
  if (ref.direction === 'back' && (await isUntouched(ref, wave, ledger))) {
    await steps.succeed(token, { status: 'passed', because: `nothing of this rollout is in wave ${ref.wave}` });
    return;
  }
  await freeDeadTurn(ref.wave, steps, outside);
  const since = clock.now();
  const startedAt = own?.startedAt ?? since;
  const asking = { rollout: ref.rollout, token, since, startedAt };
  const whenTaken = ref.direction === 'back' ? 'queue' : wave.whenTaken;
  const turn = await changeTurn(ledger, ref.wave, (before) => nextTurn(before, asking, whenTaken));
  if (turn.queue.some((waiting) => waiting.rollout === ref.rollout)) {
    await recordEvent(ledger, ref.rollout, `queued ${ref.wave} ${ref.direction}`, {
      at: clock.now(),
      kind: 'turn',
      wave: ref.wave,
      text: `waits for wave ${ref.wave}, which rollout ${turn.holder?.rollout} holds`,
    });
  }
  await tellTurn(turn, ref.wave, steps, ledger);
};

/** Gives the wave up and tells the next in the queue; who was told before is told again, to no effect. Twice is as once. */
export const freeTurn = async (
  wave: string,
  rollout: string,
  steps: StepFunctions,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<void> => {
  const turn = await changeTurn(ledger, wave, (before) => nextAfter(before, rollout));
  await tellTurn(turn, wave, steps, ledger);
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

/** Tells the holder and the superseded as they are stored: whoever changed the row may have died before telling them. */
export const tellTurn = async (turn: Turn, wave: string, steps: StepFunctions, ledger: Ledger): Promise<void> => {
  const { holder, superseded } = turn;
  if (holder !== undefined) await steps.succeed(holder.token, { status: 'taken', because: `wave ${wave} is free` });
  for (const { token, by } of superseded) {
    await steps.succeed(token, {
      status: 'superseded',
      because: `rollout ${by} is newer and took the place in the queue of wave ${wave}`,
    });
  }
  if (superseded.length > 0) await changeTurn(ledger, wave, (now) => afterTelling(now, superseded));
};

/** A rollout that holds the turn, has begun a target or set a flag, may have written something. */
const isUntouched = async (ref: WaveRef, wave: Wave, ledger: Ledger): Promise<boolean> => {
  const { rollout } = ref;
  if ((await readTurn(ledger, wave.name)).holder?.rollout === rollout) return false;
  if ((await readFlagChanges(ledger, ref)).some(({ backAt }) => backAt === undefined)) return false;
  const begun = new Set(await readBegun(ledger, rollout));
  const ours = wave.targets.filter((target) => begun.has(target));
  if (ours.length === 0) return true;
  if ((await readWave(ledger, ref)).closedAt === undefined) return false;
  // It was here before, and is for what it could not reach then.
  const states = await readTargetStates(ledger);
  return !ours.some((target) => states.get(target)?.begun?.rollout === rollout);
};
