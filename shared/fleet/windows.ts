import type { Window } from '../rollout/window.ts';
import type { WindowEntry } from './config.ts';
import { WEEKDAYS } from './schema-windows.ts';

/** The windows of the config in the words of the rollout; none where it has none. */
export const toWindows = (
  entries: Readonly<Record<string, WindowEntry>>,
): { readonly windows?: Readonly<Record<string, Window>> } =>
  Object.keys(entries).length === 0
    ? {}
    : { windows: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, toWindow(entry)])) };

const toWindow = ({ zone, open, except }: WindowEntry): Window => ({
  zone,
  open: open.map(({ days, from, to }) => ({
    days: days.map((day) => WEEKDAYS.indexOf(day)),
    from: minutesOf(from),
    to: minutesOf(to),
  })),
  except,
});

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
