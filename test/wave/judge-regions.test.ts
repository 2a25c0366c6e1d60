import { expect, test } from 'vitest';
import { lookedAt, type SeenFrom } from '../../shared/wave/judge-regions.ts';

/** A region that looked without a gap from one moment to another. */
const looked = (region: string, unbrokenFrom: number, to: number): SeenFrom => ({
  region,
  probing: { tallies: [], unbrokenFrom, to },
  isOn: false,
});

test.each<readonly [string, readonly SeenFrom[], ReturnType<typeof lookedAt>]>([
  ['by one', [looked('a', 5, 90)], { unbrokenFrom: 5, to: 90 }],
  ['by the one that did it for longest', [looked('a', 60, 90), looked('b', 0, 89)], { unbrokenFrom: 0, to: 90 }],
  ['by one after the other', [looked('a', 0, 40), looked('b', 50, 90)], { unbrokenFrom: 0, to: 90 }],
  ['by three in turn', [looked('c', 61, 90), looked('a', 0, 30), looked('b', 40, 60)], { unbrokenFrom: 0, to: 90 }],
  [
    'not while the one had died and the other had not begun',
    [looked('a', 0, 39), looked('b', 50, 90)],
    { unbrokenFrom: 50, to: 90 },
  ],
  [
    'not by one that was never heard, whose time begins and ends where it was asked from',
    [looked('a', 70, 90), looked('b', 0, 0)],
    { unbrokenFrom: 70, to: 90 },
  ],
])('a wave is looked at without a gap of more than ten %s', (_, seen, expected) => {
  expect(lookedAt(seen, 10)).toEqual(expected);
});
