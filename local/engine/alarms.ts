import type { EngineClock } from './given.ts';

/** Named alarms over the clock, with one timer of it at a time. Alarms of one instant ring in the order they were set. */
export interface Alarms {
  /** Sets the alarms of `owner` and forgets those it had. Times are epoch milliseconds. */
  set(owner: string, alarms: readonly { readonly at: number; readonly ring: () => void }[]): void;
  stop(): void;
}

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
  off: boolean;
}

/** A timer takes at most 2^31 - 1 ms (24.8 days): a longer wait is made of several. */
const LONGEST = 2_147_483_647;

const before = (a: Alarm, b: Alarm): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

const push = (heap: Alarm[], alarm: Alarm): void => {
  heap.push(alarm);
  for (let at = heap.length - 1; at > 0; ) {
    const up = (at - 1) >> 1;
    const [child, parent] = [heap[at], heap[up]];
    if (!child || !parent || !before(child, parent)) return;
    heap[at] = parent;
    heap[up] = child;
    at = up;
  }
};

const pop = (heap: Alarm[]): void => {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    const least = b && a && before(b, a) ? left + 1 : left;
    const [parent, child] = [heap[at], heap[least]];
    if (!parent || !child || !before(child, parent)) return;
    heap[at] = child;
    heap[least] = parent;
    at = least;
  }
};

export const createAlarms = (clock: EngineClock): Alarms => {
  const heap: Alarm[] = [];
  const owners = new Map<string, readonly Alarm[]>();
  let order = 0;
  let armed: { readonly at: number; readonly cancel: () => void } | undefined;
  let stopped = false;

  const first = (): Alarm | undefined => {
    while (heap[0]?.off) pop(heap);
    return heap[0];
  };
  const arm = () => {
    const next = first();
    if (stopped || !next || (armed && armed.at <= next.at)) return;
    armed?.cancel();
    armed = undefined;
    const wait = Math.min(LONGEST, Math.max(0, next.at - clock.now()));
    if (stopped) return;
    armed = { at: next.at, cancel: clock.after(wait, wake) };
  };
  const wake = () => {
    armed = undefined;
    for (let next = first(); !stopped && next && next.at <= clock.now(); next = first()) {
      next.off = true;
      pop(heap);
      next.ring();
    }
    arm();
  };
  return {
    set: (owner, alarms) => {
      for (const old of owners.get(owner) ?? []) old.off = true;
      const made = alarms.map(({ at, ring }) => ({ at, ring, order: order++, off: false }));
      if (made.length > 0) owners.set(owner, made);
      else owners.delete(owner);
      for (const alarm of made) push(heap, alarm);
      arm();
    },
    stop: () => {
      stopped = true;
      armed?.cancel();
    },
  };
};
