import { expect, test } from 'vitest';
import { namesOwnRollout, ownerOf, tryOf, waveExecution } from '../../shared/rollout/own-rollout.ts';

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
  for (const text of [rollout, `wave x of ${rollout}: away`, `arn:x:${rollout}-own-back`])
    expect([text, namesOwnRollout(text)]).toEqual([text, owner !== undefined]);
});

test('the executions of a wave are named after it, but where it is named after a private target', () => {
  expect(waveExecution(`${fleets}-2`, 'staging')).toBe(`${fleets}-2-staging`);
  expect(waveExecution(`${fleets}-0a1b2c3d-2`, 'acme-prod')).toBe(`${fleets}-0a1b2c3d-2-own`);
});
