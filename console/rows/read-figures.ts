import { assessObjective } from '../../shared/analysis/assess-objective.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import { assessObjectiveStandings } from '../../shared/availability/assess-objective-standings.ts';
import { probeRegions } from '../../shared/availability/probe-availability.ts';
import { readProbed } from '../../shared/availability/read-probed.ts';
import { readOutages, watchProbers } from '../../shared/availability/watch-probers.ts';
import { readDrifts } from '../../shared/drift/drift-row.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import { listRollouts, type Rollout } from '../../shared/ledger/rollouts.ts';
import { readTargetStates } from '../../shared/ledger/target-state.ts';
import { readTurn } from '../../shared/ledger/turn.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { FiguresRows } from '../figures/figures.ts';
import { readPrivate } from './read-private.ts';

/** How many of the newest rollouts are counted. A fleet with more in thirty days counts its newest. */
const looked = 500;
const dayMs = 24 * 3_600_000;
/** Verdicts are read from the histories of so many rollouts at most. */
const readHistories = 20;

/** What our own figures are made of. Reads only. */
export const readFigures = async (
  stored: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>,
): Promise<FiguresRows> => {
  const { ledger, clock, settings } = stored;
  const now = clock.now();
  const rollouts = await listRollouts(ledger, looked);
  const states = await readTargetStates(ledger);
  const outages = await readOutages(stored);
  const availability = (await readProbed(states, stored)).flatMap((each) =>
    assessObjectiveStandings(each, probeRegions(settings), outages, assessObjective, now),
  );
  const waves = [...new Set(rollouts.slice(0, readHistories).flatMap((rollout) => rollout.waves ?? []))].sort();
  const turns = await Promise.all(
    waves.map(async (wave) => [wave, (await readTurn(ledger, wave)).queue.length] as const),
  );
  return {
    rollouts,
    verdicts: await readVerdicts(rollouts, now, stored),
    availability,
    approvalsOpen: (await readOpenApprovals(ledger)).length,
    queue: Object.fromEntries(turns),
    targetsByCommit: countBy([...states.values()].flatMap(({ verified }) => verified?.commit ?? [])),
    following: await readPrivate(rollouts, states, stored),
    drifts: await readDrifts(ledger),
    silentProbers: countBy((await watchProbers(stored)).map(({ region }) => region)),
  };
};

const readVerdicts = async (
  rollouts: readonly Rollout[],
  now: number,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<FiguresRows['verdicts']> => {
  const recent = rollouts.filter(({ end }) => end === undefined || end.at > now - dayMs).slice(0, readHistories);
  const histories = await Promise.all(recent.map(({ rollout }) => readEvents(ledger, rollout)));
  return histories.flat().flatMap(({ event: { kind, details } }) => {
    if (kind !== 'verdict') return [];
    const judgement = details as Pick<Judgement, 'kind' | 'verdict'> | undefined;
    return judgement === undefined ? [] : [{ kind: judgement.kind, verdict: judgement.verdict }];
  });
};

const countBy = (values: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};
