import { durationMs } from '../../shared/fleet/duration.ts';
import type { RolloutEvent } from '../../shared/ledger/events.ts';
import { type RehearsedWave, waveOf } from './choose-targets.ts';
import type { When } from './scenario-schema.ts';

/** What is known of a rollout at a moment. */
export interface Known {
  readonly events: readonly RolloutEvent[];
  /** Waves whose exit is judged: they soak, or did. */
  readonly soaking: ReadonlySet<string>;
  /** Waves that go back, or did. */
  readonly goingBack: ReadonlySet<string>;
  /** Targets that the rollout has written to. */
  readonly written: ReadonlySet<string>;
}

/** Whether what a scenario waits for has happened: in the wave that it names or, where it names none, in any. Pure. */
export const hasCome = (
  { event, wave }: When,
  known: Known,
  waves: readonly RehearsedWave[],
  on: readonly string[],
): boolean => {
  const meant = wave === undefined ? undefined : waveOf(wave, waves);
  const isMeant = (name: string | undefined): boolean =>
    wave === undefined || (name !== undefined && name === meant?.name);
  const happened = (isIt: (each: RolloutEvent) => boolean): boolean =>
    known.events.some((each) => isMeant(each.wave) && isIt(each));
  if (wave !== undefined && meant === undefined) return false;
  switch (event) {
    case 'before-release':
    case 'rollout-begins':
      return true;
    case 'wave-begins':
      return happened(({ kind }) => kind === 'turn' || kind === 'planned');
    case 'batch-begins':
      return happened(({ kind }) => kind === 'batch');
    case 'approval-asked':
      return happened(({ kind, text }) => kind === 'approval' && text.startsWith('waits for'));
    case 'soak-begins':
      return [...known.soaking].some(isMeant);
    case 'way-back-begins':
      return [...known.goingBack].some(isMeant);
    case 'target-written':
      return on.some((target) => known.written.has(target) && (meant === undefined || meant.targets.includes(target)));
  }
};

/** How long after that it happens: what is said, and of `within` the share that chance gives. Pure. */
export const delayOf = ({ after, within }: When, fraction: () => number): number =>
  (after === undefined ? 0 : durationMs(after)) +
  (within === undefined ? 0 : Math.floor(fraction() * durationMs(within)));
