import { digestOf } from '../rollout/digest.ts';
import { auditWrite, factOf, itself } from './audit.ts';
import type { Ledger, Row, Write } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import type { Occurrence } from './update.ts';

/** One thing that happened in a rollout, as people read it. */
export interface RolloutEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: EventKind;
  /** One sentence. */
  readonly text: string;
  readonly wave?: string;
  readonly target?: string;
  readonly details?: unknown;
  /** Who asked for it, and what for. Absent: Tidegate itself went on. It is for the audit log, and is not read back with the event. */
  readonly did?: { readonly by: string; readonly action: string };
}

/** In the order in which they follow from each other within one millisecond. */
const kinds = [
  'started',
  'prepared',
  'previewed',
  'wave',
  'turn',
  'planned',
  'verdict',
  'approval',
  'held',
  // A flag that goes back before the code it is for.
  'flag-first',
  'batch',
  'restart',
  'job',
  'deployment',
  'stop',
  'flag',
  'git',
  'ended',
] as const;
export type EventKind = (typeof kinds)[number];

/** Sort key of an event: time, then what follows from what, then the occurrence. */
const sortOf = ({ at, kind }: RolloutEvent, id: string) => `event#${sortableTime(at)}#${placeOf(kind)}#${id}`;

const placeOf = (kind: EventKind): string => String(kinds.indexOf(kind)).padStart(2, '0');

/**
 * Appends an event to a rollout's history. `once` names the occurrence: a step that runs twice records it once, with the time of the
 * first. Events of one millisecond stand in the order of their kinds, then of their `once` digests: the history reads the same everywhere.
 * `told` are the rows of what people are told of it, written with it or not at all.
 */
export const recordEvent = async (
  ledger: Ledger,
  rollout: string,
  once: string,
  event: RolloutEvent,
  told: readonly Write[] = [],
): Promise<void> => {
  const rows = eventWrites(rollout, once, event);
  const recorded = await ledger.transact([...rows, ...told]);
  // Recorded before; or told by somebody else meanwhile, and the event is not lost for that.
  if (!recorded && told.length > 0) await ledger.transact(rows);
};

/** The rows of an event, for a transaction that makes it so: what `recordEvent` writes. With them goes its entry of the audit log. */
export const eventWrites = (rollout: string, once: string, event: RolloutEvent): Occurrence => {
  const id = idOf(once);
  const partition = `rollout#${rollout}`;
  const row: Write = { partition, sort: sortOf(event, id), data: { ...event }, expect: 'absent' };
  const { at, kind, text, wave, target, details, did } = event;
  const plan = planIn(details);
  const entry = {
    ...{ id: `${rollout} ${once}`, at, actor: did?.by ?? itself, action: did?.action ?? kind, text, rollout },
    ...(wave === undefined ? {} : { wave }),
    ...(target === undefined ? {} : { target }),
    ...(plan === undefined ? {} : { plan }),
    fact: factOf(row),
  };
  return [{ partition, sort: `once#${id}`, data: { once }, expect: 'absent' }, row, auditWrite(entry, placeOf(kind))];
};

/** The digest of the plan that an event is about, where its details name one. */
const planIn = (details: unknown): string | undefined => {
  if (typeof details !== 'object' || details === null || !('plan' in details)) return undefined;
  return typeof details.plan === 'string' ? details.plan : undefined;
};

const idOf = (once: string) => digestOf(once).slice(7, 19);

/** Whether the occurrence was recorded. */
export const isRecorded = async (ledger: Ledger, rollout: string, once: string): Promise<boolean> =>
  (await ledger.get({ partition: `rollout#${rollout}`, sort: `once#${idOf(once)}` })) !== undefined;

/** Up to 1,000 events of a rollout after the one with sort key `after`, oldest first, each with its sort key. */
export const readEvents = async (
  ledger: Ledger,
  rollout: string,
  after?: string,
): Promise<readonly { readonly key: string; readonly event: RolloutEvent }[]> => {
  const range = { prefix: 'event#', ...(after === undefined ? {} : { after }) };
  const rows = await ledger.query(`rollout#${rollout}`, range);
  return rows.map((row) => ({ key: row.sort, event: eventOf(row) }));
};

/** Events of a rollout however many pages they take, oldest first; no further page is read once there are `most`. */
export const readAllEvents = async (
  ledger: Ledger,
  rollout: string,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly RolloutEvent[]> => {
  const events: RolloutEvent[] = [];
  let after: string | undefined;
  while (events.length < most) {
    const page = await readEvents(ledger, rollout, after);
    events.push(...page.map(({ event }) => event));
    after = page.at(-1)?.key;
    if (page.length < 1000) break;
  }
  return events;
};

const eventOf = (row: Row): RolloutEvent => {
  const { at, kind, wave, target, details } = row.data;
  return {
    at: typeof at === 'number' ? at : 0,
    kind: kind as EventKind,
    text: typeof row.data.text === 'string' ? row.data.text : '',
    ...(typeof wave === 'string' ? { wave } : {}),
    ...(typeof target === 'string' ? { target } : {}),
    ...(details === undefined ? {} : { details }),
  };
};
