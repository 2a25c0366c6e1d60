import { afterAll, expect, test } from 'vitest';
import { holdingActions } from '../../../functions/tools/holding-actions.ts';
import { keepAlerts, readAlertHolds } from '../../../shared/ledger/alerts.ts';
import { readHolds, setHold } from '../../../shared/ledger/holds.ts';
import { openRollout } from '../../../shared/ledger/rollouts.ts';
import { type Hold, nameOf } from '../../../shared/rollout/holds.ts';
import { openPlace } from '../../intake/place.ts';

const { outside, close } = await openPlace();
afterAll(close);
const { ledger } = outside;
const { lift } = holdingActions(outside);
const eva = { name: 'eva', kind: 'person', roles: [] } as const;
const holds: readonly Pick<Hold, 'kind' | 'scope' | 'name'>[] = [
  { kind: 'freeze', scope: 'target', name: 'acme' },
  { kind: 'freeze', scope: 'wave', name: 'acme' },
  { kind: 'pause', scope: 'rollout', name: 'ro-1' },
  { kind: 'alert', scope: 'target', name: 'acme' },
];

test('what holds a private target is lifted by nobody who may not see it, and named to nobody either', async () => {
  const row = { rollout: 'ro-1', repository: 'o/r', commit: 'c', startedBy: 'x', authors: [], only: 'acme' };
  await openRollout(ledger, { ...row, startedAt: 1 });
  const rest = { by: 'carl', because: 'x', at: 1, allowsRollback: true };
  await setHold(ledger, { kind: 'freeze', scope: 'wave', name: 'external', ...rest });
  for (const hold of holds) if (hold.kind !== 'alert') await setHold(ledger, { ...hold, ...rest });
  const alert = { id: '1', name: 'Slow', status: 'firing', labels: {} } as const;
  await keepAlerts(ledger, { scope: 'target', name: 'acme' }, [alert], 1);
  for (const hold of holds) {
    const refused = lift({ ...hold, because: 'y' }, eva, new Set(['acme']));
    await expect(refused).rejects.toThrow(`it is not so that ${nameOf(hold)}; now: wave external is frozen`);
  }
  expect([await readHolds(ledger), await readAlertHolds(ledger)].map(({ length }) => length)).toEqual([4, 1]);
  for (const hold of holds) expect(await lift({ ...hold, because: 'y' }, eva, new Set())).toMatchObject(hold);
});
