import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import { createForge, type Forge } from '../../local/forge/forge.ts';
import { syncFs } from '../../local/forge/sync-fs.ts';
import { signatureOf } from '../../local/forge/webhooks.ts';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import type { Delivery } from '../../shared/intake/signature.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { fileSecrets } from '../../shared/secrets/file.ts';

export const ada = { name: 'Ada', email: 'ada@example.com' };
export const signal = new AbortController().signal;
export const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const;

/** A config with comments, odd spacing, Windows line ends and a byte that is not UTF-8: what an edit has to leave alone. */
export const fleetConfig = `{
  // the pins; was registry.example.com/storage@${digest('0')} once
  services: {
    storage:   { images: { storage: 'registry.example.com/storage@${digest('a')}' } }, // keep
    gateway: { images: { gateway: "registry.example.com/gateway@${digest('b')}" } },
  },\r
}
`;

export interface Call {
  readonly method: string;
  readonly path: string;
}

/** A config repository at a forge, in memory or in the folder `repository`, and the rest of what intake may reach. `calls` are those that reached the forge. */
export const openPlace = async (
  options: { readonly token?: string; readonly http?: (forge: Http) => Http; readonly repository?: string } = {},
) => {
  const folder = mkdtempSync(join(tmpdir(), 'intake-'));
  const secret = (name: string, value: string) => writeFileSync(join(folder, name), `${value}\n`, { mode: 0o600 });
  secret('webhook', 'new secret\nold secret');
  if (options.token !== undefined) secret('token', options.token);
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const clock = {
    now: () => (now += 1000),
    sleep: async () => undefined,
    after: () => () => undefined,
  };
  const delivered: Delivery[] = [];
  const forge: Forge = await createForge({
    clock,
    random: seededRandom('place'),
    fs: syncFs(options.repository === undefined ? createFsFromVolume(new Volume()) : fs),
    dir: options.repository ?? '/config.git',
    name: 'acme/config',
    branch: 'main',
    webhookSecret: 'new secret',
    webhookUrl: 'https://tidegate.test/webhooks/github',
    deliver: async (_url, headers, body) => {
      delivered.push({ headers, body: Buffer.from(body) });
    },
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  const calls: Call[] = [];
  const direct: Http = (url, init = {}) => {
    const { method = 'GET', headers = {}, body } = init;
    calls.push({ method, path: new URL(url).pathname });
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) };
    return forge.handle(new Request(url, { method, headers: { ...headers }, ...sent }));
  };
  const lines: string[] = [];
  const line = (message: string) => {
    lines.push(message);
  };
  const ledger = openSqliteLedger(':memory:', clock);
  const outside: Outside = {
    clock,
    random: seededRandom('outside'),
    http: options.http?.(direct) ?? direct,
    dial: async () => {
      throw new Error('intake dials nothing');
    },
    blobs: folderBlobs(join(folder, 'blobs')),
    ledger,
    secrets: fileSecrets(folder),
    identity: async () => {
      throw new Error('intake uses no cloud');
    },
    jsonnet: async () => {
      throw new Error('intake evaluates nothing');
    },
    log: { info: line, warn: line, error: line },
    settings: {
      region: 'us-east-1',
      stateMachines: { rollout: '', wave: '', deployment: '' },
      configRepository: {
        api: 'https://forge.test/api/v3',
        git: 'https://forge.test/acme/config.git',
        name: 'acme/config',
        branch: 'main',
        config: 'fleet.jsonnet',
        webhookSecret: 'webhook',
        ...(options.token === undefined ? {} : { tokenSecret: 'token' }),
      },
      console: 'https://tidegate.test',
      simulated: true,
    },
  };
  const close = () => {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { outside, forge, delivered, calls, lines, secret, close };
};

export type Place = Awaited<ReturnType<typeof openPlace>>;

/** A signed delivery of `event`. */
export const signed = (
  event: object | string,
  headers: Readonly<Record<string, string>> = {},
  secret = 'new secret',
): Delivery => {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  return {
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(secret, body), ...headers },
  };
};
