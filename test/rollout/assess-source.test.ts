import { expect, test } from 'vitest';
import { isUnsound } from '../../shared/rollout/assess-source.ts';

test.for([
  [[], false],
  [['refused'], false],
  [['refused', 'refused'], true],
  [['refused', 'succeeded', 'succeeded', 'refused'], true],
  [['refused', 'succeeded', 'succeeded', 'succeeded', 'refused'], false],
  [['succeeded', 'refused', 'refused'], false],
  [['refused', 'failed', 'rolled_back', 'aborted'], false],
] as const)('a source whose runs ended %s, newest first, is frozen: %s', ([ends, frozen]) => {
  expect(isUnsound(ends)).toBe(frozen);
});
