import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openConsoleServer } from '../local/console-server.ts';
import { openRealInstance } from '../local/real-instance.ts';
import { readWaiting, recordAudit } from '../shared/ledger/audit.ts';
import { systemRandom } from '../shared/outside/random.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-console-server-'));
const server = await openConsoleServer(dir, 0, systemRandom);
const instance = await openRealInstance({
  dir,
  simulated: [],
  reaches: 'simulation',
  repository: 'acme/fleet',
  config: 'tidegate.json',
  consoleUrl: server.url,
});
server.serve(instance);
afterAll(async () => {
  await server.close();
  await instance.stop();
  rmSync(dir, { recursive: true, force: true });
});

const http = socketHttp();
const ask = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  http(url, { headers, allow: ['127.0.0.1/32'] });
const statusWith = async (headers: Readonly<Record<string, string>>) =>
  (await ask(`${server.url}/rollouts.json`, { accept: 'application/json', ...headers })).status;

const { token } = JSON.parse(readFileSync(join(dir, 'instance.json'), 'utf8'));
const cookie = ((await ask(server.signIn)).headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const session = cookie.slice('tidegate='.length);

test('signing in gives a session that is not the token', () => {
  expect(session).toMatch(/^[0-9a-f]{64}$/);
  expect(session).not.toBe(token);
});

test.each([
  ['the token as a bearer', { authorization: `Bearer ${token}` }, 200],
  ['the session as the cookie', { cookie }, 200],
  ['the session as a bearer', { authorization: `Bearer ${session}` }, 401],
  ['the token as the cookie', { cookie: `tidegate=${token}` }, 401],
  ['nothing', {}, 401],
])('%s is answered with its status', async (_, headers, status) => {
  expect(await statusWith(headers)).toBe(status);
});

test('a link of another start signs nobody in', async () => {
  const answer = await ask(`${server.url}/sign-in?token=${'0'.repeat(64)}`);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
});

test.each(['fleet.sqlite', 'ledger.sqlite', 'engine.sqlite', 'instance.json'])(
  '%s is read and written by its owner alone',
  (name) => {
    expect((statSync(join(dir, name)).mode & 0o777).toString(8)).toBe('600');
  },
);

test('what waited for its place in the audit log while the instance was off has it when that is started', async () => {
  const at = Date.now() - 3_600_000;
  await recordAudit(instance.outside.ledger, { id: 'x', at, actor: 'ana', action: 'refused', text: 'no' });
  expect(await readWaiting(instance.outside.ledger, {})).toHaveLength(1);
  await instance.start();
  expect(await readWaiting(instance.outside.ledger, {})).toEqual([]);
});
