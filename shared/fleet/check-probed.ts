import type { GateEntry } from './config.ts';
import { durationMs } from './duration.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

const DAY_MS = 24 * 3_600_000;
/** Scheduled probes are kept for little longer (`shared/availability/slot.ts`). */
const MOST_DAYS = 30;

/**
 * Whether the gate whose scheduled probes a budget or a burn rate counts is there and is probed on schedule; and of a budget, for how
 * long those are kept.
 */
export const checkProbed = (name: string, gate: GateEntry, gates: Entries['gates']): readonly Finding[] => {
  const probed = probedBy(gate);
  if (probed === undefined) return [];
  const { probe, at } = probed;
  const path = pointerOf(['gates', name, at, 'probe']);
  const probes = [...gates.sound].filter(([, each]) => isScheduled(each)).map(([each]) => each);
  const expected = 'a gate that probes, blocks, and need not fail';
  const findings: Finding[] = [];
  if (!gates.names.has(probe)) {
    const nearest = nearestOf(probe, new Set(probes));
    const finding = { code: 'UNKNOWN_GATE', path, what: `there is no gate ${JSON.stringify(probe)}`, expected };
    findings.push(nearest === undefined ? finding : { ...finding, nearest });
  } else if (gates.sound.has(probe) && !probes.includes(probe))
    findings.push({ code: 'GATE_INVALID', path, what: `gate ${probe} is not probed on schedule`, expected });
  if (!('budget' in gate)) return findings;
  const { window } = gate.budget;
  const days = durationMs(window) / DAY_MS;
  if (!Number.isInteger(days) || days > MOST_DAYS)
    findings.push({
      code: 'GATE_INVALID',
      path: pointerOf(['gates', name, 'budget', 'window']),
      what: `scheduled probes are counted by day and kept for ${MOST_DAYS} days, and ${window} is asked for`,
      expected: `1d to ${MOST_DAYS}d`,
    });
  return findings;
};

/** The gate that is counted, and under which word it is named. */
const probedBy = (gate: GateEntry): { readonly probe: string; readonly at: string } | undefined => {
  if ('budget' in gate) return gate.budget.probe === undefined ? undefined : { probe: gate.budget.probe, at: 'budget' };
  return 'metric' in gate && 'probe' in gate.metric ? { probe: gate.metric.probe, at: 'metric' } : undefined;
};

const isScheduled = (gate: GateEntry): boolean =>
  'probe' in gate && gate.mustFail === undefined && gate.effect !== 'report';
