import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

/** Windows that waves and targets name and that are not there: nothing would ever hold them, or nothing let them in. */
export const checkWindows = ({ waves, targets, windows }: Entries): readonly Finding[] => [
  ...[...waves.sound].flatMap(([index, { window }]) => unknownWindow(['waves', index, 'window'], window, windows)),
  ...[...targets.sound].flatMap(([name, { window }]) => unknownWindow(['targets', name, 'window'], window, windows)),
];

const unknownWindow = (
  at: readonly PropertyKey[],
  window: string | undefined,
  names: ReadonlySet<string>,
): readonly Finding[] => {
  if (window === undefined || names.has(window)) return [];
  const nearest = nearestOf(window, names);
  const finding = {
    code: 'UNKNOWN_WINDOW',
    path: pointerOf(at),
    what: `there is no window ${JSON.stringify(window)}`,
    expected: 'a name of windows',
  };
  return [nearest === undefined ? finding : { ...finding, nearest }];
};
