import { expect, test } from 'vitest';
import { readPrivate } from '../../console/rows/read-private.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { TargetState } from '../../shared/ledger/target-state.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const row = (rollout: string, end: Rollout['end'], only?: string): Rollout => ({
  ...{ rollout, repository: 'o/r', commit: rollout, startedAt: 0, startedBy: 'x', authors: [] },
  ...(end === undefined ? {} : { end }),
  ...(only === undefined ? {} : { only }),
});
const verified = { release: digestOf('r'), rendered: digestOf('d'), commit: 'one', rollout: 'own', at: 5 };
const states = new Map([['acme', { verified } as TargetState]]);
const one = row('one', { outcome: 'succeeded', because: '', at: 4, passed: true });

test.each([
  {
    because: 'passed its waves without a target that was lost',
    end: { outcome: 'partial', because: 'not on the release: b', at: 9, passed: true },
    behind: { acme: { since: 9, isDebt: false } },
  },
  {
    because: 'is held in its first wave',
    end: { outcome: 'partial', because: 'held by ana', at: 9 },
    behind: { acme: undefined },
  },
] as const)('a release that $because: how far the private target is behind', async ({ end, behind }) => {
  const { clock } = ledgerAndClock();
  const blobs = {
    get: () => Promise.reject(new Error('nothing is read')),
    put: () => Promise.reject(new Error('nor written')),
  };
  const rows = await readPrivate([row('own', undefined, 'acme'), row('two', end), one], states, { blobs, clock });
  expect(Object.fromEntries(rows.map(({ target, lag }) => [target, lag]))).toEqual(behind);
});
