import { selects } from '../../shared/rollout/selector.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { TargetsReference } from './scenario-schema.ts';

/** A wave and its targets, as the release has frozen them. */
export interface RehearsedWave {
  readonly name: string;
  readonly targets: readonly string[];
}

/** A wave by its name or its place; undefined where there is none. Pure. */
export const waveOf = (reference: string, waves: readonly RehearsedWave[]): RehearsedWave | undefined => {
  const named = waves.find(({ name }) => name === reference);
  const places: Readonly<Record<string, number>> = { first: 0, second: 1, last: waves.length - 1 };
  return named ?? waves[places[reference] ?? -1];
};

/** The targets that a scenario means, by name, in their order. Pure. */
export const chooseTargets = (
  { wave, labels, names, first }: TargetsReference,
  targets: readonly Target[],
  waves: readonly RehearsedWave[],
): readonly Target[] => {
  const within = wave === undefined ? undefined : (waveOf(wave, waves)?.targets ?? []);
  return targets
    .filter(
      (target) =>
        (within === undefined || within.includes(target.name)) &&
        (labels === undefined || selects(labels, target)) &&
        (names === undefined || names.includes(target.name)),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, first);
};
