import { afterAll, expect, test } from 'vitest';
import type { AuditView } from '../../console/views/audit.ts';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal, time } from './rehearsal.ts';

const { createConsole } = await import('../../console/app.ts');
const { reading } = await import('../../console/reading.ts');
const { consoleActions } = await import('../../local/console-actions.ts');
const { executions } = await import('../../shared/outside/executions.ts');
const { fetchEvidence } = await import('../../cli/audit-evidence.ts');
const { verifyAudit } = await import('../../shared/audit/verify-audit.ts');
const { listRollouts } = await import('../../shared/ledger/rollouts.ts');

const role = 'arn:aws:iam::222222222222:role/tidegate-target-acme';
/** The story begins on a Monday at 09:00Z. */
const late = { zone: 'UTC', open: [{ from: '09:20', to: '15:00' }] };

const config = (version: string): string => {
  const { waves, targets } = JSON.parse(smallFleetConfig(version));
  return smallFleetConfig(version, {
    windows: { late },
    roles: { 'release-managers': ['ana'], acme: ['carl'], operators: ['olga'] },
    access: { release: ['operators'], rollback: ['operators'], lift: ['operators'] },
    targets: {
      'eks-staging': targets['eks-staging'],
      'eks-a': targets['eks-a'],
      'acme-prod': {
        eks: { account: '222222222222', region: 'eu-west-1', cluster: 'prod', role, externalId: 'acme-7' },
        labels: targets['eks-a'].labels,
        window: 'late',
        private: { roles: ['acme'], approval: { roles: ['acme'], expires: '3d' }, maxLag: '2m', notify: 'notify-acme' },
      },
    },
    waves: waves
      .filter(({ name }: { readonly name: string }) => name !== 'internal')
      .map(({ approval: _, ...wave }: { readonly approval?: unknown }) => wave),
  });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const { outside, functions } = story.instance;
const site = createConsole({
  pages: reading,
  outside,
  executions: executions(outside),
  actions: consoleActions(outside, functions),
  assets: {},
  heads: async (after, limit) => (await outside.anchor?.list(after, limit)) ?? [],
  identify: async ({ headers }) => {
    const [name = '', ...roles] = (headers.get('x-who') ?? '').split(' ');
    return name === '' ? undefined : { name, kind: 'person', roles };
  },
});
const ask = async (who: string, path: string, fields?: object) => {
  const request = new Request(`http://127.0.0.1:4180${path}`, {
    headers: {
      'x-who': who,
      authorization: 'Bearer x',
      accept: 'application/json',
      'content-type': 'application/json',
    },
    ...(fields === undefined ? {} : { method: 'POST', body: JSON.stringify(fields) }),
  });
  const response = await time.complete(async () => site.fetch(request), { maxVirtualMs: 600_000 });
  return { status: response.status, text: await response.text() };
};
/** The rollout for the private target that follows another. */
const following = async (commit: string): Promise<string> => {
  const find = async () =>
    (await listRollouts(outside.ledger, 50)).find((each) => each.only === 'acme-prod' && each.commit === commit);
  await story.until(async () => (await find()) !== undefined);
  return (await find())?.rollout ?? '';
};
const at = (text: number) => new Date(text).toISOString();

test('a private target gets what the fleet has when its own people and its own window let it, and holds nobody up', async () => {
  const first = await story.begin();
  expect(await story.ended(first)).toMatchObject({
    outcome: 'succeeded',
    because: '2 targets have the release, verified',
  });
  const firstOwn = await following((await story.rolloutRow(first)).commit);

  // Its own approver is asked, and nobody else may say yes.
  const asked = await story.asked();
  expect(asked).toMatchObject({ rollout: firstOwn, wave: 'acme-prod', roles: ['acme'], holders: ['carl'] });
  expect(await story.decide(asked, 'approve', 'ana')).toMatchObject({ status: 'refused', code: 'not-allowed' });
  expect(story.writes('acme-prod')).toEqual([]);
  expect(await story.decide(asked, 'approve', 'carl')).toMatchObject({ status: 'decided' });
  await story.until(async () =>
    (await story.events(firstOwn)).some((text) => /^acme-prod waits: window late/.test(text)),
  );

  // Meanwhile the fleet goes on to the next, through the very wave that selects it.
  const second = await story.merge({ 'tidegate.json': config('v2') }, 'Version 2');
  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  expect(story.running('eks-a')).toEqual([image('v2')]);
  expect(story.writes('acme-prod')).toEqual([]);

  expect(await story.ended(firstOwn)).toMatchObject({ outcome: 'succeeded' });
  expect(at(await story.at(firstOwn, /^acme-prod deployed/))).toMatch(/^2026-03-02T09:2/);
  expect(story.running('acme-prod')).toEqual([image('v1')]);
});

test('what it would get is planned for whoever may see it, and is not there for anybody else', async () => {
  const planned = async (who: string, fields: object) => {
    const { status, text } = await ask(who, '/plans', { commit: 'HEAD', ...fields });
    return { status, ...JSON.parse(text) };
  };
  const ofFleet = await planned('carl acme', {});
  expect([ofFleet.status, ofFleet.following]).toEqual(['planned', ['acme-prod']]);
  expect((await planned('bo', {})).following).toEqual([]);
  const own = await planned('carl acme', { target: 'acme-prod' });
  expect(own).toMatchObject({
    status: 'planned',
    counts: { create: 0, change: 1, prune: 0 },
    waves: [{ wave: 'acme-prod', targets: ['acme-prod'], asksApproval: true }],
    following: [],
  });
  const refused = await planned('bo', { target: 'acme-prod' });
  expect(refused).toMatchObject({ status: 404, error: { code: 'UNKNOWN_TARGET' } });
  // In the words that one that was never there is refused in.
  const never = await planned('bo', { target: 'acme-dorp' });
  expect(JSON.stringify(refused).replaceAll('acme-prod', 'acme-dorp')).toBe(JSON.stringify(never));
});

test('how far it is behind shows, and is debt once that is longer than it may be', async () => {
  const cells = async () => {
    const { waves } = JSON.parse((await ask('carl acme', '/fleet.json')).text).view;
    return waves.flatMap((wave: { readonly cells: readonly object[] }) => wave.cells);
  };
  const lag = async () => (await cells()).find(({ target }: { readonly target: string }) => target === 'acme-prod');
  expect(await lag()).toMatchObject({ isPrivate: true, lag: { isDebt: true, maxLagMs: 120_000 } });
  const { text } = await ask('carl acme', '/metrics');
  expect(text).toMatch(/^tidegate_private_debt\{target="acme-prod"\} 1$/m);

  // It catches up by the rollout that followed the second.
  const [newest] = (await story.rollouts()).filter(({ only }) => only === undefined);
  const secondOwn = await following(newest?.commit ?? '');
  await story.decide(await story.asked(), 'approve', 'carl');
  expect(await story.ended(secondOwn)).toMatchObject({ outcome: 'succeeded' });
  expect(story.running('acme-prod')).toEqual([image('v2')]);
  expect(await lag()).not.toHaveProperty('lag');
});

test('nobody but its role sees anything of it, wherever they look', async () => {
  const rollouts = await story.rollouts();
  const own = rollouts.find(({ only }) => only === 'acme-prod')?.rollout ?? '';
  const paths = [
    ...['/', '/fleet.json', '/rollouts', '/rollouts.json', '/metrics'],
    ...rollouts.flatMap(({ rollout }) => [`/rollouts/${rollout}`, `/rollouts/${rollout}.json`]),
    ...rollouts.map(({ rollout }) => `/executions/rollout:${rollout}.json`),
    ...[
      '/audit',
      '/audit.json',
      '/audit/start.json',
      '/audit/waiting.json',
      '/audit/heads.json',
      '/audit/links.json',
      '/audit/facts.json',
    ],
    `/executions/wave:${own}-own-forward.json`,
    `/executions/wave:${own}-own-forward.json?target=acme-prod`,
  ];
  const seen: string[] = [];
  for (const path of paths) {
    const { text } = await ask('eva', path);
    // What was asked for by its name is named in the answer that there is none.
    if (/acme-prod|tidegate-target-acme|acme-7/.test(text.replaceAll(path.split('/').at(-1)?.split('.')[0] ?? '', '')))
      seen.push(path);
  }
  expect(seen).toEqual([]);
  expect((await ask('eva', `/rollouts/${own}.json`)).status).toBe(404);
  expect((await ask('carl acme', `/rollouts/${own}.json`)).status).toBe(200);
  // Nor do names name it that are listed for whoever may list executions.
  const wave = `/executions/wave:${own}-own-forward.json`;
  expect((await ask('carl acme', wave)).status).toBe(200);
  expect((await ask('eva', wave)).status).toBe(404);
  for (const path of ['/aborts', '/retries', '/rollbacks']) {
    const answer = await ask('eva operators', path, { rollout: own, comment: 'x' });
    expect([path, answer.status, JSON.parse(answer.text).error.message]).toEqual([
      path,
      404,
      `there is no rollout ${own}`,
    ]);
  }
  expect(await ask('olga acme', '/rollbacks', { rollout: own })).toMatchObject({ status: 409 });
  // In the very words in which what is not there is refused.
  const refusals: readonly (readonly [path: string, fields: (name: string) => object])[] = [
    ['/diagnoses', (target) => ({ target })],
    ['/holds', (name) => ({ kind: 'freeze', scope: 'target', name, comment: 'x' })],
    ['/holds', (name) => ({ kind: 'freeze', scope: 'wave', name, comment: 'x' })],
    ['/holds/lift', (name) => ({ kind: 'freeze', scope: 'target', name })],
  ];
  for (const [path, fields] of refusals) {
    const [hidden, unknown] = [
      await ask('olga', path, fields('acme-prod')),
      await ask('olga', path, fields('zzzz-zzzz')),
    ];
    expect([path, hidden.status, hidden.text]).toEqual([path, 404, unknown.text.replaceAll('zzzz-zzzz', 'acme-prod')]);
  }
  expect(await ask('carl acme', '/diagnoses', { target: 'acme-prod' })).toMatchObject({ status: 200 });
});

test('who may not release, roll back or lift is told so in a sentence, and nothing happens', async () => {
  const before = (await story.rollouts()).length;
  const [newest] = (await story.rollouts()).filter(({ only }) => only === undefined);
  const refused = [
    await ask('eva', '/releases', { commit: 'HEAD' }),
    await ask('eva', '/rollbacks', { rollout: newest?.rollout }),
    await ask('eva', '/retries', { rollout: newest?.rollout }),
    await ask('eva', '/holds/lift', { kind: 'halt', scope: 'fleet', name: '' }),
  ];
  expect(refused.map(({ status, text }) => [status, JSON.parse(text).error.message])).toEqual([
    [403, 'eva may not start or retry a rollout: the config keeps that to operators'],
    [403, 'eva may not start a rollback: the config keeps that to operators'],
    [403, 'eva may not start or retry a rollout: the config keeps that to operators'],
    [403, 'eva may not thaw, resume or waive: the config keeps that to operators'],
  ]);
  expect((await story.rollouts()).length).toBe(before);
  await story.pass(60_000);
  const log: { readonly view: AuditView } = JSON.parse((await ask('eva', '/audit.json?actor=eva')).text);
  const told = log.view.entries.map(({ action, about = '', link }) => `${action} ${about} ${typeof link}`);
  const about = ['/holds/lift', '/rollbacks', '/releases', '/retries'];
  expect(told.toSorted()).toEqual(about.map((path) => `refused ${path} number`).toSorted());
  // By the config she holds the role, whatever the identity provider says.
  expect((await ask('olga', '/releases', { commit: 'HEAD' })).status).toBe(200);
});

test('the audit log is whole to whoever verifies it, who may see it and who may not', async () => {
  await story.pass(60_000);
  const verified = async (who: string) => {
    const view = async <View>(path: string) => JSON.parse((await ask(who, path)).text).view as View;
    const evidence = await fetchEvidence({
      connection: { url: '' },
      view,
      post: async () => Promise.reject(new Error()),
    });
    const { outcome, findings, entries, anchored, head, lookedForUnchained } = verifyAudit(evidence);
    expect({ outcome, findings, anchored: anchored?.sequence }).toEqual({
      ...{ outcome: 'whole', findings: [] },
      anchored: head?.sequence,
    });
    return { ...entries, lookedForUnchained };
  };
  const all = await verified('carl acme');
  const some = await verified('eva');
  expect(all).toMatchObject({ hidden: 0, expired: 0, lookedForUnchained: true });
  expect(some).toMatchObject({ expired: 0, lookedForUnchained: false });
  expect(some.hidden).toBeGreaterThan(20);
  expect(some.verified + some.hidden).toBe(all.verified);
});

test('why a step of its could not be done is read by its people, and by nobody in the log', async () => {
  const merged = await story.merge({ 'tidegate.json': config('v1') }, 'Version 3');
  expect(await story.ended(merged)).toMatchObject({ outcome: 'succeeded' });
  const own = await following((await story.rolloutRow(merged)).commit);
  const before = story.mark();
  await story.decide(await story.asked(), 'approve', 'carl');
  await story.until(() => story.writes('acme-prod', before).length > 0);
  story.instance.fleet.setDown('acme-prod', true);

  const why = 'target acme-prod: GET /api: target acme-prod: its API server does not answer (simulated)';
  expect(await story.ended(own)).toMatchObject({ outcome: 'failed', because: expect.stringContaining(why) });
  expect(await story.events(own)).toContain(`acme-prod lost: ${why}`);
  expect((await ask('carl acme', `/rollouts/${own}.json`)).text).toContain(why);
  expect((await ask('eva', `/rollouts/${own}.json`)).status).toBe(404);

  // All that was ever logged, and with it what Lambda would have written of what functions threw, and have told X-Ray.
  const lines = story.log.map((line) => JSON.parse(line));
  const secret = /acme-prod|acme-7|tidegate-target|does not answer/;
  expect(lines.filter((line) => secret.test(JSON.stringify(line)))).toEqual([]);
  const thrown = lines.filter(({ message }) => message === 'function failed');
  expect(new Set(thrown.map(({ error }) => error))).toEqual(new Set(['ClusterUnreachable']));
  // A line of the log leads who may read them to the blobs.
  const blobOf = async (line: { readonly because?: string; readonly kept?: string } | undefined): Promise<unknown> => {
    const [digest = ''] = /sha256:[0-9a-f]{64}/.exec(line?.because ?? line?.kept ?? '') ?? [];
    return JSON.parse(new TextDecoder().decode(await outside.blobs.get(digest as `sha256:${string}`)));
  };
  const because = expect.stringContaining('target acme-prod: its API server does not answer (simulated)');
  expect(await blobOf(thrown.at(-1))).toEqual({ rollout: own, error: 'ClusterUnreachable', because });
  expect(await blobOf(lines.findLast(({ kept }) => kept !== undefined))).toEqual({
    rollout: own,
    lines: [
      {
        level: 'error',
        message: 'thrown',
        error: 'ClusterUnreachable',
        because,
        trace: expect.stringMatching(/\n +at /),
      },
    ],
  });
});
