import { getJson } from '../blobs/json.ts';
import type { TargetState } from '../ledger/target-state.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { ProbedTarget } from './assess-objective-standings.ts';
import { isScheduled } from './scheduled-gate.ts';
import { readDays } from './slot.ts';

/** Targets with something verified, by name: the probe gates of its release with what they allow, and the days of their slots. Reads only. */
export const readProbed = async (
  states: ReadonlyMap<string, TargetState>,
  { ledger, blobs, clock }: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<readonly ProbedTarget[]> => {
  const releases = new Map<string, Release>();
  const found: ProbedTarget[] = [];
  for (const { target, verified, earlier = [] } of [...states.values()].toSorted((a, b) =>
    a.target < b.target ? -1 : 1,
  )) {
    if (verified === undefined) continue;
    const release = releases.get(verified.release) ?? (await getJson<Release>(blobs, verified.release));
    releases.set(verified.release, release);
    found.push({
      target,
      verifiedAt: Math.min(verified.at, ...earlier.map(({ at }) => at)),
      gates: allowedOf(release),
      days: await readDays(ledger, target, clock.now()),
    });
  }
  return found;
};

/** What the probe gates that some wave of the release asks for allow. */
const allowedOf = (release: Release): Readonly<Record<string, number>> => {
  const used = new Set(release.waves.flatMap((wave) => wave.gates));
  return Object.fromEntries(
    Object.entries(release.gates).flatMap(([name, gate]) =>
      isScheduled(gate) && used.has(name) ? [[name, gate.failuresBelow]] : [],
    ),
  );
};
