import { fillWindow, isAskedForTime, keepsCounts, namesWindow } from '../rollout/asked-window.ts';
import { kindOf, type StoreKind } from '../rollout/metric-source.ts';
import type { GateEntry, MetricsEntry } from './config.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

/** The shortest window that counts are asked over: of the burn rates of the SRE Workbook. */
const SHORTEST_MS = 300_000;

/** A query as it is asked over the shortest of its windows. */
export const fillShortest = (query: string, kind: StoreKind): string => fillWindow(query, SHORTEST_MS, kind);

/** A text of a gate as it is asked; only where one is asked over several windows `{window}` stands for something. */
export const withShortestWindow = (gate: GateEntry, text: string): string =>
  countsOf(gate) === undefined ? text : fillShortest(text, 'prometheus');

/** The counts of a gate that are asked over windows of its own choosing, and where they are written. */
const countsOf = (
  gate: GateEntry,
):
  | { readonly errors: string; readonly requests: string; readonly at: string; readonly window?: string }
  | undefined => {
  if ('budget' in gate) {
    const { errors, requests } = gate.budget;
    return errors === undefined || requests === undefined ? undefined : { errors, requests, at: 'budget' };
  }
  if (!('metric' in gate) || gate.test !== 'burn' || !('errors' in gate.metric)) return undefined;
  const { errors, requests, window } = gate.metric;
  return { errors, requests, at: 'metric', ...(window === undefined ? {} : { window }) };
};

/**
 * Counts over several windows, of a burn rate or a budget: the store must keep them for so long, and each query must say where its window
 * goes, or leave it to a store that is asked for a time.
 */
export const checkAskedOver = (name: string, gate: GateEntry, store: MetricsEntry | undefined): readonly Finding[] => {
  const counts = countsOf(gate);
  if (counts === undefined || store === undefined) return [];
  const { at } = counts;
  const kind = kindOf(store);
  const finding = (field: string, what: string, expected: string): Finding => ({
    code: 'GATE_INVALID',
    path: pointerOf(['gates', name, at, field]),
    what,
    expected,
  });
  if (!keepsCounts(kind))
    return [finding('source', `a store of ${kind} keeps no counts for hours and days`, 'a store that does')];
  const faults = (['errors', 'requests'] as const).flatMap((field) => {
    const names = namesWindow(counts[field]);
    if (isAskedForTime(kind))
      return names
        ? [finding(field, `a store of ${kind} is asked for a time beside the query`, 'no {window} in it')]
        : [];
    const expected = '{window} where its window goes, as [{window}] or now() - {window}';
    return names ? [] : [finding(field, 'the query is asked over several windows and names none', expected)];
  });
  if (counts.window === undefined) return faults;
  return [...faults, finding('window', 'burn rates have windows of their own', 'no window beside test: burn')];
};
