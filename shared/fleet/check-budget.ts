import type { GateEntry } from './config.ts';
import { durationMs } from './duration.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

const DAY_MS = 24 * 3_600_000;
/** Scheduled probes are kept for little longer (`shared/availability/slot.ts`). */
const MOST_DAYS = 30;

/** Whether the gate whose scheduled probes a budget counts is there and is probed on schedule, and for how long those are kept. */
export const checkBudget = (name: string, gate: GateEntry, gates: Entries['gates']): readonly Finding[] => {
  if (!('budget' in gate) || gate.budget.probe === undefined) return [];
  const { probe, window } = gate.budget;
  const path = pointerOf(['gates', name, 'budget', 'probe']);
  const probes = [...gates.sound].filter(([, each]) => isScheduled(each)).map(([each]) => each);
  const expected = 'a gate that probes, blocks, and need not fail';
  const findings: Finding[] = [];
  if (!gates.names.has(probe)) {
    const nearest = nearestOf(probe, new Set(probes));
    const finding = { code: 'UNKNOWN_GATE', path, what: `there is no gate ${JSON.stringify(probe)}`, expected };
    findings.push(nearest === undefined ? finding : { ...finding, nearest });
  } else if (gates.sound.has(probe) && !probes.includes(probe))
    findings.push({ code: 'GATE_INVALID', path, what: `gate ${probe} is not probed on schedule`, expected });
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

const isScheduled = (gate: GateEntry): boolean =>
  'probe' in gate && gate.mustFail === undefined && gate.effect !== 'report';
