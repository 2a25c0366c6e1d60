import { readOnce } from '../blobs/read-once.ts';
import type { TargetState } from '../ledger/target-state.ts';
import { mapInTurns } from '../outside/in-turns.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import { scheduledGates } from '../rollout/scheduled-gates.ts';
import type { ProbedTarget } from './assess-objective-standings.ts';
import { readDays } from './slot.ts';

/** Targets with something verified, by name: the probe gates of its release with what they allow, and the days of their slots. Reads only. */
export const readProbed = async (
  states: ReadonlyMap<string, TargetState>,
  { ledger, blobs, clock }: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<readonly ProbedTarget[]> => {
  const releaseOf = readOnce<Release>(blobs);
  const probed = [...states.values()]
    .toSorted((a, b) => (a.target < b.target ? -1 : 1))
    .flatMap(({ target, verified, earlier = [] }) => (verified === undefined ? [] : [{ target, verified, earlier }]));
  return mapInTurns(probed, SIDE_BY_SIDE, async ({ target, verified, earlier }) => ({
    target,
    verifiedAt: Math.min(verified.at, ...earlier.map(({ at }) => at)),
    gates: allowedOf(await releaseOf(verified.release)),
    days: await readDays(ledger, target, clock.now()),
  }));
};

/** Targets that are read at the same time: a thousand one after the other take a page half a minute, all at once the ledger's connections. */
const SIDE_BY_SIDE = 32;

/** What the probe gates that some wave of the release asks for allow. */
const allowedOf = (release: Release): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(scheduledGates(release)).map(([name, { failuresBelow }]) => [name, failuresBelow]));
