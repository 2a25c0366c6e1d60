import type { EngineClock } from './given.ts';

/** Named alarms over the clock. */
export interface Alarms {
  /** Sets the alarms of `owner` and forgets those it had. Times are epoch milliseconds. */
  set(owner: string, alarms: readonly { readonly at: number; readonly ring: () => void }[]): void;
  /** No alarm rings after this. */
  stop(): void;
}

/** A timer takes at most 2^31 - 1 ms (24.8 days): a longer wait is made of several. */
const LONGEST = 2_147_483_647;

export const createAlarms = (clock: EngineClock): Alarms => {
  const owners = new Map<string, readonly (() => void)[]>();
  let stopped = false;

  const arm = (at: number, ring: () => void): (() => void) => {
    let cancel = () => {};
    const wait = () => {
      const left = Math.max(0, at - clock.now());
      if (!stopped) cancel = clock.after(Math.min(LONGEST, left), left > LONGEST ? wait : ring);
    };
    wait();
    return () => cancel();
  };
  const forget = (owner: string) => {
    for (const cancel of owners.get(owner) ?? []) cancel();
    owners.delete(owner);
  };
  return {
    set: (owner, alarms) => {
      if (alarms.length === 0 && !owners.has(owner)) return;
      forget(owner);
      const armed = alarms.map(({ at, ring }) => arm(at, ring));
      if (armed.length > 0) owners.set(owner, armed);
    },
    stop: () => {
      stopped = true;
      for (const owner of [...owners.keys()]) forget(owner);
    },
  };
};
