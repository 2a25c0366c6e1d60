import type { FailingGate, Standing } from './standing.ts';

/** A standing that is older than this is of a prober that died, and no second opinion. */
export const freshMs = 3 * 60_000;

/** A gate of a target that fails from so many regions that it is the target's fault. */
export interface Outage extends FailingGate {
  readonly target: string;
  readonly regions: readonly string[];
  /** When one of them looked last. */
  readonly seenAt: number;
  /** Nobody has looked for so long that it says nothing of how the target is now. */
  readonly isOld: boolean;
}

/** Five times as long as a prober may be silent before people are told: who looks at an outage has looked within that. */
const oldMs = 5 * freshMs;

/**
 * What fails from enough regions: from two, or from the one there is that can see it. Of a single region nobody can say whether it is its
 * own fault, so where a second one is expected, the first alone decides nothing. One that nobody looks at any more is old. Pure.
 */
export const assessOutages = (
  standings: readonly Standing[],
  regions: readonly string[],
  now: number,
): readonly Outage[] => {
  const expected = standings.filter(({ region }) => regions.includes(region));
  const needed = ({ target, gate }: Outage): number => {
    const blind = expected.filter((each) => each.target === target && each.mute?.includes(gate));
    return Math.max(1, Math.min(2, regions.length - blind.length));
  };
  const found = new Map<string, Outage>();
  for (const { target, region, at, failing, isOwnFault } of standings) {
    if (isOwnFault || !regions.includes(region)) continue;
    for (const { gate, because, since, ...numbers } of failing) {
      const known = found.get(`${target} ${gate}`);
      found.set(`${target} ${gate}`, {
        ...numbers,
        target,
        gate,
        because: known?.because ?? because,
        since: Math.max(known?.since ?? since, since),
        regions: [...(known?.regions ?? []), region].sort(),
        seenAt: Math.max(known?.seenAt ?? at, at),
        isOld: now - Math.max(known?.seenAt ?? at, at) > oldMs,
      });
    }
  }
  return [...found.values()].filter((outage) => outage.regions.length >= needed(outage));
};

/** What one region saw of one target in a slot: whether nothing at all was to be reached. */
export interface Seen {
  readonly target: string;
  /** All first attempts of all gates failed, and there were some. */
  readonly isDark: boolean;
}

/**
 * Whether a region that sees nothing has itself to blame: every one of at least two targets is dark from there, and no other region has
 * just seen one of them fail. With one target, or where another region agrees, it is what it looks like. Pure.
 */
export const isOwnFault = (
  region: string,
  seen: readonly Seen[],
  others: readonly Standing[],
  now: number,
): boolean => {
  if (seen.length < 2 || !seen.every(({ isDark }) => isDark)) return false;
  return !others.some(
    (other) =>
      other.region !== region &&
      !other.isOwnFault &&
      other.failing.length > 0 &&
      now - other.at <= freshMs &&
      seen.some(({ target }) => target === other.target),
  );
};
