import type { Target } from './target.ts';
import type { Wave } from './wave.ts';
import { assessWindow, type Window } from './window.ts';

/** Why a target is not entered yet; one clause that goes on after its subject. */
export interface Wait {
  readonly because: string;
  /** Epoch milliseconds at which it is over by itself, where that is known. */
  readonly until?: number;
}

export interface EntryFacts {
  readonly now: number;
  readonly windows: Readonly<Record<string, Window>>;
}

/**
 * Which of a wave's targets may not be entered now, and why. A window of the wave holds all of them, that of a target the target alone. A
 * window that nobody described is closed. Pure.
 */
export const assessEntry = (
  wave: Pick<Wave, 'window'>,
  targets: readonly Pick<Target, 'name' | 'window'>[],
  facts: EntryFacts,
): ReadonlyMap<string, Wait> => {
  const known = new Map<string, Wait | undefined>();
  const closed = (window: string): Wait | undefined => {
    if (!known.has(window)) known.set(window, closedWindow(window, facts));
    return known.get(window);
  };
  return new Map(
    targets.flatMap((target) => {
      const names = [wave.window, target.window].filter((name) => name !== undefined);
      const waits = names.map(closed).filter((wait) => wait !== undefined);
      const longest = waits.toSorted((a, b) => (b.until ?? Infinity) - (a.until ?? Infinity))[0];
      return longest === undefined ? [] : [[target.name, longest] as const];
    }),
  );
};

const closedWindow = (name: string, { windows, now }: EntryFacts): Wait | undefined => {
  const window = windows[name];
  if (window === undefined) return { because: `window ${name} is not in the release, and so is closed` };
  const state = assessWindow(window, now);
  if (state.isOpen) return undefined;
  const because = `window ${name} (${window.zone}) is closed`;
  const { opensAt } = state;
  return opensAt === undefined
    ? { because: `${because} and does not open within a year` }
    : { because: `${because} until ${new Date(opensAt).toISOString()}`, until: opensAt };
};

/** At most so many targets are named. */
const named = 3;

/** What is waited for, as one wait of the wave: one reason for all, or target by target. Throws `RangeError` for none. */
export const joinWaits = (wave: string, waits: ReadonlyMap<string, Wait>, total: number): Wait => {
  const [first, ...others] = [...waits.values()];
  if (first === undefined) throw new RangeError(`wave ${wave} waits for nothing`);
  const soonest = [first, ...others].map(({ until }) => until).filter((until) => until !== undefined);
  const until = soonest.length === 0 ? {} : { until: Math.min(...soonest) };
  if (waits.size === total && others.every(({ because }) => because === first.because)) {
    return { because: `${wave} waits: ${first.because}`, ...until };
  }
  const reasons = [...waits].slice(0, named).map(([target, { because }]) => `${target}: ${because}`);
  const more = waits.size > named ? `; and ${waits.size - named} more` : '';
  return { because: `${waits.size} of ${total} targets of ${wave} wait: ${reasons.join('; ')}${more}`, ...until };
};

/**
 * Seconds after which it is worth to look again: soon at first, then after a tenth of the time waited, up to ten minutes; of what has waited
 * for most of a day, after a hundredth of it, up to an hour. A look is nine events of a history that ends at 25,000: 216 a day at the
 * end, so that a wait may take months.
 */
export const secondsToLook = (now: number, since: number, until: number | undefined): number => {
  const waited = now - since;
  const patience = Math.max(Math.min(Math.max(waited / 10, 5_000), 600_000), Math.min(waited / 100, 3_600_000));
  return Math.max(1, Math.ceil(Math.min(patience, (until ?? Infinity) - now) / 1000));
};
