import { approvalId } from '../../shared/approval/request-approval.ts';
import { readApproval } from '../../shared/approval/rows.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import { getJson } from '../../shared/blobs/json.ts';
import { readAllEvents } from '../../shared/ledger/events.ts';
import { readFlagChanges } from '../../shared/ledger/flags.ts';
import { type Rollout, readRollout } from '../../shared/ledger/rollouts.ts';
import { readBegun, readDebt } from '../../shared/ledger/target-state.ts';
import { readTurn, type TurnHolder } from '../../shared/ledger/turn.ts';
import { readDeployments, readJudgements, readStop, readWave, type WaveRef } from '../../shared/ledger/waves.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Direction, WavePlan } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { readEvidence } from './read-evidence.ts';
import type { PassRows, RolloutRows, WaveRows } from './rollout-rows.ts';

type Stored = Pick<Outside, 'ledger' | 'blobs'>;

/** More than a rollout of 1,000 targets writes; a page of history beyond it would not be read by anybody. */
const mostEvents = 5_000;

/** All that is known of a rollout; `undefined` when there is none of that name. Reads only. */
export const readRolloutRows = async (id: string, stored: Stored): Promise<RolloutRows | undefined> => {
  const rollout = await readRollout(stored.ledger, id);
  if (rollout === undefined) return undefined;
  const release = rollout.release === undefined ? undefined : await getJson<Release>(stored.blobs, rollout.release);
  const begun = new Set(await readBegun(stored.ledger, id));
  const waves: WaveRows[] = [];
  for (const wave of release?.waves ?? []) waves.push(await readWaveRows(rollout, wave, stored));
  return {
    rollout,
    ...(release === undefined ? {} : { release }),
    waves,
    begun,
    debt: await readDebt(stored.ledger, id),
    evidence: await readEvidence(waves, stored),
    events: await readAllEvents(stored.ledger, id, mostEvents),
  };
};

const readWaveRows = async (rollout: Rollout, wave: Wave, stored: Stored): Promise<WaveRows> => {
  const ref = (direction: Direction): WaveRef => ({
    rollout: rollout.rollout,
    // Prepared, or there would be no wave to read.
    release: rollout.release as Digest,
    wave: wave.name,
    direction,
  });
  const turn = await readTurn(stored.ledger, wave.name);
  const forward = await readPass(ref('forward'), stored);
  const { plan } = forward.progress;
  const approval = plan === undefined ? undefined : await readApproval(stored.ledger, approvalId(ref('forward'), plan));
  return {
    wave,
    ...(turn.holder === undefined ? {} : { holder: withoutToken(turn.holder) }),
    queue: turn.queue.map(withoutToken),
    ...(approval === undefined ? {} : { approval }),
    flags: await readFlagChanges(stored.ledger, ref('forward')),
    forward,
    back: await readPass(ref('back'), stored),
  };
};

/** A task token is a credential: it never leaves the ledger. */
const withoutToken = ({ rollout, since }: TurnHolder) => ({ rollout, since });

const readPass = async (ref: WaveRef, { ledger, blobs }: Stored): Promise<PassRows> => {
  const progress = await readWave(ledger, ref);
  const stop = await readStop(ledger, ref);
  return {
    progress,
    ...(progress.plan === undefined ? {} : { plan: await getJson<WavePlan>(blobs, progress.plan) }),
    ...(stop === undefined ? {} : { stop }),
    deployments: await readDeployments(ledger, ref),
    judgements: await readJudgements(ledger, ref),
  };
};
