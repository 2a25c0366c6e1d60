import { faultsByName } from '../local/rehearsal/fault-names.ts';
import { measureRehearsal } from '../local/rehearsal/measure-rehearsal.ts';
import type { Rehearsed, RehearsedEvent } from '../local/rehearsal/rehearsed.ts';
import type { Style } from './terminal.ts';

/** One thing that happened, as the timeline of a rehearsal has it. */
export interface TimelineEntry {
  readonly at: number;
  /** What it is, in a word of at most seven letters. */
  readonly word: string;
  readonly text: string;
  readonly style?: Style;
  readonly wave?: string;
}

/**
 * All that happened in a rehearsed rollout and to it, in the order of time: what is the same of several targets at one moment is one entry, and
 * so is what a plan, a gate that passes and a batch say. Pure.
 */
export const timelineOf = (rehearsed: Rehearsed): readonly TimelineEntry[] => {
  const { events, injected, acted, told } = rehearsed;
  const noticed = measureRehearsal(rehearsed).noticed;
  const all: Placed[] = [
    ...injected.flatMap(({ at, until, fault, targets, failed }): Placed[] => [
      {
        ...{ at, word: 'fault', style: 'magenta', place: 3 },
        text: `${fault} on ${countOf(targets)}: ${failed === undefined ? faultsByName[fault] : `nothing came of it, ${failed}`}`,
      },
      ...(until === undefined
        ? []
        : [
            {
              at: until,
              word: 'over',
              style: 'magenta' as const,
              place: 3,
              text: `${fault} on ${countOf(targets)} is over`,
            },
          ]),
    ]),
    ...acted.map(({ at, text }): Placed => ({ at, text, word: 'people', style: 'cyan', place: 4 })),
    ...told.map(
      ({ at, to, text }): Placed => ({ at, text: `${to}: ${text}`, word: 'told', style: 'yellow', place: 99 }),
    ),
    ...together(events),
  ].toSorted((a, b) => a.at - b.at || a.place - b.place);
  const at = noticed?.at;
  const first = ['red', 'yellow']
    .map((style) => all.findIndex((entry) => entry.at === at && entry.style === style))
    .find((number) => number !== -1);
  return all.map(({ place: _, ...entry }, number) => (number === first ? { ...entry, word: 'FOUND' } : entry));
};

/** With its place among what happened in the same millisecond. */
type Placed = TimelineEntry & { readonly place: number };

/** What follows from what, where virtual time gives both the same millisecond. */
const placeOf = ({ kind, text, outcome }: RehearsedEvent): number => {
  if (kind === 'deployment') return outcome === 'is back' ? 40 : 10;
  if (kind === 'wave') return text.startsWith('way back') ? 50 : 14;
  if (kind === 'verdict') return text.startsWith('before') ? 21 : 12;
  const places = {
    started: 0,
    prepared: 1,
    previewed: 2,
    stop: 11,
    turn: 19,
    planned: 20,
    approval: 22,
    held: 23,
    batch: 30,
    restart: 31,
    git: 60,
    ended: 70,
  };
  return Object.entries(places).find(([name]) => name === kind)?.[1] ?? 32;
};

/** The entries as lines of at most `columns`, with the time since the beginning in front; what is longer goes on below. Pure. */
export const timelineLines = (
  rehearsed: Rehearsed,
  columns: number,
  paint: (style: Style, text: string) => string,
): readonly string[] => {
  const indent = 21;
  const width = Math.max(30, columns - indent - 1);
  return timelineOf(rehearsed).flatMap(({ at, word, text, style }) => {
    const [first = '', ...more] = wrap(text, width, word === 'FOUND' || word === 'end' ? 4 : 2);
    const head = `${sinceText(at - rehearsed.beganAt).padStart(10)}  ${word.padEnd(7)}  `;
    const shown = (line: string) => (style === undefined ? line : paint(style, line));
    return [`${paint('dim', head)}${shown(first)}`, ...more.map((line) => `${' '.repeat(indent)}${shown(line)}`)];
  });
};

const sinceText = (ms: number): string => {
  const tenths = Math.round(ms / 100);
  const seconds = `${String(Math.floor(tenths / 10) % 60).padStart(2, '0')}.${tenths % 10}`;
  const minutes = Math.floor(tenths / 600);
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
};

/** Text in lines of so many characters, broken at spaces; what does not fit in so many lines ends with a mark. Pure. */
export const wrap = (text: string, width: number, most = Number.POSITIVE_INFINITY): readonly string[] => {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest.length > width && lines.length < most - 1) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest.length > width ? `${rest.slice(0, width - 1)}…` : rest];
};

const countOf = (names: readonly string[]): string => (names.length === 1 ? `${names[0]}` : `${names.length} targets`);

const words: Readonly<Partial<Record<RehearsedEvent['kind'], string>>> = {
  started: 'rollout',
  planned: 'plan',
  previewed: 'plan',
  prepared: 'plan',
  verdict: 'gate',
  approval: 'asks',
  deployment: 'target',
  restart: 'restart',
  flag: 'flag',
  'flag-first': 'flag',
  held: 'waits',
  ended: 'end',
};

/** Events of several targets that say the same at one moment are one; a passed gate is said once and short. */
const together = (events: readonly RehearsedEvent[]): readonly Placed[] => {
  const groups = new Map<string, RehearsedEvent[]>();
  for (const event of events) {
    const { at, kind, wave, target } = event;
    const same = (kind === 'restart' || kind === 'deployment') && target !== undefined;
    const shape = same ? event.text.replaceAll(target, '{}') : `${event.text}${groups.size}`;
    const key = `${same ? Math.round(at / 600) : at} ${kind} ${wave} ${shape}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = group.flatMap(({ target }) => target ?? []);
    const text = group.length > 1 ? ofSeveral(first, names.length) : shortOf(first);
    const style = styleOf(first);
    return [
      {
        ...{ at: first.at, word: words[first.kind] ?? first.kind, text, place: placeOf(first) },
        ...(style === undefined ? {} : { style }),
        ...(first.wave === undefined ? {} : { wave: first.wave }),
      },
    ];
  });
};

const ofSeveral = ({ text, target = '' }: RehearsedEvent, count: number): string =>
  text
    .replace(`${target} is back`, `${target} are back`)
    .replace(`${target} restarts`, `${target} restart`)
    .replace(target, `${count} targets`);

const shortOf = ({ kind, verdict, text }: RehearsedEvent): string =>
  kind === 'verdict' && verdict === 'pass'
    ? text.replace(/; last of them: .*$/s, '').replace(/( PASS[^:;]*)[:;].*$/s, '$1')
    : text;

const styleOf = ({ kind, verdict, outcome, text }: RehearsedEvent): Style | undefined => {
  if (kind === 'stop' || verdict === 'fail' || verdict === 'error') return 'red';
  if (kind === 'verdict') return verdict === 'pass' ? 'green' : 'yellow';
  if (kind === 'deployment') return outcome === 'deployed' || outcome === 'is back' ? 'green' : 'red';
  if (kind === 'held') return 'yellow';
  if (kind === 'wave') return / passed: /.test(text) ? 'green' : 'red';
  if (kind === 'ended') return text.startsWith('succeeded') ? 'green' : 'red';
  return undefined;
};
