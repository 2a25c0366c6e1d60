import { expect, test } from 'vitest';
import { readFleetRows } from '../../console/rows/read-fleet.ts';
import { closeRollout, endRollout, openRollout } from '../../shared/ledger/rollouts.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';
import { now, tellStory } from './fleet-story.ts';

test('the fleet shows what is under way and what its targets have, however many rollouts of private targets came since', async () => {
  const story = await tellStory();
  const { ledger, blobs } = story;
  for (let number = 1; number <= 60; number += 1) {
    const rollout = `following-${number}`;
    const row = { rollout, repository: 'acme/fleet', commit: 'c', startedBy: 'tidegate', authors: [], only: 'acme' };
    await openRollout(ledger, { ...row, startedAt: now + number });
    await endRollout(ledger, rollout, { outcome: 'succeeded', because: 'all', at: now + number });
    await closeRollout(ledger, { rollout, startedAt: now + number });
  }
  const place = ledgerAndClock();
  const rows = await readFleetRows({ ledger, blobs, clock: place.clock, settings: place.settings });
  expect(rows.rollouts.map(({ rollout }) => rollout.rollout)).toEqual([story.rollout, 'ro-first']);
});
