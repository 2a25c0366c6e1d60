import type { Blobs } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import { listOpenRollouts } from '../ledger/rollouts.ts';
import { readTurn } from '../ledger/turn.ts';
import { readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { changedServices } from '../rollout/changed-services.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { stopFor } from './stop-for.ts';

/** A wave that a rollout has left, and its targets: they have what it brings. */
export interface EarlierWave {
  readonly name: string;
  readonly targets: readonly string[];
}

/** The waves of a release before one of them. Pure. */
export const earlierWaves = ({ waves }: Pick<Release, 'waves'>, wave: string): readonly EarlierWave[] =>
  waves.slice(
    0,
    Math.max(
      0,
      waves.findIndex(({ name }) => name === wave),
    ),
  );

/** A wave that is under way forward: from its first batch until its gates are closed. */
export interface RunningWave {
  readonly ref: WaveRef;
  /** Names, as the release that runs has them: what is verified on them may have had other waves. */
  readonly targets: readonly string[];
  /** The waves before it that the same rollout has gone through. */
  readonly earlier: readonly EarlierWave[];
  /** Whether the plan of the wave changes something of a service. */
  changes(service: string): Promise<boolean>;
}

/**
 * Stops the waves under way that something outside speaks against, whichever rollout they are of. `against` says of each why, or nothing.
 * On a way back, and of a rollback, nothing is stopped: that would keep what is bad. Twice is as once. Returns the names of those
 * stopped.
 */
export const stopRunningWaves = async (
  against: (running: RunningWave) => Promise<Judgement | undefined>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<readonly string[]> => {
  const stopped: string[] = [];
  for (const running of await readRunningWaves(outside)) {
    const judgement = await against(running);
    if (judgement === undefined) continue;
    await stopFor(running.ref, judgement, outside);
    stopped.push(running.ref.wave);
  }
  return stopped;
};

/** The waves that are under way, by the rollouts that run: what they bring may have waves that nothing verified has. */
const readRunningWaves = async ({
  ledger,
  blobs,
}: Pick<Outside, 'ledger' | 'blobs'>): Promise<readonly RunningWave[]> => {
  const running: RunningWave[] = [];
  for (const { rollout, release: digest, waves = [], end, rollback } of await listOpenRollouts(ledger)) {
    if (digest === undefined || end !== undefined || rollback === true) continue;
    for (const wave of waves) {
      const { holder } = await readTurn(ledger, wave);
      if (holder?.rollout !== rollout) continue;
      const ref: WaveRef = { rollout, release: digest, wave, direction: 'forward' };
      const { deployingAt, closedAt, plan } = await readWave(ledger, ref);
      if (deployingAt === undefined || closedAt !== undefined) continue;
      const release = await getJson<Release>(blobs, digest);
      running.push({
        ref,
        targets: release.waves.find(({ name }) => name === wave)?.targets ?? [],
        earlier: earlierWaves(release, wave),
        changes: async (service) => plan !== undefined && changesService(service, plan, blobs),
      });
    }
  }
  return running;
};

const changesService = async (
  service: string,
  plan: Parameters<typeof getPlanned>[1],
  blobs: Blobs,
): Promise<boolean> => {
  const { targets } = await getJson<WavePlan>(blobs, plan);
  for (const { planned } of targets) {
    if (changedServices((await getPlanned(blobs, planned)).plan).includes(service)) return true;
  }
  return false;
};
