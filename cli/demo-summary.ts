import type { RealInstance } from '../local/real-instance.ts';
import type { Rollout } from '../shared/ledger/rollouts.ts';
import { readRollout } from '../shared/ledger/rollouts.ts';
import { readTargetStates } from '../shared/ledger/target-state.ts';
import { releaseOf } from '../shared/release/release-of.ts';
import type { Terminal } from './terminal.ts';

/** What a digest is called in the story: `version 2`. */
export type VersionNames = ReadonlyMap<string, string>;

/** One row a target: what runs on it now, by its live pods and not by what was meant. */
const summaryRows = async (
  instance: RealInstance,
  rollout: Rollout,
  names: VersionNames,
  downs: readonly string[],
): Promise<readonly (readonly [wave: string, target: string, runs: string, state: string])[]> => {
  const { ledger, blobs } = instance.outside;
  const states = await readTargetStates(ledger);
  const release = rollout.release === undefined ? undefined : await releaseOf(blobs, rollout.release);
  const waves = release?.waves ?? [];
  const following = (release?.following ?? []).map((target) => ({ name: 'private', targets: [target] }));
  return [...waves, ...following].flatMap((wave) =>
    wave.targets.map((target) => {
      const pods = (instance.fleet.servers.get(target)?.pods() ?? []).filter((pod) => pod.ready);
      const versions = new Set(
        pods.flatMap((pod) => pod.images).flatMap((image) => names.get(image.slice(image.indexOf('@') + 1)) ?? []),
      );
      const state = states.get(target);
      const verified =
        state?.verified?.rollout === rollout.rollout
          ? 'verified'
          : wave.name === 'private'
            ? 'follows when its own people approve'
            : state?.verified === undefined
              ? 'nothing verified'
              : 'as before';
      const reach = downs.includes(target) ? 'API server down, pods still serve' : verified;
      return [wave.name, target, [...versions].sort().join(' and ') || 'nothing', reach] as const;
    }),
  );
};

/** Prints the summary of a rollout: how it ended, where every target stands, and what to look at next. */
export const printSummary = async (
  terminal: Terminal,
  instance: RealInstance,
  id: string,
  names: VersionNames,
  downs: readonly string[],
): Promise<void> => {
  const rollout = await readRollout(instance.outside.ledger, id);
  if (rollout?.end === undefined) return;
  const rows = await summaryRows(instance, rollout, names, downs);
  const width = Math.max(6, ...rows.map((row) => row[1].length));
  const good = rollout.end.outcome === 'succeeded';
  const seconds = ((rollout.end.at - rollout.startedAt) / 1000).toFixed(1);
  terminal.say('');
  terminal.say(terminal.style('bold', `  ${'WAVE'.padEnd(10)}${'TARGET'.padEnd(width + 2)}${'RUNS'.padEnd(12)}STATE`));
  for (const [wave, target, runs, state] of rows) {
    terminal.say(`  ${wave.padEnd(10)}${target.padEnd(width + 2)}${runs.padEnd(12)}${state}`);
  }
  terminal.say('');
  const outcome = rollout.end.outcome.replace('_', ' ');
  terminal.say(
    terminal.style(good ? 'green' : 'red', `  ${outcome} after ${seconds} s (SIMULATED): ${rollout.end.because}`),
  );
};
