import { existsSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../../local/self-signed.ts';
import { openDeployedConsole } from './deployed-console.ts';
import { issuerHost } from './issuer.ts';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere) console.warn('skipped: no chromium');
const consoleHost = 'console.example.com';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** The deployed console behind TLS at a name of its own: what a browser keeps and sends hangs on both. */
const serveOverTls = async (): Promise<{
  readonly url: string;
  open(handle: (request: Request) => Promise<Response>): void;
}> => {
  let handle = async (_: Request): Promise<Response> => new Response('', { status: 503 });
  const { key, certificate: cert } = selfSigned('console', Date.now());
  const server = createServer({ key, cert }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = new Headers(
      Object.entries(incoming.headersDistinct).map(([name, values]): [string, string] => [
        name,
        (values ?? []).join(', '),
      ]),
    );
    const body = incoming.method === 'POST' ? { body: Buffer.concat(chunks) } : {};
    const answer = await handle(
      new Request(`https://${incoming.headers.host}${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers,
        ...body,
      }),
    );
    const told = [...answer.headers].filter(([name]) => name !== 'set-cookie').flat();
    outgoing.writeHead(answer.status, [
      ...told,
      ...answer.headers.getSetCookie().flatMap((line) => ['set-cookie', line]),
    ]);
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `https://${consoleHost}:${(server.address() as AddressInfo).port}`,
    open: (given) => {
      handle = given;
    },
  };
};

describe.skipIf(!isThere)('in a browser', () => {
  test('a person is led to the issuer and back, lets a terminal in, and signs out', async () => {
    const served = await serveOverTls();
    const { site, issuer, close } = await openDeployedConsole({ console: served.url });
    served.open(site);
    closing.push(close);
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        `--host-resolver-rules=MAP ${consoleHost} 127.0.0.1,MAP ${issuerHost} 127.0.0.1`,
      ],
    });
    closing.push(() => browser.close());
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1100, height: 700 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // The issuer's own pages want fonts from elsewhere.
      const isOurs = message.location().url.startsWith(served.url);
      if (message.type() === 'error' && isOurs) complaints.push(message.text());
    });

    const terminal = '/sign-in/terminal/bW4TTyuTcOPyla3j3OLilZU7dOnoH75bgi_LGZvxanU';
    await page.goto(served.url + terminal);
    expect(new URL(page.url()).host).toBe(`${issuerHost}:${issuer.port}`);
    await page.fill('input[name=login]', 'ana');
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
    await page.waitForURL(served.url + terminal);
    expect(await page.textContent('h1')).toBe('Let a terminal act as ana?');
    const shots = process.env.TIDEGATE_SCREENSHOTS;
    if (shots) await page.screenshot({ path: `${shots}/terminal.png` });
    await page.click('text=Let it in until your session ends');
    expect(await page.textContent('h1')).toBe('Your terminal acts as ana');

    const cookies = await context.cookies(served.url);
    expect(cookies).toMatchObject([
      { name: '__Host-tidegate', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
    ]);
    await page.goto(`${served.url}/rollouts`);
    expect(await page.textContent('.who')).toBe('ana');
    if (shots) await page.screenshot({ path: `${shots}/rollouts.png` });
    await page.click('text=Sign out');
    expect(await page.textContent('h1')).toBe('Signed out');
    if (shots) await page.screenshot({ path: `${shots}/signed-out.png` });
    expect(await context.cookies(served.url)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
