import type { Wait } from './assess-entry.ts';
import type { Direction } from './plan.ts';

/** What a hold is about: everything, or one of these by its name. A source is a repository that releases come from. */
export type HoldScope = 'fleet' | 'wave' | 'service' | 'target' | 'source' | 'rollout';

/**
 * Nothing may be written where it applies, until it is lifted. | freeze | somebody, or Tidegate itself, wants no releases there | | halt |
 * everything stops where it is, ways back too | | pause | one rollout stops where it is, its way back too | | alert | something outside says
 * that it is ill there: nothing is begun, until that has resolved or somebody waives it |.
 */
export interface Hold {
  readonly kind: 'freeze' | 'halt' | 'pause' | 'alert';
  readonly scope: HoldScope;
  /** Empty for the fleet. */
  readonly name: string;
  readonly by: string;
  /** One sentence. */
  readonly because: string;
  readonly at: number;
  /** Epoch milliseconds at which it is over by itself. */
  readonly until?: number;
  /** Whether a way back, and a rollback, may pass. */
  readonly allowsRollback: boolean;
}

/** What somebody wants to write, and on whose behalf. */
export interface HoldSubject {
  readonly rollout: string;
  /** The repository that the rollout's release came from. */
  readonly source: string;
  readonly wave: string;
  readonly target: string;
  /** Services of which the plan changes something on the target. */
  readonly services: readonly string[];
  readonly direction: Direction;
  /** The rollout takes the fleet back to an older release. */
  readonly isRollback: boolean;
}

/** The first hold that applies, those that hold most first; `undefined` where writing is free. Pure. */
export const holdOn = (holds: readonly Hold[], subject: HoldSubject): Hold | undefined => {
  const goesBack = subject.direction === 'back' || subject.isRollback;
  const applies = holds.filter((hold) => !(goesBack && hold.allowsRollback) && isAbout(hold, subject));
  return applies.toSorted(
    (a, b) => gravity[a.kind] - gravity[b.kind] || (b.until ?? Infinity) - (a.until ?? Infinity),
  )[0];
};

const gravity: Readonly<Record<Hold['kind'], number>> = { halt: 0, freeze: 1, pause: 2, alert: 3 };

/** Whether a hold would end sooner, or let more by, than the one it takes the place of: that is lifting, which is asked for by its name. Pure. */
export const loosens = (hold: Hold, before: Hold): boolean =>
  (before.until ?? Number.POSITIVE_INFINITY) > (hold.until ?? Number.POSITIVE_INFINITY) ||
  (!before.allowsRollback && hold.allowsRollback);

const isAbout = ({ scope, name }: Hold, subject: HoldSubject): boolean => {
  if (scope === 'fleet') return true;
  if (scope === 'service') return subject.services.includes(name);
  return subject[scope] === name;
};

/** Why a hold keeps somebody waiting. */
export const waitOf = (hold: Hold): Wait => {
  const until = hold.until === undefined ? '' : `, until ${new Date(hold.until).toISOString()}`;
  const because = `${nameOf(hold)} by ${hold.by}${until}: ${hold.because}`;
  return hold.until === undefined ? { because } : { because, until: hold.until };
};

/** `target eks-a is frozen`. */
export const nameOf = ({ kind, scope, name }: Pick<Hold, 'kind' | 'scope' | 'name'>): string => {
  const subject = scope === 'fleet' ? 'the fleet' : `${scope} ${name}`;
  return `${subject} is ${{ freeze: 'frozen', halt: 'halted', pause: 'paused', alert: 'held' }[kind]}`;
};
