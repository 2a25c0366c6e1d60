import { recordEvent } from '../ledger/events.ts';
import { readFlagChangesOf } from '../ledger/flags.ts';
import type { Write } from '../ledger/ledger.ts';
import { closeRollout, endRollout, type Rollout, readRollout } from '../ledger/rollouts.ts';
import { readBegun, readDebt, readTargetStates } from '../ledger/target-state.ts';
import type { Outside } from '../outside/outside.ts';
import { type EndFacts, endOf, type Standing } from '../rollout/end-of.ts';
import { brief, type End } from '../rollout/outcome.ts';
import { freezeSource } from './freeze-source.ts';

/** What ended the rollout, as its last step said. */
export interface Cause {
  readonly outcome: string;
  readonly because: string;
}

/** How a rollout ended, whoever gave it that end. */
export interface Ended {
  readonly rollout: string;
  readonly outcome: End;
  readonly because: string;
}

export interface ConcludeTools {
  /** Makes git true again after the targets have gone back; says what it did. Twice is as once. Throws as `fetchCommit` does. */
  revert(commit: string): Promise<string>;
  /** Gives up every wave this rollout may still hold. */
  freeTurn(wave: string): Promise<void>;
  /** Starts the rollouts of private targets that the release has, once every wave of the fleet has passed. Twice is as once. */
  follow(row: Rollout): Promise<readonly string[]>;
  /** The rows of what people are told of an end, for the write that closes the rollout; none where they are told, or need not be. */
  noticeOf(ended: Ended): Promise<readonly Write[]>;
}

const outcomes = ['passed', 'failed', 'aborted', 'held', 'refused', 'superseded'] as const;

/**
 * Gives a rollout its one end, from where its targets stand and not from what was meant. When they are back on what they had, or people
 * said no before anything was begun, the merge is reverted, so that git says what is live; a refused commit is left for its author to
 * mend. A config repository that refuses the revert is an event, for no other try would end better; one that does not answer is thrown, and
 * the next call goes on from there. People are told in the write that closes it. Twice is as once.
 */
export const concludeRollout = async (
  rollout: string,
  cause: Cause,
  tools: ConcludeTools,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<Ended> => {
  const row = await readRollout(ledger, rollout);
  const outcome = outcomes.find((known) => known === cause.outcome) ?? 'failed';
  const standings = await standingsOf(rollout, outcome, ledger);
  const flags = await readFlagChangesOf(ledger, rollout);
  const facts: EndFacts = {
    outcome,
    because: cause.because,
    standings,
    debt: await readDebt(ledger, rollout),
    ...(flags.length === 0 ? {} : { flags: flags.every(({ backAt }) => backAt !== undefined) ? 'back' : 'kept' }),
  };
  const passed = outcome === 'passed' ? { passed: true as const } : {};
  const end = await endRollout(ledger, rollout, { ...endOf(facts), ...passed, at: clock.now() });
  for (const wave of row?.waves ?? []) await tools.freeTurn(wave);
  const untouched = Object.keys(standings).length === 0;
  // What a private target does not get the fleet keeps: git goes on saying what that has.
  const isFleet = row !== undefined && row.only === undefined;
  if (isFleet && (end.outcome === 'rolled_back' || (end.outcome === 'aborted' && untouched))) {
    const text = await tools.revert(row.commit).catch(whyNot);
    await recordEvent(ledger, rollout, 'git', { at: clock.now(), kind: 'git', text });
  }
  if (isFleet && end.outcome === 'refused') await freezeSource(row, { ledger, clock });
  // Not what somebody holds, or flags have cured: that was verified nowhere, and customers come last.
  if (isFleet && end.passed) await tools.follow(row);
  await recordEvent(ledger, rollout, 'ended', {
    at: clock.now(),
    kind: 'ended',
    text: `${end.outcome}: ${end.because}`,
    details: { outcome: end.outcome },
  });
  const ended = { rollout, outcome: end.outcome, because: end.because };
  if (row !== undefined) await closeRollout(ledger, row, await tools.noticeOf(ended));
  return ended;
};

/** A refusal as a sentence; anything else is thrown on. */
const whyNot = (error: unknown): string => {
  if (!(error instanceof Error) || error.name !== 'ConfigRepositoryRefused') throw error;
  return brief(`git could not be made true: ${error.message}`);
};

/**
 * Of every target the rollout began to change: how it stands. What another rollout has begun since is no longer ours: a rollout that
 * passed had verified it, for it gave up the turn only then; any other went back from it.
 */
const standingsOf = async (
  rollout: string,
  outcome: EndFacts['outcome'],
  ledger: Outside['ledger'],
): Promise<Record<string, Standing>> => {
  const states = await readTargetStates(ledger);
  return Object.fromEntries(
    (await readBegun(ledger, rollout)).map((target): [string, Standing] => {
      const state = states.get(target);
      if (state?.begun === undefined) return [target, 'back'];
      if (state.begun.rollout !== rollout) return [target, outcome === 'passed' ? 'passed-on' : 'back'];
      return [target, state.verified?.rollout === rollout ? 'new' : 'kept'];
    }),
  );
};
