import { describe, expect, test } from 'vitest';
import type { ApprovalView } from '../../console/views/approval.ts';
import { exampleRelease } from './example-release.ts';
import { minutes, now, taskToken, tellStory } from './fleet-story.ts';
import { consoleOver, origin } from './story-console.ts';

const story = await tellStory();
const site = consoleOver(story);
const approvalPath = `/approvals/${story.approval}`;
const external = exampleRelease('1').waves.find(({ name }) => name === 'external')?.targets;
const pages = [
  '/',
  '/rollouts',
  `/rollouts/${story.rollout}`,
  approvalPath,
  `${approvalPath}/plan?target=aws-us-east-1-prod01`,
];

/** Every row of the ledger that a console could change. */
const everything = async () =>
  Promise.all(
    ['rollouts', 'targets', 'approvals', `rollout#${story.rollout}`, `approval#${story.approval}`, 'wave#external'].map(
      (partition) => story.ledger.query(partition),
    ),
  );

describe('pages', () => {
  test.each([
    [
      '/',
      [
        'Wave external waits for approval: 6 targets',
        'azure-westeurope-prod01',
        '6 on',
        'skew: 2 releases',
        'SIMULATED',
      ],
    ],
    [
      `/rollouts/${story.rollout}`,
      [
        ...['Waits for 1 of release-managers to approve external', 'Gates of internal', 'Batch 3', 'took 5 min'],
        `href="/executions/rollout%3A${story.rollout}"`,
        `href="/executions/wave%3A${story.rollout}-internal-forward"`,
        `href="/executions/wave%3A${story.rollout}-internal-forward?target=`,
      ],
    ],
    [
      approvalPath,
      ['differs from most', 'http://new.{region}', story.plan, 'back to', 'deletes', 'Approve 1f5db82 for external'],
    ],
    ['/rollouts', ['8b1d331', 'succeeded', 'running']],
    [pages[4] ?? '', ['Plan of aws-us-east-1-prod01', 'http://new.us-east-1', 'Job default/migrate']],
  ])('%s shows what it is for', async (path, texts) => {
    const response = await site.get(path);
    expect(response.status).toBe(200);
    const page = await response.text();
    for (const text of texts) expect(page).toContain(text);
  });

  test('what was found is told with the approval, once, and with the plan of the target it is about', async () => {
    const approval = await (await site.get(approvalPath)).text();
    expect(approval).toContain('1 warning, 1 waived');
    expect(approval).toContain('no container has a preStop <code>no-pre-stop</code>');
    expect(approval).toContain('1 about objects that stay as they are');
    const plan = await (await site.get(`${approvalPath}/plan?target=azure-eastus-prod01`)).text();
    expect(plan).toContain('waived: the mesh adds it');
    expect(await (await site.get(`${approvalPath}/plan?target=aws-us-east-1-prod01`)).text()).not.toContain('the mesh');
  });

  test('what is left behind is told with the approval and with the plan of its target', async () => {
    const { view } = (await (await site.get(`${approvalPath}.json`)).json()) as { readonly view: ApprovalView };
    expect(view.kept).toEqual([
      {
        id: '/PersistentVolumeClaim/default/journal',
        spoken: 'PersistentVolumeClaim default/journal',
        because: 'holds state',
        targets: ['azure-eastus-prod01'],
      },
    ]);
    const text = /PersistentVolumeClaim default\/journal<\/strong> <span>holds state<\/span>/;
    expect(await (await site.get(approvalPath)).text()).toMatch(text);
    expect(await (await site.get(`${approvalPath}/plan?target=azure-eastus-prod01`)).text()).toMatch(text);
  });

  test.each(pages)('%s has no inline script or style, a strict policy, and no task token', async (path) => {
    const response = await site.get(path);
    const page = await response.text();
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:/i);
    expect(page).not.toContain(taskToken);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
  });

  test.each(['/fleet.json', '/rollouts.json', `/rollouts/${story.rollout}.json`, `${approvalPath}.json`])(
    '%s gives the view as data, without the task token',
    async (path) => {
      const response = await site.get(path);
      const text = await response.text();
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(JSON.parse(text)).toMatchObject({ at: now, simulated: true });
      expect(text).not.toContain(taskToken);
    },
  );

  test.each([approvalPath, `${approvalPath}/plan?target=aws-us-east-1-prod01`])(
    '%s says what restarts, in which order and why, and what takes effect later',
    async (path) => {
      const text = await (await site.get(path)).text();
      const places = [
        'What restarts',
        '<strong>StatefulSet default/cache-a</strong>',
        'never beside StatefulSet default/cache-b',
        'Secret default/session, which its pods read, changes',
        '<strong>StatefulSet default/cache-b</strong>',
        '<strong>Deployment default/storefront</strong>',
        'after StatefulSet default/cache-a, StatefulSet default/cache-b',
        'takes effect at the next restart of Deployment default/gateway',
      ];
      const found = places.map((each) => text.indexOf(each, text.indexOf('What restarts')));
      expect(found.filter((at) => at < 0)).toEqual([]);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    },
  );

  test('an unchanged page is answered with 304, also later, and to nobody else', async () => {
    const etag = (await site.get('/')).headers.get('etag') ?? '';
    story.clock.time += 1_000;
    expect((await site.get('/', 'ana', { 'if-none-match': etag })).status).toBe(304);
    expect((await site.get('/', 'eve', { 'if-none-match': etag })).status).toBe(200);
    story.clock.time -= 1_000;
  });

  test('the server names how soon to look again', async () => {
    expect((await site.get('/')).headers.get('x-poll-seconds')).toBe('5');
    expect(await (await site.get('/')).text()).toContain('<meta name="poll-seconds" content="5">');
  });

  test('looking at everything, twice, changes nothing', async () => {
    const before = await everything();
    for (const path of [...pages, ...pages, `${approvalPath}?vote=approve&plan=${story.plan}`]) await site.get(path);
    for (const path of [approvalPath, '/releases', '/rollbacks', '/plans', '/hooks/merge']) {
      await site.fetch(new Request(origin + path, { method: 'HEAD', headers: { cookie: 'who=ana' } }));
    }
    expect(await everything()).toEqual(before);
    expect(site.told).toEqual([]);
  });

  test('the stylesheet and the scripts are served as files, and answered with 304 when they are known', async () => {
    for (const name of ['console.css', 'client.js', 'idiomorph.js', 'icon.svg']) {
      const response = await site.get(`/assets/${name}`, '');
      expect([name, response.status]).toEqual([name, 200]);
      const again = await site.get(`/assets/${name}`, '', { 'if-none-match': response.headers.get('etag') ?? '' });
      expect(again.status).toBe(304);
    }
    expect((await site.get('/assets/..%2fapp.ts', '')).status).toBe(404);
  });
});

describe('who may', () => {
  test('nobody sees anything without an identity, as a page and as data', async () => {
    const page = await site.get('/', 'stranger');
    expect([page.status, page.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await page.text()).toContain('Sign in first');
    const data = await site.get('/fleet.json', 'stranger');
    expect([data.status, await data.json()]).toEqual([
      401,
      { error: { code: 'NOT_ALLOWED', message: 'the request carries no identity; sign in' } },
    ]);
  });

  test('whoever may not approve sees why, and a button that does nothing', async () => {
    const page = await (await site.get(approvalPath, 'bo')).text();
    expect(page).toContain('bo wrote or merged this change; somebody else has to approve it');
    expect(page).toMatch(/value="approve" data-decides\s+disabled/);
    expect(page).not.toMatch(/value="reject" data-decides\s+disabled/);
  });
});

describe('a decision', () => {
  const approve = (plan: string = story.plan) => ({ plan, vote: 'approve', comment: '' });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['another origin alone', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['nowhere', {}],
    ['the address bar', { 'sec-fetch-site': 'none' }],
  ])('from %s is refused, whoever it is', async (_, headers) => {
    const response = await site.submit(approvalPath, approve(), 'ana', headers);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('CROSS_SITE');
    expect(site.told).toEqual([]);
  });

  test.each([
    ['by its author', approve(), 'bo', 403, 'NOT_ALLOWED'],
    ['by somebody without the role', approve(), 'eve', 403, 'NOT_ALLOWED'],
    ['by a machine', approve(), 'robot', 403, 'NOT_ALLOWED'],
    ['about another plan', approve(`sha256:${'0'.repeat(64)}`), 'ana', 409, 'OTHER_PLAN'],
    ['without a plan', { vote: 'approve' }, 'ana', 400, 'BAD_INPUT'],
    ['with another word', { plan: story.plan, vote: 'maybe' }, 'ana', 400, 'BAD_INPUT'],
    ['no without a reason', { plan: story.plan, vote: 'reject' }, 'ana', 400, 'COMMENT_MISSING'],
  ])('%s is refused', async (_, fields, who, status, code) => {
    const response = await site.submit(approvalPath, fields as Record<string, string>, who);
    expect([response.status, (await response.text()).includes(code)]).toEqual([status, true]);
    expect(site.told).toEqual([]);
  });

  test('is refused after it expired', async () => {
    story.clock.time = now + minutes(50);
    const response = await site.submit(approvalPath, approve());
    story.clock.time = now;
    expect([response.status, (await response.text()).includes('EXPIRED')]).toEqual([409, true]);
  });

  test('about an approval that is not there is 404', async () => {
    expect((await site.submit('/approvals/ap-none', approve())).status).toBe(404);
  });

  test('is counted once by a form, which leads back to the rollout; the same again counts no more, the other is refused', async () => {
    const response = await site.submit(approvalPath, approve());
    expect([response.status, response.headers.get('location')]).toEqual([303, `/rollouts/${story.rollout}`]);
    expect(site.told).toEqual([{ token: taskToken, output: { decision: 'approved', because: 'approved by ana' } }]);
    const again = (fields: object) =>
      site.fetch(
        new Request(origin + approvalPath, {
          method: 'POST',
          headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
          body: JSON.stringify(fields),
        }),
      );
    const same = await again(approve());
    expect([same.status, await same.json()]).toMatchObject([
      200,
      { status: 'decided', because: 'approved by ana', votes: [{ by: 'ana', vote: 'approve' }] },
    ]);
    const other = await again({ plan: story.plan, vote: 'reject', comment: 'not today' });
    expect([other.status, await other.json()]).toEqual([
      409,
      { error: { code: 'DECIDED', message: `approval ${story.approval} is approved already, by ana` } },
    ]);
    const page = await (await site.get(approvalPath)).text();
    expect(page).toContain('Approved by ana');
    expect(page).not.toContain('<form');
  });
});

describe('deletes that have to be named', () => {
  const open = async () => {
    const told = await tellStory({ names: 'deletes' });
    const site = consoleOver(told);
    const path = `/approvals/${told.approval}`;
    const yes = (who: string, deletes?: string) =>
      site.submit(
        path,
        { plan: told.plan, vote: 'approve', comment: '', ...(deletes === undefined ? {} : { deletes }) },
        who,
      );
    return { ...told, site, path, yes };
  };

  test('are listed object by object with their targets, and their number is asked for', async () => {
    const { site, path } = await open();
    const { view } = (await (await site.get(`${path}.json`)).json()) as { readonly view: ApprovalView };
    expect(view.deletes).toEqual({
      count: 13,
      kinds: [
        { kind: 'Deployment', count: 6 },
        { kind: 'Service', count: 6 },
        { kind: 'StatefulSet', count: 1 },
      ],
      objects: [
        {
          object: 'apps/Deployment/default/cache',
          spoken: 'Deployment default/cache',
          action: 'prune',
          targets: external,
        },
        { object: '/Service/default/cache', spoken: 'Service default/cache', action: 'prune', targets: external },
        {
          object: 'apps/StatefulSet/default/orders',
          spoken: 'StatefulSet default/orders',
          action: 'recreate',
          targets: ['azure-eastus-prod01'],
        },
      ],
      roles: ['sre'],
      people: 1,
      named: 0,
    });
    const page = await (await site.get(path, 'eva')).text();
    expect(page).toContain('<h2>13 deletes to approve by name</h2>');
    expect(page).toContain('1 of sre to name its 13 deletes, has 0');
    expect(page).toContain('For the rest it takes release-managers: your yes counts for the deletes.');
    expect(page).toMatch(/<input id="deletes-named" name="deletes" [^>]*pattern="13"[^>]* required/);
    const other = await (await site.get(path, 'ana')).text();
    expect(other).not.toContain('deletes-named');
    expect(other).toContain('that takes 1 of sre. Your yes counts for the rest.');
    expect(await (await site.get('/')).text()).toContain('deletes 13 objects, to be approved by name');
  });

  test.each([
    ['eva', undefined, 409],
    ['eva', '', 409],
    ['eva', '12', 409],
    ['eva', '13.0', 400],
    ['ana', '13', 403],
    ['bo', '13', 403],
  ])('%s can not lift them with %o', async (who, deletes, status) => {
    const { site, yes } = await open();
    expect((await yes(who, deletes)).status).toBe(status);
    expect(site.told).toEqual([]);
  });

  test('are lifted by the number, beside the yes of the wave', async () => {
    const { site, path, yes } = await open();
    expect((await yes('ana')).status).toBe(303);
    expect(await (await site.get(path, 'eva')).text()).toContain('ana said yes');
    expect(site.told).toEqual([]);
    expect((await yes('eva', '13')).status).toBe(303);
    expect(site.told.map(({ output }) => output)).toEqual([
      { decision: 'approved', because: 'approved by ana, its 13 deletes named by eva' },
    ]);
    expect(await (await site.get(path)).text()).toContain('eva said yes to 13 deletes');
  });
});

describe('orders and deliveries', () => {
  const order = (path: string, body: unknown) =>
    site.fetch(
      new Request(origin + path, {
        method: 'POST',
        headers: { authorization: 'Bearer ana', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );

  test.each([
    ['/releases', { commit: '1'.repeat(40) }, 200, { status: 'already', rollout: story.rollout }],
    ['/rollbacks', { rollout: story.rollout }, 202, { status: 'started', rollout: 'ro-back' }],
    [
      '/releases',
      { commit: '0'.repeat(40) },
      404,
      { error: { code: 'UNKNOWN_COMMIT', message: `commit ${'0'.repeat(40)} is not on main` } },
    ],
    [
      '/releases',
      { commit: 'main; rm -rf' },
      400,
      {
        error: {
          code: 'BAD_INPUT',
          message: 'commit: expected the 40 hexadecimal digits of a commit, or HEAD; nothing was done',
        },
      },
    ],
  ])('POST %s %o is answered with %i', async (path, body, status, answer) => {
    const response = await order(path, body);
    expect([response.status, await response.json()]).toEqual([status, answer]);
  });

  test('a delivery needs no identity, and arrives as its raw bytes with its headers', async () => {
    const response = await site.fetch(
      new Request(`${origin}/hooks/merge`, {
        method: 'POST',
        headers: { 'X-Hub-Signature-256': 'sha256=1' },
        body: '{ }',
      }),
    );
    expect([response.status, await response.json()]).toEqual([202, { via: 'http', signature: 'sha256=1', length: 3 }]);
  });

  test('a delivery that is too large is refused before it is handed on', async () => {
    const body = 'x'.repeat(7 * 1024 * 1024);
    const response = await site.fetch(new Request(`${origin}/hooks/artifact`, { method: 'POST', body }));
    expect([response.status, await response.json()]).toMatchObject([413, { code: 'BODY_TOO_LARGE' }]);
  });
});

test('hostile names are text, wherever they are shown', async () => {
  const hostile = '"><script>alert(1)</script>';
  const bad = consoleOver(await tellStory({ author: hostile, wave: `w${hostile}` }));
  for (const path of ['/', '/rollouts', `/rollouts/${story.rollout}`]) {
    const page = await (await bad.get(path)).text();
    expect(page).not.toContain('<script>alert');
  }
  const rollout = await (await bad.get(`/rollouts/${story.rollout}`)).text();
  expect(rollout).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  const missing = await bad.get(`/rollouts/${encodeURIComponent(hostile)}`);
  expect([missing.status, (await missing.text()).includes('<script>alert')]).toEqual([404, false]);
});

test('an instance without any rollout says what to do', async () => {
  const { openSqliteLedger } = await import('../../shared/ledger/sqlite.ts');
  const empty = consoleOver({ ...story, ledger: openSqliteLedger(':memory:', story.clock) });
  expect(await (await empty.get('/')).text()).toContain('tidegate release COMMIT');
  expect(await (await empty.get('/rollouts')).text()).toContain('No rollouts yet');
});
