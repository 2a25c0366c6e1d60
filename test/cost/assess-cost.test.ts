import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hundredTargets, provisioned } from '../../bench/cost/scenario.ts';
import {
  assessCost,
  assessFixed,
  assessNotices,
  assessSchedules,
  countTransitions,
  ways,
} from '../../shared/cost/assess-cost.ts';
import { prices } from '../../shared/cost/prices.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
/** The names of all states, those of branches and maps among them. */
const statesIn = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [
        ...(key === 'States' ? Object.keys(inner) : []),
        ...statesIn(inner),
      ]);
const statesOf = (machine: string): readonly string[] =>
  statesIn(parse(read(`statemachines/${machine}.yml`), { merge: true }));

describe('the cost of a rollout', () => {
  it.each([
    ['rollout', [...ways.rollout, ...ways.perWave], ['RollBackWave', 'IsAllBack', 'WaitToGoBack']],
    [
      'wave',
      [...ways.wave, ...ways.perBatch, ...ways.perTarget],
      // What is entered by a wave with flags only, and what waits.
      [
        ...[
          'WaitForEntry',
          'WaitForHealth',
          'WaitForSoak',
          'WaitForTargets',
          'WaitToProbe',
          'WaitToPlan',
          'WaitForFlags',
          'WaitForFlagsOff',
        ],
        ...['SetFlags', 'AreFlagsSet', 'HaveFlagsPart', 'TakeOffFlags', 'AreFlagsOff'],
      ],
    ],
    [
      'deployment',
      [...ways.deployment],
      ['WaitToApply', 'WaitToSettle', 'RunJobs', 'HaveJobsRun', 'WaitForJobs', 'WaitToPrune'],
    ],
  ])('counts every state of %s that a rollout goes through, and no other', (machine, way, besides) => {
    expect([...new Set([...way, ...besides])].sort()).toEqual([...statesOf(machine)].sort());
  });

  it('is what its states, calls and rows come to', () => {
    expect(countTransitions(hundredTargets)).toBe(7 + 3 * (2 + 23 + 12 + 87 + 6) + 100 * (1 + 8 + 6));
    expect(assessCost(hundredTargets, prices).transitions).toBeCloseTo(0.047425, 6);
  });

  it('stays below 25 cents for 100 targets', () => {
    expect(assessCost(hundredTargets, prices).total).toBeLessThan(0.25);
  });

  it('is less than ten dollars for a month without one', () => {
    const count = (type: string): number =>
      ['alarms', 'dashboard', 'key', 'audit'].reduce(
        (sum, file) => sum + read(`resources/${file}.yml`).split(`Type: ${type}\n`).length - 1,
        0,
      );
    expect({
      keys: count('AWS::KMS::Key'),
      alarms: count('AWS::CloudWatch::Alarm'),
      dashboards: count('AWS::CloudWatch::Dashboard'),
    }).toEqual(provisioned);
    expect(assessFixed(provisioned, prices).total).toBeCloseTo(6, 2);
    // Beside it, what runs by the clock, of a hundred targets.
    const schedules = assessSchedules({ targets: 100, regions: 1 }, prices);
    expect(schedules.total).toBeLessThan(10.5);
    // A hundred targets, 8,640 times.
    expect(schedules.drift).toBeCloseTo(2.68, 2);
    // Two thousand blobs read and put again on thirty days.
    expect(schedules.blobs).toBeCloseTo(0.33, 2);
    // Five hundred targets from two regions are three invocations a minute in each.
    const more = assessSchedules({ targets: 500, regions: 2 }, prices);
    expect(more.probes).toBeCloseTo(6 * (schedules.probes ?? 0), 6);
    // A second of half a gigabyte, ten rows.
    expect(assessNotices(1_000, prices).total).toBeCloseTo(0.0116, 4);
  });
});
