import { afterAll, describe, expect, it } from 'vitest';
import { openDeployedConsole } from '../../sign-in/deployed-console.ts';
import { consoleUrl } from '../../sign-in/issuer.ts';
import type { Visit } from '../../sign-in/user-agent.ts';

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const open = async (given: Parameters<typeof openDeployedConsole>[0] = {}) => {
  const opened = await openDeployedConsole(given);
  closing.push(opened.close);
  return opened;
};

type Browser = ReturnType<Awaited<ReturnType<typeof open>>['browser']>;

/** Through the pages of the issuer: who one is, and that the console may know. */
const signIn = async (browser: Browser, path: string, login: string): Promise<Visit> => {
  const asked = await browser.go(consoleUrl + path);
  const consent = await browser.submit(asked, { login, password: 'any' });
  return browser.submit(consent);
};

describe('signing in at the deployed console', () => {
  it.each([
    ['an issuer that tells all in its ID token', {}],
    ['an issuer that tells who it is at its userinfo endpoint alone', { strict: true }],
    ['an issuer that wants to be shown a secret', { secret: 'planted-client-secret', kept: 'planted-client-secret' }],
  ])('comes back to the page that was asked for: %s', async (_, given) => {
    const { browser } = await open(given);
    const agent = browser();
    const page = await signIn(agent, '/rollouts?all=yes', 'ana');
    expect({ path: page.url.pathname + page.url.search, status: page.status }).toEqual({
      path: '/rollouts?all=yes',
      status: 200,
    });
    expect(page.text).toContain('title="Signed in as">ana<');
    expect([...agent.cookies('console.example.com').keys()]).toEqual(['__Host-tidegate']);
  });

  it('ends by signing out, for whoever has a copy of the cookie, too', async () => {
    const { browser, ask } = await open();
    const agent = browser();
    const page = await signIn(agent, '/', 'ana');
    const cookie = `__Host-tidegate=${agent.cookies('console.example.com').get('__Host-tidegate')}`;
    expect((await ask('/rollouts.json', { cookie })).status).toBe(200);
    const out = await agent.submit(page);
    expect(out.text).toContain('Signed out');
    expect([...agent.cookies('console.example.com').keys()]).toEqual([]);
    expect((await ask('/rollouts.json', { cookie })).status).toBe(401);
  });

  it('is over after eight hours, and after one in which a page only looked again by itself', async () => {
    const { browser, ask, skip } = await open();
    const agent = browser();
    await signIn(agent, '/', 'ana');
    const cookie = `__Host-tidegate=${agent.cookies('console.example.com').get('__Host-tidegate')}`;
    const looks = () => ask('/rollouts.json', { cookie, 'sec-fetch-mode': 'cors' });
    const goes = () => ask('/rollouts.json', { cookie, 'sec-fetch-mode': 'navigate' });
    const minutes = 60_000;
    for (let hour = 0; hour < 7; hour += 1) {
      skip(50 * minutes);
      expect((await goes()).status).toBe(200);
    }
    skip(40 * minutes);
    expect((await looks()).status).toBe(200);
    skip(30 * minutes);
    expect(await (await looks()).json()).toEqual({
      error: { code: 'TOKEN_REFUSED', message: 'your session is over; sign in again' },
    });
    const again = browser();
    await signIn(again, '/', 'ana');
    const second = { cookie: `__Host-tidegate=${again.cookies('console.example.com').get('__Host-tidegate')}` };
    for (let hour = 0; hour < 9; hour += 1) {
      skip(50 * minutes);
      await ask('/rollouts.json', { ...second, 'sec-fetch-mode': 'navigate' });
    }
    skip(31 * minutes);
    expect((await ask('/rollouts.json', { ...second, 'sec-fetch-mode': 'navigate' })).status).toBe(401);
  });

  it.each([
    ['all', {}],
    ['nothing', { strict: true }],
    ['the name alone', { strict: 'groups' }],
  ] as const)(
    'keeps of a session who it is of, with their groups, and nothing by which somebody else could go on with it: the ID token tells %s',
    async (_, given) => {
      const { browser, ledger } = await open(given);
      const agent = browser();
      const put: unknown[] = [];
      const { put: write } = ledger;
      ledger.put = (row) => {
        put.push(row);
        return write(row);
      };
      await signIn(agent, '/', 'ana');
      const token = agent.cookies('console.example.com').get('__Host-tidegate') ?? '';
      expect(put).toMatchObject([
        {
          partition: expect.stringMatching(/^session#[0-9a-f]{64}$/),
          data: { name: 'ana', roles: ['release-managers'] },
        },
      ]);
      expect(token).toMatch(/^tgs_[0-9a-f]{64}$/);
      expect(JSON.stringify(put)).not.toContain(token.slice(4));
    },
  );

  it('refuses what this browser has not begun, what was begun by another, and what is sent twice', async () => {
    const { browser } = await open();
    const [one, other] = [browser(), browser()];
    const asked = await one.go(`${consoleUrl}/`);
    const consent = await one.submit(asked, { login: 'bo', password: 'any' });
    // Somebody takes the last redirect of their own signing in and has another follow it: they would act as them unawares.
    let last = '';
    const { cookies } = one;
    const jar = cookies('console.example.com');
    const mine = jar.get('__Host-tidegate-sign-in') ?? '';
    jar.delete('__Host-tidegate-sign-in');
    const caught = await one.submit(consent);
    last = caught.url.href;
    expect(caught).toMatchObject({
      status: 403,
      text: expect.stringContaining('this browser has not begun to sign in'),
    });
    await other.go(`${consoleUrl}/`);
    expect(await other.go(last)).toMatchObject({
      status: 403,
      text: expect.stringContaining('not one to what this browser began'),
    });
    jar.set('__Host-tidegate-sign-in', mine);
    expect((await one.go(last)).status).toBe(200);
    jar.set('__Host-tidegate-sign-in', mine);
    expect(await one.go(last)).toMatchObject({
      status: 403,
      text: expect.stringContaining('the issuer refused: invalid_grant'),
    });
  });

  it.each([
    ['whom the issuer has no name for', {}, 'robot', 'the issuer does not say who you are'],
    [
      'as long as the secret is another than the issuer knows',
      { secret: 'planted-client-secret', kept: 'old' },
      'ana',
      'the issuer refused: invalid_client',
    ],
  ])('lets nobody in %s', async (_, given, login, because) => {
    const { browser } = await open(given);
    const agent = browser();
    expect(await signIn(agent, '/', login)).toMatchObject({ status: 403, text: expect.stringContaining(because) });
    expect(agent.cookies('console.example.com').get('__Host-tidegate')).toBe(undefined);
  });

  it.each([
    ['//evil.example.com/x'],
    ['https://evil.example.com/'],
    ['/\\evil.example.com'],
    // Their dots are gone when the address is read, and two slashes are left.
    ['/.//evil.example.com/x'],
    ['/rollouts/..//evil.example.com'],
    ['/sign-out'],
  ])('goes on to a page of its own and never to %s', async (to) => {
    const { browser } = await open();
    const page = await signIn(browser(), `/sign-in?to=${encodeURIComponent(to)}`, 'ana');
    expect(page.url.href).toBe(`${consoleUrl}/`);
  });

  it('takes an issuer that breaks down in the middle for one that can not be asked', async () => {
    const { browser, issuer } = await open();
    const agent = browser();
    issuer.breakDown('/token');
    expect(await signIn(agent, '/', 'ana')).toMatchObject({
      status: 503,
      text: expect.stringContaining('can not be asked now'),
    });
  });

  it('says so when the issuer can not be asked, and lets who has signed in go on', async () => {
    const { browser, ask, issuer } = await open();
    const agent = browser();
    await signIn(agent, '/', 'ana');
    issuer.stop();
    expect((await agent.go(`${consoleUrl}/rollouts`)).status).toBe(200);
    const cold = await open();
    cold.issuer.stop();
    const none = await cold.ask('/sign-in', { accept: 'text/html' });
    expect([none.status, none.headers.getSetCookie()]).toEqual([503, []]);
    expect(await none.text()).toContain('who has signed in goes on');
    const other = await ask('/rollouts.json', { authorization: 'Bearer a.b.c' });
    expect([other.status, (await other.json()).error.code]).toEqual([401, 'TOKEN_REFUSED']);
    const well = Buffer.from('{"alg":"ES256","kid":"k1"}').toString('base64url');
    const asked = await ask('/rollouts.json', { authorization: `Bearer ${well}.e30.AAAA` });
    expect([asked.status, (await asked.json()).error.code]).toEqual([503, 'ISSUER_UNREACHABLE']);
  });

  it('leaves nothing of what the issuer answered in the log, whatever fails after it', async () => {
    const { browser, ledger, logged } = await open();
    const fails = async (): Promise<never> => {
      throw new TypeError('a mistake of ours');
    };
    Object.assign(ledger, { put: fails, transact: fails });
    expect(await signIn(browser(), '/', 'ana')).toMatchObject({ status: 500 });
    expect(logged).toEqual([
      { text: 'console', path: '/sign-in/callback', error: 'TypeError', because: 'a mistake of ours' },
    ]);
  });

  it('takes no token of the issuer in place of a session out of a cookie', async () => {
    const { ask } = await open();
    expect((await ask('/rollouts.json', { cookie: '__Host-tidegate=a.b.c' })).status).toBe(401);
  });

  it('is begun at the address that the issuer sends people back to, whichever of the console they came by', async () => {
    const { site } = await open();
    const led = await site(
      new Request('https://abc.execute-api.us-east-1.amazonaws.com/sign-in?to=%2Frollouts%3Fx%3D1'),
    );
    expect([led.status, led.headers.get('location'), led.headers.getSetCookie()]).toEqual([
      302,
      `${consoleUrl}/sign-in?to=%2Frollouts%3Fx%3D1`,
      [],
    ]);
  });

  it('is in the log of the function: who came in, and that somebody did not and why', async () => {
    const { browser, noted } = await open();
    await signIn(browser(), '/', 'ana');
    await signIn(browser(), '/', 'robot');
    await browser().go(`${consoleUrl}/sign-in/callback?code=planted&state=planted`);
    expect(noted).toEqual([
      { text: 'signed in', by: 'ana' },
      { text: 'not signed in', because: expect.stringContaining('does not say who you are') },
      { text: 'not signed in', because: expect.stringContaining('has not begun to sign in') },
    ]);
  });

  it('is asked for over TLS alone, by whoever was there once', async () => {
    const { ask } = await open();
    for (const path of ['/sign-in', '/rollouts.json', '/no-such-page']) {
      expect((await ask(path)).headers.get('strict-transport-security')).toBe('max-age=31536000');
    }
  });

  it('leads a person to sign in, and tells a program that it has to', async () => {
    const { ask } = await open();
    const person = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const led = await ask('/rollouts/ro-1?x=1', person);
    expect([led.status, led.headers.get('location')]).toEqual([302, '/sign-in?to=%2Frollouts%2Fro-1%3Fx%3D1']);
    const told = await ask('/rollouts.json');
    expect([told.status, (await told.json()).error.code]).toEqual([401, 'NOT_ALLOWED']);
  });
});

describe('letting a terminal in', () => {
  const verifier = 'a-secret-of-a-terminal-that-is-long-enough-0123456789';
  const challenge = 'bW4TTyuTcOPyla3j3OLilZU7dOnoH75bgi_LGZvxanU';

  it('gives it a session of the person who looked at its code, once', async () => {
    const { browser, ask, noted } = await open();
    expect(await (await ask('/sign-in/terminal', {}, { verifier })).json()).toEqual({ status: 'waiting' });
    const agent = browser();
    const page = await signIn(agent, `/sign-in/terminal/${challenge}`, 'ana');
    expect(page.text).toContain('Let a terminal act as ana?');
    expect(/<strong class="code">([^<]*)</.exec(page.text)?.[1]).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
    expect((await agent.submit({ ...page, text: page.text.slice(page.text.indexOf('<main')) })).text).toContain(
      'Your terminal acts as ana',
    );

    const given = await (await ask('/sign-in/terminal', {}, { verifier })).json();
    expect(given).toMatchObject({ status: 'signed-in', name: 'ana' });
    expect(noted).toEqual([
      { text: 'signed in', by: 'ana' },
      { text: 'terminal signed in', by: 'ana' },
    ]);
    const headers = { authorization: `Bearer ${given.token}` };
    expect((await ask('/rollouts.json', headers)).status).toBe(200);
    expect(await (await ask('/sign-in/terminal', {}, { verifier })).json()).toEqual({ status: 'waiting' });
    expect(await (await ask('/sign-out', headers, {})).json()).toEqual({ status: 'signed-out' });
    expect((await ask('/rollouts.json', headers)).status).toBe(401);
  });

  it('gives it no longer than the person has who lets it in: by letting in itself nobody stays for ever', async () => {
    const { browser, ask, skip } = await open();
    const agent = browser();
    await signIn(agent, '/', 'ana');
    const until = Date.now() + 8 * 3_600_000;
    let session = agent.cookies('console.example.com').get('__Host-tidegate') ?? '';
    for (let hour = 0; hour < 9; hour += 1) {
      skip(50 * 60_000);
      const headers = { authorization: `Bearer ${session}` };
      expect((await ask(`/sign-in/terminal/${challenge}`, headers, {})).status).toBe(200);
      const given = await (await ask('/sign-in/terminal', {}, { verifier })).json();
      expect(Math.abs(given.until - until)).toBeLessThan(60_000);
      session = given.token;
    }
    skip(31 * 60_000);
    expect((await ask('/rollouts.json', { authorization: `Bearer ${session}` })).status).toBe(401);
  });

  it('takes a person: nobody, and no page of another site, lets one in', async () => {
    const { ask, browser } = await open();
    const agent = browser();
    await signIn(agent, '/', 'ana');
    const cookie = `__Host-tidegate=${agent.cookies('console.example.com').get('__Host-tidegate')}`;
    const path = `/sign-in/terminal/${challenge}`;
    expect((await ask(path, { origin: consoleUrl }, {})).status).toBe(401);
    expect((await ask(path, { cookie, origin: 'https://evil.example.com' }, {})).status).toBe(403);
    expect((await ask(path, { cookie, 'sec-fetch-site': 'cross-site' }, {})).status).toBe(403);
    expect((await ask('/sign-in/terminal/short', { cookie })).status).toBe(404);
    expect((await ask('/sign-in/terminal', {}, { verifier: 'short' })).status).toBe(400);
    expect(await (await ask('/sign-in/terminal', {}, { verifier })).json()).toEqual({ status: 'waiting' });
  });
});
