import type { Hold } from './holds.ts';
import type { Selector } from './selector.ts';

/** What an alert from outside is about. */
export interface AlertPlace {
  readonly scope: 'target' | 'wave' | 'service';
  readonly name: string;
}

/** What somebody outside says of one alert. Times are epoch milliseconds by the sender's clock. */
export interface AlertReport {
  /** The same for the same alert, however often it is told of: its sender's fingerprint. */
  readonly id: string;
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt?: number;
  readonly endsAt?: number;
  /** One sentence. */
  readonly summary?: string;
  readonly link?: string;
  /** Tidegate itself tells of it, and of its end: it is never silent, and about its target alone. */
  readonly own?: true;
  /** What it is about in detail, by digests: a waiver lets by these, and no more. Absent: it is waived as a whole. */
  readonly parts?: readonly string[];
  /** Where the sender itself names it. */
  readonly place?: AlertPlace;
}

/** How an alert's labels say what it is about: all must be equal. In those of `targets`, placeholders are filled in from each target. */
export type AlertRule = { readonly labels: Readonly<Record<string, string>> } & (
  | { readonly targets: Selector }
  | { readonly wave: string }
  | { readonly service: string }
);

/** An alert that fires at a place. */
export interface FiringAlert extends Pick<AlertReport, 'id' | 'name' | 'startsAt' | 'summary' | 'link'> {
  /** Tidegate's own: over when it says so. */
  readonly own?: true;
  readonly parts?: readonly string[];
  /** When it came to be about more than was waived, so that it holds again. */
  readonly outgrownAt?: number;
  /** By our clock: when it was first and last heard of. */
  readonly at: number;
  readonly heardAt: number;
  /** The longest that it was not told of between two tellings: how often its sender repeats it. Absent: it was told of once. */
  readonly everyMs?: number;
  /** Until when its sender said that it fires unless it is told again, by the sender's clock. */
  readonly endsAt?: number;
  /** When what runs there had been stopped for it. Absent: that is still to be done. */
  readonly actedAt?: number;
  /** Somebody lets releases by while it fires. */
  readonly waived?: { readonly by: string; readonly because: string; readonly at: number };
}

/** What is known of alerts at one place. */
export interface AlertsAt extends AlertPlace {
  /** Oldest first. */
  readonly firing: readonly FiringAlert[];
  /** Id of one that has resolved -> until when it fired, by the sender's clock: what is told late of that time is known by it. */
  readonly resolved: Readonly<Record<string, number>>;
}

/** The hold that alerts at a place are; `undefined` where none fires, or all are waived. Pure. */
export const alertHold = ({ scope, name, firing }: AlertsAt): Hold | undefined => {
  const holding = firing.filter(({ waived }) => waived === undefined);
  const [first, ...others] = holding;
  if (first === undefined) return undefined;
  const by = others.length === 0 ? `alert ${first.name}` : `${holding.length} alerts, the first of them ${first.name}`;
  const because = first.summary ?? 'it fires';
  return { kind: 'alert', scope, name, by, because, at: first.at, allowsRollback: true };
};
