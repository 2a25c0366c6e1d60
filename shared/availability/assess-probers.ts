import type { TargetState } from '../ledger/target-state.ts';
import { freshMs } from './assess-standings.ts';
import { slotMs } from './slot.ts';

/** A prober that should have looked at a target, and has not. */
export interface SilentProber {
  readonly target: string;
  readonly region: string;
  /** The end of the last slot that is there, or since when the first is awaited. */
  readonly silentSince: number;
}

/**
 * Who is silent, of those that are expected: every region, of every target that something is verified on. From that list and not from
 * data, so that a prober that never began is found too. Pure.
 */
export const assessProbers = (
  states: Iterable<TargetState>,
  lastSlots: ReadonlyMap<string, number>,
  regions: readonly string[],
  now: number,
): readonly SilentProber[] =>
  [...states].flatMap(({ target, verified }) =>
    verified === undefined
      ? []
      : regions.flatMap((region) => {
          const last = lastSlots.get(`${target} ${region}`);
          const silentSince = last === undefined ? verified.at : last + slotMs;
          return now - silentSince > freshMs ? [{ target, region, silentSince }] : [];
        }),
  );
