import { expect, test } from 'vitest';
import { readOutsideChanges } from '../../functions/tools/outside-changes.ts';
import { keepDrift } from '../../shared/drift/drift-row.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markBegun, markVerified } from '../../shared/ledger/target-state.ts';
import { keepJudgement, type WaveRef } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { findSuspects, saySuspects } from '../../shared/wave/find-suspects.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test('suspects are what was changed on a target within a day, by rollouts and by others; rollouts of other private targets neither are among them nor push them out', async () => {
  let now = DAY;
  const clock = { ...processClock, now: () => now };
  const ledger = openSqliteLedger(':memory:', clock);
  const release = digestOf('r');
  const begin = async (rollout: string, target: string, only?: string) => {
    const opened = {
      rollout,
      repository: 'a/b',
      commit: `${rollout}0000000`,
      startedAt: now,
      startedBy: 'x',
      authors: [],
    };
    await openRollout(ledger, { ...opened, ...(only === undefined ? {} : { only }) });
    const standing = { release, rendered: digestOf('m'), commit: 'c', rollout, at: now };
    await markBegun(ledger, target, standing);
    return standing;
  };
  await begin('ro-old', 'a');
  now += DAY;
  await markVerified(ledger, 'a', await begin('ro-one', 'a'));
  now += MINUTE;
  const written = { manager: 'kubectl-edit', operation: 'Update', at: 3_000 } as const;
  const objects = [{ id: 'apps/Deployment/shop/web', because: '1 field differs: /spec/replicas', written }] as const;
  const looked = {
    target: 'a',
    at: now,
    commit: 'c',
    rollout: 'ro-one',
    status: 'drifted',
    count: 1,
    objects,
  } as const;
  await keepDrift(ledger, looked);
  for (let each = 0; each < 150; each += 1) await begin(`ro-p${each}`, 'acme', 'acme');
  now += MINUTE;
  await begin('ro-two', 'a');
  now += MINUTE;
  const ref: WaveRef = { rollout: 'ro-two', release, wave: 'w', direction: 'forward' };
  const failed = { gate: 'g', kind: 'metric', target: 'a', verdict: 'fail', because: 'slow' } as const;
  await keepJudgement(ledger, ref, 'after', now, failed);
  expect(
    saySuspects(await findSuspects(ref, (target) => readOutsideChanges(target, { ledger }), { ledger, clock })),
  ).toBe(
    'suspects on a: ro-two0 (1 min before, this rollout), apps/Deployment/shop/web (1 field differs: /spec/replicas; written last by kubectl-edit (Update) at 1970-01-01T00:00:03Z) (2 min before, changed by no rollout), ro-one0 (3 min before, still there)',
  );
});
