import { describe, expect, test } from 'vitest';
import { requestApproval } from '../../shared/approval/request-approval.ts';
import { readApproval } from '../../shared/approval/rows.ts';
import { keepAccess } from '../../shared/ledger/access.ts';
import { setHold } from '../../shared/ledger/holds.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock, waitingMachines } from '../approval/waiting-machines.ts';
import { now, tellStory } from './fleet-story.ts';
import { consoleOver } from './story-console.ts';

const story = await tellStory();
const site = consoleOver(story);
const answer = async (response: Response) => ({ status: response.status, body: await response.json() });
const asJson = { accept: 'application/json' };
const post = (path: string, fields: Record<string, string>) =>
  site.submit(path, fields, 'ana', { ...asJson, origin: 'http://127.0.0.1:4180', 'sec-fetch-site': 'same-origin' });

describe('holding by a form', () => {
  test.for([
    [{ kind: 'freeze', scope: 'wave', name: 'external' }, 'comment: '],
    [{ kind: 'freeze', scope: 'wave', name: '', comment: 'x' }, 'name: expected a name for all but the fleet'],
    [{ kind: 'freeze', scope: 'fleet', name: 'all', comment: 'x' }, 'name: expected a name for all but the fleet'],
    [{ kind: 'halt', scope: 'target', name: 'a', comment: 'x' }, 'kind: a rollout is paused, the fleet is halted'],
    [{ kind: 'freeze', scope: 'rollout', name: 'ro-1', comment: 'x' }, 'kind: a rollout is paused'],
    [{ kind: 'freeze', scope: 'fleet', comment: 'x', for: '2 weeks' }, 'for: expected how long, as 30m, 12h or 7d'],
    [{ kind: 'freeze', scope: 'moon', name: 'a', comment: 'x' }, 'scope: '],
  ] as const)('%o is refused', async ([fields, message]) => {
    const { status, body } = await answer(await post('/holds', fields));
    expect([status, body.error.code]).toEqual([400, 'BAD_INPUT']);
    expect(body.error.message).toContain(message);
    expect(body.error.message).toContain('nothing was done');
  });

  test.for([
    [
      { kind: 'freeze', scope: 'fleet', comment: 'x', for: '12h' },
      { forMs: 43_200_000, allowsRollback: true },
    ],
    [{ kind: 'freeze', scope: 'fleet', comment: 'x', rollback: 'no' }, { allowsRollback: false }],
    [{ kind: 'halt', scope: 'fleet', comment: 'x', rollback: 'yes' }, { allowsRollback: false }],
  ] as const)('%o is taken', async ([fields, held]) => {
    const { status, body } = await answer(await post('/holds', { name: '', ...fields }));
    expect(status).toBe(200);
    expect(body).toEqual({ kind: fields.kind, scope: 'fleet', name: '', because: 'x', by: 'ana', at: now, ...held });
  });

  test('nobody is asked from another site, and nobody unknown may', async () => {
    const fields = { kind: 'halt', scope: 'fleet', comment: 'x' };
    expect((await site.submit('/holds', fields, 'ana', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await site.submit('/holds', fields, 'nobody')).status).toBe(401);
  });
});

test('what is held stands first on the fleet page, with who, why and the way to lift it', async () => {
  const name = '<script>alert(1)</script>';
  await setHold(story.ledger, {
    kind: 'freeze',
    scope: 'target',
    name,
    by: 'bo',
    because: 'node upgrade & more',
    at: now - 60_000,
    until: now + 60_000,
    allowsRollback: true,
  });
  const page = await (await site.get('/')).text();
  expect(page).toContain('Target &lt;script&gt;alert(1)&lt;/script&gt; is frozen');
  expect(page).toContain('node upgrade &amp; more (bo, ');
  expect(page).toContain('Ways back may pass.');
  expect(page).toContain('action="/holds/lift"');
  expect(page).not.toContain(name);
  const { view } = await (await site.get('/fleet.json', 'ana', asJson)).json();
  expect(view.holds).toHaveLength(1);
});

describe('what the config keeps to a role', () => {
  const heldBack = ['lift', 'hold', 'abort', 'rollback'] as const;
  test('is no button for who has none, but a sentence; and the button for who has one', async () => {
    const told = await tellStory();
    const own = consoleOver(told);
    const rule = { roles: ['release-managers'], holders: [] };
    const actions = Object.fromEntries(heldBack.map((action) => [action, rule]));
    await keepAccess(told.ledger, { actions, privateTargets: {} }, new Set(), 1);
    await setHold(told.ledger, {
      ...{ kind: 'freeze', scope: 'fleet', name: '', by: 'bo', because: 'x', at: now, allowsRollback: true },
    });
    const pagesOf = async (who: string) =>
      (await (await own.get('/', who)).text()) + (await (await own.get(`/rollouts/${told.rollout}`, who)).text());
    const [without, having] = [await pagesOf('ana'), await pagesOf('bo')];
    expect(without).not.toMatch(/action="\/(holds|aborts)/);
    expect(without).toContain('ana may not freeze, halt or pause: the config keeps that to release-managers.');
    expect(without).toContain('ana may not thaw, resume or waive: the config keeps that to release-managers.');
    expect(without).toContain('ana may not abort a rollout: the config keeps that to release-managers.');
    const forms = ['action="/holds/lift"', 'action="/holds"', 'action="/aborts"'];
    expect(forms.filter((form) => !having.includes(form))).toEqual([]);
    expect(having).not.toContain('may not');
  });
});

describe('a private target, of whoever may not see it', () => {
  test('has no approval to decide on, even where the config lets them, and no rollout that is paused', async () => {
    const told = await tellStory();
    const own = consoleOver(told);
    const { ledger } = told;
    const privateTargets = { acme: { roles: ['acme'], holders: [] } };
    await keepAccess(ledger, { actions: {}, privateTargets }, new Set(['acme']), 1);
    const row = { rollout: 'ro-acme', repository: 'o/r', commit: 'c', startedAt: 1, startedBy: 'x', authors: [] };
    await openRollout(ledger, { ...row, only: 'acme' });
    const ref = { rollout: 'ro-acme', release: digestOf('r'), wave: 'acme', direction: 'forward' } as const;
    const ask = { roles: ['release-managers'], people: 1, expiresMs: 86_400_000 };
    const { steps } = waitingMachines();
    const clock = { ...ledgerAndClock().clock, now: () => now };
    const tools = { steps, noticeOf: async () => [] };
    const { approval } = await requestApproval(ref, digestOf('p'), ask, {}, 'token', tools, { ledger, clock });
    const pause = { kind: 'pause', scope: 'rollout', name: 'ro-acme', by: 'carl', because: 'x' } as const;
    await setHold(ledger, { ...pause, at: now, allowsRollback: false });

    const decide = async (id: string) => {
      const fields = { plan: digestOf('p'), vote: 'approve' };
      return answer(await own.submit(`/approvals/${id}`, fields, 'bo', { ...asJson, origin: 'http://127.0.0.1:4180' }));
    };
    const unknown = { code: 'NOT_FOUND', message: 'there is no approval ap-0' };
    expect(await decide('ap-0')).toEqual({ status: 404, body: { error: unknown } });
    const message = `there is no approval ${approval}`;
    expect(await decide(approval)).toEqual({ status: 404, body: { error: { ...unknown, message } } });
    expect((await readApproval(ledger, approval))?.votes).toEqual([]);
    expect((await (await own.get('/fleet.json', 'bo', asJson)).json()).view.holds).toEqual([]);
  });
});
