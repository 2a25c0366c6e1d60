import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallFleetConfig } from '../journeys/fleet-config.ts';
import { image, openRehearsal, webService } from '../journeys/rehearsal.ts';
import { digestOf } from './chain.ts';
import { checkHistories, type Violation } from './checks.ts';
import { type AcceptedWrite, type Histories, type LedgerRow, readHistories } from './histories.ts';

const story = await openRehearsal({ config: smallFleetConfig('v1') });
afterAll(story.close);

/** Three releases: one creates everything, one prunes the ConfigMap, one is taken back in its second wave. */
let histories: Histories;
beforeAll(async () => {
  await story.settleFirst();
  const fewer = webService.replace(/ {2}config: \{[\s\S]*?\n {2}\},\n/, '');
  const second = await story.merge(
    { 'tidegate.json': smallFleetConfig('v2'), 'services/web.jsonnet': fewer },
    'Version 2, and no ConfigMap',
  );
  await story.decide(await story.asked(), 'approve');
  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  const third = await story.merge({ 'tidegate.json': smallFleetConfig('v3') }, 'Version 3');
  await story.until(() => story.judged(third, 'internal'));
  story.images.publish(image('v3').split('@')[1] ?? '', { health: 'failing' });
  expect(await story.ended(third)).toMatchObject({ outcome: 'rolled_back' });
  await story.pass(600_000);
  histories = readHistories(story.dir);
});

const check = (given: Histories) => checkHistories(given, { isOver: true });

it('hold of a run that creates, changes, prunes and goes back, and that run has all of it', () => {
  expect(check(histories)).toEqual([]);
  const taken = [...histories.writes.values()].flat();
  expect(new Set(taken.map(({ method }) => method))).toEqual(new Set(['PATCH', 'DELETE']));
  expect(taken.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual(
    story.targets.map(() => '/api/v1/namespaces/default/configmaps/web'),
  );
  const heads = histories.ledger.filter(({ partition, sort }) => partition.startsWith('rollout#') && sort === 'head');
  const outcomes = heads.map(({ data }) => (data.end as { readonly outcome: string }).outcome);
  expect(new Set(outcomes)).toEqual(new Set(['succeeded', 'rolled_back']));
});

/** The run as it would be had one thing been otherwise. */
const changed = (
  write: (each: AcceptedWrite, target: string) => AcceptedWrite | readonly AcceptedWrite[] = (each) => each,
  row: (each: LedgerRow) => LedgerRow | readonly LedgerRow[] = (each) => each,
): Histories => ({
  ...histories,
  ledger: histories.ledger.flatMap(row),
  writes: new Map(
    [...histories.writes].map(([target, taken]) => [target, taken.flatMap((each) => write(each, target))]),
  ),
});

const where = 'eks-staging';
const isDelete = ({ method }: AcceptedWrite, target: string) => method === 'DELETE' && target === where;
const isWriteRow = ({ partition, sort }: LedgerRow) => partition.startsWith('deployment#') && sort.startsWith('write#');
const ofDelete = (row: LedgerRow) => isWriteRow(row) && row.data.target === where && row.data.verb === 'delete';
const last = (target: string) => histories.writes.get(target)?.at(-1);
const withToken = (userAgent: string, token: number) => userAgent.replace(/token=\d+/, `token=${token}`);

/** The run, and beside it a hold that was set so long before the first write to that target, and lifted just after it. */
const held = (kind: string, scope: string, name: string, beforeMs: number): Histories => {
  const at = histories.writes.get(where)?.[0]?.at ?? 0;
  const row = (data: LedgerRow['data']): readonly LedgerRow[] => {
    const key = { partition: 'hold-history', sort: `${data.at}` };
    const entry = { fact: { ...key, digest: digestOf(data) } };
    return [
      { ...key, data },
      { partition: 'audit-waiting', sort: key.sort, data: entry },
    ];
  };
  const set = { kind, scope, name, at: at - beforeMs, allowsRollback: true };
  const lifted = { kind, scope, name };
  return {
    ...histories,
    ledger: [...histories.ledger, ...row({ at: at - beforeMs, set }), ...row({ at: at + 1, lifted })],
  };
};

/** What a bug would leave behind, and the invariants that it breaks. */
const mutants: Readonly<
  Record<string, { readonly left: () => Histories; readonly breaks: readonly Violation['invariant'][] }>
> = {
  'a halt that is read for each batch alone': {
    left: () => held('halt', 'fleet', '', 60_000),
    breaks: ['V12 halt'],
  },
  'a freeze that is read when the wave is planned alone': {
    left: () => held('freeze', 'target', where, 1_000),
    breaks: ['V13 freeze'],
  },
  'an alert that stops nothing of what runs': {
    left: () => held('alert', 'target', where, 31_000),
    breaks: ['V13 freeze'],
  },
  'a token that is checked at the start alone: an old write arrives after a newer one': {
    left: () => {
      const first = histories.writes.get(where)?.[0];
      return changed((each, target) => (each === last(target) && target === where && first ? [each, first] : each));
    },
    breaks: ['V2 one writer', 'V16 audit'],
  },
  'a write that claims a lower token than one before it': {
    left: () =>
      changed((each, target) =>
        each === last(target) && target === where ? { ...each, userAgent: withToken(each.userAgent, 1) } : each,
      ),
    breaks: ['V2 one writer', 'V16 audit'],
  },
  'a task that is delivered late and writes after the end': {
    left: () =>
      changed((each, target) =>
        each === last(target) && target === where ? { ...each, at: each.at + 86_400_000 } : each,
      ),
    breaks: ['V4 one end', 'V16 audit'],
  },
  'an event that is written past the audit log': {
    left: () =>
      changed(undefined, (row) => (row.sort.startsWith('event#') ? [row, { ...row, sort: `${row.sort}-late` }] : row)),
    breaks: ['V4 one end', 'V16 audit'],
  },
  'a link whose entries are chained again': {
    left: () =>
      changed(undefined, (row) => (row.partition === 'audit-links' ? { ...row, data: { ...row.data, at: 1 } } : row)),
    breaks: ['V16 audit'],
  },
  'an end of the chain that is lost with what it tells of': {
    left: () => ({ ...histories, heads: [...histories.heads, { sequence: 9_999, link: 'sha256:0' }] }),
    breaks: ['V16 audit'],
  },
  'a rollout that never ends': {
    left: () =>
      changed(undefined, (row) => (row.sort === 'head' ? { ...row, data: { ...row.data, end: undefined } } : row)),
    breaks: ['V4 one end'],
  },
  'an end that is told twice': {
    left: () =>
      changed(undefined, (row) => (row.sort.startsWith('event#') && row.data.kind === 'ended' ? [row, row] : row)),
    breaks: ['V4 one end'],
  },
  'a prune of what the plan does not list': {
    left: () => ({ ...histories, blob: (digest) => without(histories.blob(digest)) }),
    breaks: ['V10 deletes'],
  },
  'a delete that names no uid': {
    left: () =>
      changed(
        (each, target) => (isDelete(each, target) ? { ...each, bodyDigest: 'sha256:0' } : each),
        (row) => (ofDelete(row) ? { ...row, data: { ...row.data, hash: 'sha256:0' } } : row),
      ),
    breaks: ['V10 deletes'],
  },
  'a delete of a claim': {
    left: () => {
      const path = '/api/v1/namespaces/default/persistentvolumeclaims/web';
      return changed(
        (each, target) => (isDelete(each, target) ? { ...each, path } : each),
        (row) => (ofDelete(row) ? { ...row, data: { ...row.data, path } } : row),
      );
    },
    breaks: ['V10 deletes'],
  },
  'an intent that is stored after the call, of an attempt that died in between': {
    left: () => changed(undefined, (row) => (ofDelete(row) ? [] : row)),
    breaks: ['V10 deletes', 'V16 audit'],
  },
  'an outcome that nobody found out': {
    left: () =>
      changed(undefined, (row) =>
        ofDelete(row)
          ? { ...row, partition: `target#${where}`, sort: 'open#1', data: { ...row.data, outcome: undefined } }
          : row,
      ),
    breaks: ['V16 audit'],
  },
  'an outcome that is stored before the call': {
    left: () => changed(undefined, (row) => (ofDelete(row) ? { ...row, data: { ...row.data, endedAt: 0 } } : row)),
    breaks: ['V16 audit'],
  },
  'a write that is called refused and was taken': {
    left: () =>
      changed(undefined, (row) =>
        ofDelete(row) ? { ...row, data: { ...row.data, outcome: { status: 'refused' } } } : row,
      ),
    breaks: ['V16 audit'],
  },
  'a write that is called done and never came': {
    left: () => changed((each, target) => (isDelete(each, target) ? [] : each)),
    breaks: ['V16 audit'],
  },
  'a write that goes by the journal': {
    left: () => changed((each, target) => (isDelete(each, target) ? { ...each, userAgent: 'tidegate/1' } : each)),
    breaks: ['V10 deletes', 'V16 audit'],
  },
};

/** A target's plan without its prunes. */
const without = (blob: unknown): unknown => {
  const { plan } = (blob ?? {}) as { readonly plan?: { readonly objects?: readonly { readonly action: string }[] } };
  if (plan?.objects === undefined) return blob;
  return { ...Object(blob), plan: { ...plan, objects: plan.objects.filter(({ action }) => action !== 'prune') } };
};

describe('what is planted in the histories of that run is found:', () => {
  it.each(Object.keys(mutants))('%s', (name) => {
    const found = check(mutants[name]?.left() ?? histories);
    expect([...new Set(found.map(({ invariant }) => invariant))], JSON.stringify(found, null, 1)).toEqual(
      mutants[name]?.breaks,
    );
  });
});
