import { beforeEach, describe, expect, test } from 'vitest';
import { type ConfigCatApi, createConfigCatApi } from '../../local/flags/configcat-api.ts';
import { createFlagdFiles, type FlagdFiles } from '../../local/flags/flagd-files.ts';
import { simulatedNetwork } from '../../local/network.ts';
import type { FlagPlace } from '../../shared/flags/flag-place.ts';
import { openFlag } from '../../shared/flags/open-flag.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import type { FlagStore } from '../../shared/rollout/flag.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';

const secrets: Readonly<Record<string, string>> = {
  'cc-user': 'u',
  'cc-password': 'p-very-secret',
  'configcat-staging': 'sdk-1',
};
const clock = { now: () => 0, after: () => () => undefined, sleep: async () => undefined };
const signal = new AbortController().signal;
let fault: 'none' | 'down' | 'busy' | 'html' = 'none';
let files: FlagdFiles;
let configcat: ConfigCatApi;

const seed = (): void => {
  fault = 'none';
  files = createFlagdFiles({}, () => undefined);
  files.put(
    'flags',
    'f/staging.json',
    JSON.stringify({
      flags: {
        dark: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off', targeting: {} },
        ruled: {
          state: 'ENABLED',
          variants: { on: true, off: false },
          defaultVariant: 'off',
          targeting: { if: [{ '==': [{ var: 'email' }, 'a@example.com'] }, 'on'] },
        },
        kept: { state: 'ENABLED', variants: { a: 1 }, defaultVariant: 'a', metadata: { owner: 'ana' } },
      },
    }),
  );
  configcat = createConfigCatApi({ user: 'u', password: 'p-very-secret' }, clock);
  const rule = { conditions: [{ userCondition: { comparisonAttribute: 'Email' } }], value: { boolValue: true } };
  configcat.put('dark', { settingType: 'boolean', values: { 'sdk-1': { defaultValue: { boolValue: false } } } });
  configcat.put('ruled', {
    settingType: 'boolean',
    values: { 'sdk-1': { defaultValue: { boolValue: false }, targetingRules: [rule] } },
  });
};
beforeEach(seed);

const http = simulatedNetwork({
  routes: [
    { host: '*.s3.us-east-1.amazonaws.com', handle: (request) => answer(request, (each) => files.handle(each)) },
    { host: 'api.configcat.com', handle: (request) => answer(request, (each) => configcat.handle(each)) },
  ],
  fallback: 'refuse',
});

const answer = async (request: Request, handle: (request: Request) => Promise<Response>): Promise<Response> => {
  if (fault === 'down') throw new Unreachable('store', 'connect_timeout', 'it does not answer');
  if (fault === 'busy') return new Response(null, { status: 429, headers: { 'retry-after': '7' } });
  if (fault === 'html') return new Response('<html>', { headers: { 'content-type': 'text/html' } });
  return handle(request);
};

const reading = { seenWithinMs: 0, allow: [] };
const stores: Readonly<Record<string, FlagStore>> = {
  flagd: { flagd: { bucket: 'flags', region: 'us-east-1', object: 'f/{wave}.json' }, ...reading },
  ConfigCat: {
    configcat: {
      api: 'https://api.configcat.com',
      sdkKeySecret: 'configcat-{wave}',
      userSecret: 'cc-user',
      passwordSecret: 'cc-password',
    },
    ...reading,
  },
};
const get = async (name: string): Promise<Secret> => {
  const value = secrets[name];
  if (value === undefined) throw new SecretMissing(name, 'the test');
  return new Secret(value);
};
const identity = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });

describe.each(Object.entries(stores))('a flag of %s', (name, store) => {
  const at = (key: string, wave = 'staging'): Promise<FlagPlace> =>
    openFlag(store, key, wave, { roleIdentity: async () => identity }, { http, secrets: { get }, clock });
  const versionOf = async (place: FlagPlace): Promise<string> => {
    const read = await place.read(signal);
    return read.status === 'read' ? read.version : read.because;
  };

  test.each([{ value: true }, { value: true, percent: 10, otherwise: false }])(
    'is read as it was set: %j',
    async (setting) => {
      const place = await at('dark');
      expect(await place.read(signal)).toEqual({
        status: 'read',
        setting: { value: false },
        version: expect.any(String),
      });
      expect(await place.write(setting, await versionOf(place), signal)).toEqual({ status: 'written' });
      expect(await place.read(signal)).toMatchObject({ status: 'read', setting });
      expect(await place.write({ value: false }, await versionOf(place), signal)).toEqual({ status: 'written' });
      expect(await place.read(signal)).toMatchObject({ status: 'read', setting: { value: false } });
    },
  );

  test('is not written where it has changed since it was read', async () => {
    const place = await at('dark');
    const version = await versionOf(place);
    await place.write({ value: true, percent: 50, otherwise: false }, version, signal);
    expect(await place.write({ value: true }, version, signal)).toMatchObject({
      status: 'changed',
      because: expect.stringMatching(/was changed between reading and writing$/),
    });
    expect(await place.read(signal)).toMatchObject({ setting: { percent: 50 } });
  });

  test('with rules of its own is left alone', async () => {
    const because = expect.stringMatching(/flag ruled has targeting rules of its own/);
    expect(await (await at('ruled')).read(signal)).toEqual({ status: 'refused', because });
  });

  test('that is not there, or is of another type, is refused', async () => {
    expect(await (await at('missing')).read(signal)).toMatchObject({ status: 'refused' });
    const place = await at('dark');
    const because = expect.stringMatching(/no variant of value "x"|of type boolean, which does not hold "x"/);
    expect(await place.write({ value: 'x' }, await versionOf(place), signal)).toEqual({ status: 'refused', because });
  });

  test.each(['down', 'busy'] as const)('is unknown while its store is %s', async (trouble) => {
    const place = await at('dark');
    const version = await versionOf(place);
    fault = trouble;
    expect(await place.read(signal)).toMatchObject({ status: 'unreachable' });
    expect(await place.write({ value: true }, version, signal)).toMatchObject({ status: 'unreachable' });
    fault = 'none';
    expect(await place.read(signal)).toMatchObject({ setting: { value: false } });
  });

  test('is never read out of an error page', async () => {
    fault = 'html';
    expect((await (await at('dark')).read(signal)).status).not.toBe('read');
  });

  test('is of one wave: another wave has a place of its own', async () => {
    const place = await at('dark', 'external');
    expect((await place.read(signal)).status).not.toBe('read');
    expect(name === 'flagd' ? files.text('flags', 'f/external.json') : configcat.setting('dark')?.values['sdk-2']).toBe(
      undefined,
    );
  });
});

test('what is said of ConfigCat holds no credential', async () => {
  const store = stores.ConfigCat as FlagStore;
  const place = await openFlag(
    store,
    'dark',
    'staging',
    { roleIdentity: async () => identity },
    { http, secrets: { get }, clock },
  );
  fault = 'busy';
  const read = await place.read(signal);
  expect(read).toEqual({
    status: 'unreachable',
    because: 'ConfigCat (api.configcat.com), wave staging asks to slow down (429), until 7',
  });
  expect(JSON.stringify(read)).not.toMatch(/very-secret|sdk-1/);
});

test('the rest of a definition file stays as it was', async () => {
  const store = stores.flagd as FlagStore;
  const place = await openFlag(
    store,
    'dark',
    'staging',
    { roleIdentity: async () => identity },
    { http, secrets: { get }, clock },
  );
  const read = await place.read(signal);
  const before = JSON.parse(files.text('flags', 'f/staging.json') ?? '');
  await place.write({ value: true }, read.status === 'read' ? read.version : '', signal);
  const after = JSON.parse(files.text('flags', 'f/staging.json') ?? '');
  expect(after).toEqual({ flags: { ...before.flags, dark: { ...before.flags.dark, defaultVariant: 'on' } } });
});
