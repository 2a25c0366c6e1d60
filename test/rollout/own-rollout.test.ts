import { expect, test } from 'vitest';
import { ownerOf, tryOf } from '../../shared/rollout/own-rollout.ts';

const fleets = 'ro-0123456789abcdef0123';

test.each<[string, string | undefined, string, number]>([
  [fleets, undefined, fleets, 1],
  [`${fleets}-2`, undefined, fleets, 2],
  ['ro-01234567890123456789', undefined, 'ro-01234567890123456789', 1],
  [`${fleets}-0a1b2c3d`, '0a1b2c3d', `${fleets}-0a1b2c3d`, 1],
  [`${fleets}-2-0a1b2c3d-3`, '0a1b2c3d', `${fleets}-2-0a1b2c3d`, 3],
  [`${fleets}-12345678`, '12345678', `${fleets}-12345678`, 1],
  [`${fleets}-12345678-2`, '12345678', `${fleets}-12345678`, 2],
])('%s is of %s, and of %s the try %i', (rollout, owner, base, number) => {
  expect([ownerOf(rollout), tryOf(rollout)]).toEqual([owner, { base, number }]);
});
