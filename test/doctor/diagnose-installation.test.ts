import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallFleetConfig } from '../journeys/fleet-config.ts';
import { openRehearsal, time } from '../journeys/rehearsal.ts';

const { diagnose } = await import('../../functions/tools/diagnosing.ts');

type Diagnosis = Awaited<ReturnType<typeof diagnose>>;
type Place = Parameters<typeof diagnose>[1];

const config = (waves?: unknown): string =>
  smallFleetConfig('v1', {
    waves:
      waves ?? JSON.parse(smallFleetConfig('v1')).waves.map(({ approval: _, ...wave }: { approval?: unknown }) => wave),
  });
const story = await openRehearsal({ config: config() });
afterAll(story.close);
const secret = (name: string) => join(story.dir, 'secrets', name);

/** Of what was looked at, everything that is not as it should be. */
const illOf = ({ checks }: Diagnosis) => checks.filter(({ status }) => status !== 'ok' && status !== 'skipped');
const look = (changes: Partial<typeof story.instance.outside> = {}, place: Place = 'simulated', target?: string) =>
  time.complete(
    async () =>
      diagnose(target, place, { ...story.instance.outside, ...changes }, new AbortController().signal, new Set()),
    { maxVirtualMs: 600_000 },
  );

describe('an installation', () => {
  beforeAll(async () => {
    expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
  });

  test('that works is well in every part, and names its targets', async () => {
    const { checks, targets } = await look();
    expect(targets).toEqual(['aks-staging', 'eks-a', 'eks-staging', 'gke-internal']);
    expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'identity ok',
      'clock ok',
      'ledger ok',
      'audit log ok',
      'blobs ok',
      'machine rollout ok',
      'machine wave ok',
      'machine deployment ok',
      'alias live ok',
      'sign-in skipped',
      'repository ok',
      'config ok',
      'webhook ok',
      'secret webhook ok',
      'secret alerts ok',
      'secret tests ok',
      'secret notify-slack skipped',
      'secret notify-webhook skipped',
      'secret notify-webhook-key skipped',
      'secret heartbeat skipped',
      'schedules ok',
    ]);
  });

  test('has no target that is not in its newest config', async () => {
    await expect(look({}, 'simulated', 'eks-b')).rejects.toMatchObject({
      status: 404,
      code: 'UNKNOWN_TARGET',
      message: expect.stringMatching(/^there is no target "eks-b" in the newest config/),
    });
  });

  test('and every target of it, to which something was deployed, is well to the last hop', async () => {
    for (const target of ['aks-staging', 'eks-a', 'gke-internal']) {
      expect([target, illOf(await look({}, 'simulated', target))]).toEqual([target, []]);
    }
  });

  test('without any cloud has no identity to look at', async () => {
    const { checks } = await look({}, 'here');
    expect(checks[0]).toEqual({
      check: 'identity',
      status: 'skipped',
      found: 'this machine asks no cloud: its targets are found by a kubeconfig',
    });
  });

  const { ledger, blobs, settings } = story.instance.outside;
  const failing = async (): Promise<never> => {
    throw Object.assign(new Error('User is not authorized to perform this'), { name: 'AccessDeniedException' });
  };
  test.each<[string, Parameters<typeof look>[0], object]>([
    [
      'a ledger that may not be read',
      { ledger: { ...ledger, query: failing, get: ledger.get } },
      {
        check: 'ledger',
        status: 'failed',
        found: 'AccessDeniedException: User is not authorized to perform this',
        next: 'see that the role of this function may read the table, and that the table is there',
      },
    ],
    [
      'a bucket, or its key, that refuses',
      { blobs: { ...blobs, put: failing } },
      {
        check: 'blobs',
        status: 'failed',
        found: 'AccessDeniedException: User is not authorized to perform this',
        next: expect.stringMatching(
          /^see that the role of this function may write and read the bucket, and use the key/,
        ),
      },
    ],
    [
      'a bucket that gives back something else',
      { blobs: { ...blobs, get: async () => new Uint8Array([1]) } },
      { check: 'blobs', status: 'failed', found: 'gives back another blob than it took', next: expect.any(String) },
    ],
    [
      'a state machine that is not there',
      {
        settings: {
          ...settings,
          stateMachines: { ...settings.stateMachines, wave: `${settings.stateMachines.wave}-old` },
        },
      },
      {
        check: 'machine wave',
        status: 'failed',
        found: `there is no state machine ${settings.stateMachines.wave}-old`,
        next: 'deploy again with serverless.yml, which makes it',
      },
    ],
    [
      'a state machine whose executions are not kept to functions, although readers are named',
      { settings: { ...settings, dataReaders: 'tidegate-reader' } },
      {
        check: 'machine rollout',
        status: 'failed',
        found:
          'is there, and whoever may read executions reads those of private targets, although tidegate-reader is named for that',
        next: 'deploy again with --param=dataReaders, which encrypts its executions (resources/executions.yml)',
      },
    ],
    [
      'a branch that is not there',
      { settings: { ...settings, configRepository: { ...settings.configRepository, branch: 'release' } } },
      {
        check: 'repository',
        status: 'failed',
        found: 'config repository acme/fleet: has no branch release; make it, or change the setting',
      },
    ],
  ])('%s is found', async (_, changes, found) => {
    expect(illOf(await look(changes))).toContainEqual(found);
  });

  test.each<[string, () => void, object]>([
    [
      'is missing',
      () => rmSync(secret('webhook')),
      { found: expect.stringMatching(/^secret webhook is not in .*secrets; write it there/) },
    ],
    [
      'others may read',
      () => {
        writeFileSync(secret('webhook'), 'shown-to-nobody\n');
        chmodSync(secret('webhook'), 0o644);
      },
      { found: expect.stringMatching(/has mode 0644, expected 0600; run: chmod 600/) },
    ],
    [
      'says nothing',
      () => {
        chmodSync(secret('webhook'), 0o600);
        writeFileSync(secret('webhook'), ' \n');
      },
      { found: 'is empty', next: 'store its value again' },
    ],
  ])('a secret that %s is found, and never shown', async (_, plant, found) => {
    plant();
    const diagnosis = await look();
    expect(illOf(diagnosis)).toEqual([{ check: 'secret webhook', status: 'failed', ...found }]);
    expect(JSON.stringify(diagnosis)).not.toContain('shown-to-nobody');
  });

  test('that is deployed looks for the rules that call its functions', async () => {
    const { checks } = await look({}, 'deployed');
    expect(checks.find(({ check }) => check === 'rules')).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(/events\.us-east-1\.amazonaws\.com: no such host/),
      next: expect.stringMatching(/^see that what this runs in reaches it/),
    });
  });

  test('a commit that was never reported, and a config with mistakes, are found', async () => {
    await story.commitLink('services/web.jsonnet', '/etc/passwd');
    const ill = illOf(await look());
    expect(ill.filter(({ check }) => check === 'config' || check === 'webhook')).toEqual([
      { check: 'config', status: 'failed', found: expect.stringMatching(/symbolic link/) },
      {
        check: 'webhook',
        status: 'warning',
        found: expect.stringMatching(/^the newest commit of main \([0-9a-f]{12}\) was never reported$/),
        next: expect.stringMatching(
          /post pushes and pull requests to http:\/\/127\.0\.0\.1:4180\/hooks\/merge with the secret webhook/,
        ),
      },
    ]);
  });
});
