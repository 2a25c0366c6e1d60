import { expect, test } from 'vitest';
import { driftLines } from '../../cli/drift-lines.ts';
import { driftPage } from '../../console/pages/drift.ts';
import { type Drift, keepDrift, orderDrifts, readDrifts, type ShownDrift } from '../../shared/drift/drift-row.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { processClock } from '../../shared/outside/clock.ts';

const seen = { at: 600_000, commit: '0123456789', rollout: 'ro-1' };
const web = { id: '/Service/shop/web', because: 'it is gone' } as const;
const drifts: readonly Drift[] = [
  { ...seen, target: 'a', status: 'as-deployed' },
  { ...seen, target: 'b', status: 'unknown', because: 'no answer', since: 300_000 },
  { ...seen, target: 'c', status: 'drifted', since: 300_000, count: 3, objects: [web], holds: true },
  { ...seen, target: 'd', status: 'drifted', since: 0, count: 1, objects: [web] },
];
const plain = (_: string, text: string) => text;

test('drift is listed the oldest first, then what is not known, and what is as deployed is counted', () => {
  expect(driftLines(orderDrifts(drifts), plain)).toEqual([
    'DRIFTED  d since 1970-01-01T00:00:00.000Z, from what 0123456 left there',
    '  /Service/shop/web: it is gone',
    'DRIFTED  c since 1970-01-01T00:05:00.000Z, from what 0123456 left there',
    '  /Service/shop/web: it is gone',
    '  and 2 more',
    '  holds releases; put it back, or: tidegate waive target/c --comment <why>',
    'NOT KNOWN  b since 1970-01-01T00:05:00.000Z: no answer',
    '1 of 4 targets are as deployed',
  ]);
});

test('who wrote an object last is said beside it, and who lets releases by in place of how to', async () => {
  const written = { manager: 'kubectl-<edit>', operation: 'Update', at: Date.UTC(2026, 2, 1, 3, 12) } as const;
  const drift: ShownDrift = {
    ...seen,
    ...{ target: 'c', status: 'drifted', since: 300_000, count: 1, holds: true },
    objects: [{ ...web, because: '1 field differs: /spec/type', written }],
    waived: { by: 'ana', because: 'known', at: 600_000 },
  };
  expect(driftLines([drift], plain)).toEqual([
    'DRIFTED  c since 1970-01-01T00:05:00.000Z, from what 0123456 left there',
    '  /Service/shop/web: 1 field differs: /spec/type; written last by kubectl-<edit> (Update) at 2026-03-01T03:12:00Z',
    '  waived by ana: known; what drifts besides holds releases again',
    '0 of 1 targets are as deployed',
  ]);
  const page = String(await driftPage([drift]));
  expect(page).toContain('written last by kubectl-&lt;edit&gt; (Update) at 2026-03-01T03:12:00Z');
  expect(page).toContain('waived by ana: known');
  expect(page).not.toContain('holds releases');
});

test('the page counts what has drifted, and escapes what a cluster says', async () => {
  const page = String(
    await driftPage([{ ...seen, target: 'a', status: 'unknown', because: '<script>', since: 0 }, ...drifts]),
  );
  expect(page).toContain('2 of 5 targets have drifted');
  expect(page).toContain('&lt;script&gt;');
  expect(String(await driftPage([]))).toContain('Nothing looked at yet');
});

test('since when a target has drifted stays while it does, and an older look changes nothing', async () => {
  const ledger = openSqliteLedger(':memory:', { ...processClock, now: () => 0 });
  const drifted = { ...seen, target: 'a', status: 'drifted', count: 1, objects: [web] } as const;
  await keepDrift(ledger, drifted);
  expect(await keepDrift(ledger, { ...drifted, at: 900_000 })).toEqual({ ...drifted, at: 900_000, since: 600_000 });
  await keepDrift(ledger, { ...seen, target: 'a', status: 'as-deployed', at: 700_000 });
  expect(await readDrifts(ledger)).toEqual([{ ...drifted, at: 900_000, since: 600_000 }]);
  await keepDrift(ledger, { ...seen, target: 'a', status: 'as-deployed', at: 1_000_000 });
  expect(await keepDrift(ledger, { ...drifted, at: 1_100_000 })).toMatchObject({ since: 1_100_000 });
});
