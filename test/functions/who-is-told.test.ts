import { afterAll, beforeEach, expect, test } from 'vitest';
import { concludeRollout } from '../../functions/conclude-rollout.ts';
import { requestApproval } from '../../functions/request-approval.ts';
import { sweepTurns } from '../../functions/sweep-turns.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { keepAccess } from '../../shared/ledger/access.ts';
import { notePrepared, openRollout, readRollout } from '../../shared/ledger/rollouts.ts';
import { sendWaiting } from '../../shared/notify/outbox.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { PrivateInstance } from '../../shared/rollout/target.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';
import { exampleRelease } from '../console/example-release.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);
const told: { readonly url: string; readonly text: string }[] = [];
beforeEach(() => void told.splice(0));
const addresses: Readonly<Record<string, string>> = {
  'notify-webhook': 'https://all.test/',
  'notify-acme': 'https://acme.test/',
};
const outside = {
  ...place.outside,
  http: async (url: string | URL, init: { readonly body?: string | Uint8Array } = {}) => {
    told.push({ url: String(url), text: JSON.parse(String(init.body)).text });
    return new Response(null, { status: 204 });
  },
  secrets: {
    get: async (name: string) => {
      const address = addresses[name];
      if (address === undefined) throw new SecretMissing(name, 'the test');
      return new Secret(address);
    },
  },
};
const { ledger, blobs } = outside;
const lambda = { getRemainingTimeInMillis: () => 50_000 };
const privateTargets = { acme: { roles: ['acme'], holders: [] } };
await keepAccess(ledger, { actions: {}, privateTargets }, new Set(['acme']), 1);

/** A rollout of the fleet, or with `own` one to the private target acme alone. */
const begin = async (rollout: string, own?: PrivateInstance) => {
  const release = exampleRelease('1', own === undefined ? 'external' : 'acme');
  const [first] = Object.values(release.targets);
  if (first === undefined) throw new Error('a target');
  const acme = own === undefined ? {} : { acme: { ...first, name: 'acme', private: own } };
  const digest = await putJson(blobs, { ...release, targets: { ...release.targets, ...acme } });
  const row = { rollout, repository: 'o/r', commit: 'c', startedAt: 1, startedBy: 'x', authors: [] };
  await openRollout(ledger, own === undefined ? row : { ...row, only: 'acme' });
  await notePrepared(ledger, rollout, digest, []);
  return digest;
};
const withChannel: PrivateInstance = { roles: ['acme'], notifySecret: 'notify-acme' };

test.each<[string, PrivateInstance | undefined, readonly { readonly url: string; readonly text: string }[]]>([
  [
    'of the fleet, everybody, and not of whom it names',
    undefined,
    [{ url: 'https://all.test/', text: 'rollout ROLLOUT ended failed: (of a private target)' }],
  ],
  [
    'to a private target, its own people',
    withChannel,
    [{ url: 'https://acme.test/', text: 'rollout ROLLOUT ended failed: acme: its log says panic' }],
  ],
  ['to a private target without a channel, nobody', { roles: ['acme'] }, []],
])('the end of a rollout is told: %s', async (name, own, expected) => {
  const rollout = `ro-${name.length}`;
  await begin(rollout, own);
  const cause = { outcome: 'failed', because: 'acme: its log says panic' };
  await concludeRollout(outside)({ rollout, cause }, lambda);
  await sendWaiting(outside);
  expect(told).toEqual(expected.map(({ url, text }) => ({ url, text: text.replace('ROLLOUT', rollout) })));
});

/** Step Functions, which says that every execution failed; people are told through the same client. */
const dead = {
  ...outside,
  identity: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
  http: async (url: string | URL, init: Parameters<typeof outside.http>[1] = {}) =>
    new URL(url).hostname.startsWith('states.')
      ? Response.json({ executionArn: 'arn', stateMachineArn: 'arn', status: 'FAILED', startDate: 1 })
      : outside.http(url, init),
};

test('the end that the sweep gives a rollout which died is told as any other, once', async () => {
  const rollout = 'ro-0123456789abcdef0123';
  await begin(rollout);
  for (let minute = 0; minute < 2; minute += 1) await sweepTurns(dead)({}, lambda);
  await sendWaiting(outside);
  expect(told.filter(({ text }) => text.includes(rollout))).toEqual([
    {
      url: 'https://all.test/',
      text: `rollout ${rollout} ended failed: its execution ended without an answer: FAILED`,
    },
  ]);
});

test('a rollout that died is concluded although decisions can not be looked at, and that is said', async () => {
  const rollout = 'ro-00000000000000000077';
  await begin(rollout);
  const query: typeof ledger.query = (partition, range) =>
    partition === 'approvals' ? Promise.reject(new Error('away')) : ledger.query(partition, range);
  await expect(sweepTurns({ ...dead, ledger: { ...ledger, query } })({}, lambda)).rejects.toThrow('away');
  expect((await readRollout(ledger, rollout))?.end?.outcome).toBe('failed');
  await sendWaiting(outside);
  expect(told.map(({ url }) => url)).toEqual(['https://all.test/']);
});

test.each<[string, PrivateInstance | undefined, readonly string[]]>([
  ['of the fleet, everybody', undefined, ['https://all.test/']],
  ['of a private target, its own people', withChannel, ['https://acme.test/']],
  ['of a private target without a channel, nobody', { roles: ['acme'] }, []],
])('a wave that waits for its approval is told: %s', async (name, own, urls) => {
  const rollout = `ro-asks-${name.length}`;
  const release = await begin(rollout, own);
  const wave = own === undefined ? 'external' : 'acme';
  const ref = { rollout, release, wave, direction: 'forward' } as const;
  const counts = { create: 1, change: 0, migrate: 0, recreate: 0, prune: 0, unchanged: 0 };
  const targets = [{ target: 'acme', planned: release, counts }];
  const plan = await putJson(blobs, { ...ref, targets, unreachable: [] } satisfies WavePlan & { rollout: string });
  await requestApproval(outside)({ ...ref, plan, token: 'token' }, lambda);
  await sendWaiting(outside);
  expect(told.map(({ url }) => url)).toEqual(urls);
});
