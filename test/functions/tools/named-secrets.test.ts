import { expect, test } from 'vitest';
import { namedSecrets } from '../../../functions/tools/named-secrets.ts';
import type { FlagSpec } from '../../../shared/rollout/flag.ts';
import type { GateSpec, TestGate } from '../../../shared/rollout/gate.ts';

type Config = Parameters<typeof namedSecrets>[0];

const none: Config = { metrics: {}, gates: {} };
const gate = (test: TestGate['test']): GateSpec => ({ kind: 'test', withinMs: 1, moments: ['after'], test });
const flag: FlagSpec = {
  store: 'cc',
  key: 'k',
  off: false,
  waves: { staging: { value: true }, external: { value: true } },
};
const reading = { seenWithinMs: 1, allow: [] };
const configcat = {
  api: 'https://api.configcat.com',
  sdkKeySecret: 'cc-{wave}',
  userSecret: 'cc-user',
  passwordSecret: 'cc-password',
};
const flagd = { bucket: 'flags', region: 'us-east-1', object: '{wave}.json' };

test.each<[string, Config, readonly string[]]>([
  ['nothing, of a config that asks nobody', none, []],
  [
    'tokens, keys and certificates of metric stores',
    {
      ...none,
      metrics: {
        p: { prometheus: 'https://p', tokenSecret: 'prom', tls: { caSecret: 'ca' }, allow: [] },
        d: { datadog: 'datadoghq.eu', tokenSecret: 'dd', appKeySecret: 'dd-app', allow: [] },
      },
    },
    ['ca', 'dd', 'dd-app', 'prom'],
  ],
  [
    'those of a store of flags, of each wave that has some of its',
    { ...none, flags: { f: flag }, flagStores: { cc: { configcat, ...reading, ofrepTokenSecret: 'ofrep' } } },
    ['cc-external', 'cc-password', 'cc-staging', 'cc-user', 'ofrep'],
  ],
  [
    'nothing, of a store that no flag is in',
    { ...none, flags: { f: flag }, flagStores: { s3: { flagd, ...reading, ofrepTokenSecret: 'ofrep' } } },
    [],
  ],
  [
    'what tests elsewhere are asked and answered with',
    {
      ...none,
      gates: {
        a: gate({ callback: 'https://t', secret: 'load', allow: [] }),
        b: gate({ workflow: 'e2e.yml', ref: 'main', inputs: {}, tokenSecret: 'github' }),
        c: gate({ job: 'smoke' }),
      },
    },
    ['github', 'load', 'tests'],
  ],
  ['what senders of alerts have', { ...none, alerts: [{ wave: 'w', labels: { a: 'b' } }] }, ['alerts']],
])('the doctor asks for %s', (_, config, secrets) => {
  expect(namedSecrets(config)).toEqual(secrets);
});
