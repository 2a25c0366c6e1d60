import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { serve } from '../console/serve.ts';
import { openDeployedConsole } from '../sign-in/deployed-console.ts';
import { consoleUrl } from '../sign-in/issuer.ts';
import { type Place, ran } from './recording-terminal.ts';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A deployed console, a home to keep a session in, and a person with a browser. */
const open = async () => {
  const deployed = await openDeployedConsole();
  const served = await serve(deployed.site);
  const home = mkdtempSync(join(tmpdir(), 'tidegate-login-'));
  closing.push(deployed.close, served.close, () => rmSync(home, { recursive: true }));
  const env = { XDG_CONFIG_HOME: home, TIDEGATE_URL: served.url };
  /** Goes to the link that the terminal shows, signs in and lets it in. Returns the code that the page shows. */
  const letIn = async (said: readonly string[]): Promise<string | undefined> => {
    const path = /(\/sign-in\/terminal\/\S+)/.exec(said.join('\n'))?.[1];
    const agent = deployed.browser();
    const asked = await agent.go(consoleUrl + path);
    const page = await agent.submit(await agent.submit(asked, { login: 'ana', password: 'any' }));
    await agent.submit({ ...page, text: page.text.slice(page.text.indexOf('<main')) });
    return /<strong class="code">([^<]*)</.exec(page.text)?.[1];
  };
  const run = (args: readonly string[], place: Place = {}) => ran(args, { directory: '/', env, ...place });
  return { ...served, ...deployed, home, env, run, letIn };
};

it('signs a terminal in by a browser, acts as that person from then on, and signs it out', async () => {
  const { run, letIn, home, url } = await open();
  const before = await run(['status']);
  expect([before.exitCode, before.said.join()]).toEqual([4, expect.stringContaining('sign in')]);

  const codes: (string | undefined)[] = [];
  const login = await run(['login'], {
    meanwhile: async (_, said) => {
      if (codes.length === 0) codes.push(await letIn(said));
    },
  });
  expect([login.exitCode, login.out]).toEqual([
    0,
    [expect.stringMatching(/^Signed in at \S+ as ana, until 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/)],
  ]);
  // The page shows what the terminal shows.
  expect(login.said[1]).toContain(codes[0]);
  const file = join(home, 'tidegate', 'sessions.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    [url]: { name: 'ana', token: expect.stringMatching(/^tgs_/) },
  });
  const { token } = JSON.parse(readFileSync(file, 'utf8'))[url];
  expect([...login.said, ...login.out].join()).not.toContain(token);

  expect((await run(['status'])).exitCode).toBe(0);
  expect(await run(['logout'])).toMatchObject({ exitCode: 0, out: [`ana has signed out at ${url}`] });
  expect((await run(['status'])).exitCode).toBe(4);
  expect((await run(['status'], { env: { TIDEGATE_URL: url, TIDEGATE_TOKEN: token } })).exitCode).toBe(4);
  expect(await run(['logout'])).toMatchObject({ exitCode: 0, out: [`No session at ${url}`] });
});

it('signs out of the session that is kept, whatever token the environment holds', async () => {
  const { run, letIn, home, url, env } = await open();
  let isIn = false;
  await run(['login'], {
    meanwhile: async (_, said) => {
      if (!isIn) await letIn(said);
      isIn = true;
    },
  });
  const { token } = JSON.parse(readFileSync(join(home, 'tidegate', 'sessions.json'), 'utf8'))[url];
  const out = await run(['logout'], { env: { ...env, TIDEGATE_TOKEN: 'another' } });
  expect(out.out).toEqual([`ana has signed out at ${url}`]);
  expect((await run(['status'], { env: { TIDEGATE_URL: url, TIDEGATE_TOKEN: token } })).exitCode).toBe(4);
});

it('gives up after ten minutes in which nobody lets it in', async () => {
  const { run } = await open();
  const { exitCode, said } = await run(['login']);
  expect([exitCode, said.at(-1)]).toEqual([
    4,
    expect.stringContaining('nobody let this terminal in within ten minutes'),
  ]);
});

it('says of an instance on one machine that nobody signs in there, and where its token is', async () => {
  const local = await serve(async () =>
    Response.json({ error: { code: 'NOT_FOUND', message: 'there is no such page' } }, { status: 404 }),
  );
  closing.push(local.close);
  const { run } = await open();
  const { exitCode, said } = await run(['login', '--url', local.url]);
  expect([exitCode, said.at(-1)]).toEqual([
    2,
    expect.stringContaining('has one owner, whose token is in its .tidegate/instance.json'),
  ]);
});

it('takes a file of sessions that it can not read for none', async () => {
  const { run, home, letIn, url } = await open();
  let isIn = false;
  const meanwhile = async (_: number, said: readonly string[]): Promise<void> => {
    if (!isIn) await letIn(said);
    isIn = true;
  };
  await run(['login'], { meanwhile });
  const file = join(home, 'tidegate', 'sessions.json');
  writeFileSync(file, '{"half');
  expect((await run(['status'])).exitCode).toBe(4);
  isIn = false;
  expect((await run(['login'], { meanwhile })).exitCode).toBe(0);
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toEqual([url]);
});
