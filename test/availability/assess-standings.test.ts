import { describe, expect, test } from 'vitest';
import { assessProbers } from '../../shared/availability/assess-probers.ts';
import { assessOutages, isOwnFault } from '../../shared/availability/assess-standings.ts';
import type { Standing } from '../../shared/availability/standing.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const standing = (target: string, region: string, more: Partial<Standing> = {}): Standing => ({
  target,
  region,
  at: 0,
  failing: [],
  isOwnFault: false,
  ...more,
});
const down = (since = 0) => ({ failing: [{ gate: 'up', because: 'refused', since }] });

describe('a target is out', () => {
  test.each<[string, readonly Standing[], readonly string[], readonly unknown[]]>([
    ['never where nothing fails', [standing('a', 'x')], ['x'], []],
    [
      'where the one region there is sees it fail',
      [standing('a', 'x', down())],
      ['x'],
      [{ target: 'a', gate: 'up', because: 'refused', since: 0, regions: ['x'], seenAt: 0, isOld: false }],
    ],
    ['not where one of two sees it', [standing('a', 'x', down()), standing('a', 'y')], ['x', 'y'], []],
    [
      'where two do, since the later of both',
      [standing('a', 'y', { ...down(7), at: 9 }), standing('a', 'x', down(5))],
      ['x', 'y'],
      [{ target: 'a', gate: 'up', because: 'refused', since: 7, regions: ['x', 'y'], seenAt: 9, isOld: false }],
    ],
    [
      'as it was seen last, where nobody has looked for a quarter of an hour',
      [standing('a', 'x', { ...down(), at: -900_001 })],
      ['x'],
      [{ target: 'a', gate: 'up', because: 'refused', since: 0, regions: ['x'], seenAt: -900_001, isOld: true }],
    ],
    [
      'not by a region that has itself to blame',
      [standing('a', 'y', { ...down(), isOwnFault: true }), standing('a', 'x', down())],
      ['x', 'y'],
      [],
    ],
    [
      'where the one of two that can reach it sees it fail',
      [standing('a', 'x', down()), standing('a', 'y', { mute: ['up'] }), standing('b', 'x', down())],
      ['x', 'y'],
      [{ target: 'a', gate: 'up', because: 'refused', since: 0, regions: ['x'], seenAt: 0, isOld: false }],
    ],
    [
      'not where the other is mute of another gate alone',
      [standing('a', 'x', down()), standing('a', 'y', { mute: ['inside'] })],
      ['x', 'y'],
      [],
    ],
    ['not by a region that is not expected', [standing('a', 'z', down())], ['x'], []],
    ['not by two gates of one region each', [standing('a', 'x', down()), standing('b', 'y', down())], ['x', 'y'], []],
  ])('%s', (_, standings, regions, outages) => {
    expect(assessOutages(standings, regions, 0)).toEqual(outages);
  });
});

describe('a region that sees nothing', () => {
  const dark = (...targets: readonly string[]) => targets.map((target) => ({ target, isDark: true }));
  test.each<[string, readonly { target: string; isDark: boolean }[], readonly Standing[], number, boolean]>([
    ['has itself to blame', dark('a', 'b'), [], 0, true],
    ['has not, of one target alone', dark('a'), [], 0, false],
    ['has not, where one of them answers', [...dark('a'), { target: 'b', isDark: false }], [], 0, false],
    ['has not, where another region sees it too', dark('a', 'b'), [standing('b', 'y', down())], 0, false],
    [
      'has, where that one has itself to blame',
      dark('a', 'b'),
      [standing('b', 'y', { ...down(), isOwnFault: true })],
      0,
      true,
    ],
    ['has, where the other sees all well', dark('a', 'b'), [standing('b', 'y')], 0, true],
    ['has, where what the other saw is old', dark('a', 'b'), [standing('b', 'y', down())], 181_000, true],
    ['has, where only it itself saw it', dark('a', 'b'), [standing('b', 'x', down())], 0, true],
  ])('%s', (_, seen, others, now, expected) => {
    expect(isOwnFault('x', seen, others, now)).toBe(expected);
  });
});

test('probers are silent by the list of who should probe, also those that never began', () => {
  const verified = { release: digestOf('r'), rendered: digestOf('m'), commit: 'c', rollout: 'r', at: 1_000_000 };
  const states = [{ target: 'a', verified }, { target: 'b' }];
  const last = new Map([['a x', 1_140_000]]);
  expect(assessProbers(states, last, ['x', 'y'], 1_180_000)).toEqual([]);
  expect(assessProbers(states, last, ['x', 'y'], 1_180_001)).toEqual([
    { target: 'a', region: 'y', silentSince: 1_000_000 },
  ]);
  expect(assessProbers(states, last, ['x', 'y'], 1_380_001)).toEqual([
    { target: 'a', region: 'x', silentSince: 1_200_000 },
    { target: 'a', region: 'y', silentSince: 1_000_000 },
  ]);
});
