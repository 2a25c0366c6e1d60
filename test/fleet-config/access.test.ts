import { describe, expect, it, test } from 'vitest';
import { parse, problemsOf, soundConfig } from './configs.ts';

const targets: Readonly<Record<string, object>> = soundConfig.targets;
const [first = ''] = Object.keys(targets);
const roles = { ...soundConfig.roles, acme: ['carl'], operators: [] };
const kubeconfig = { kubeconfig: { path: 'acme.kubeconfig' } };
const own = { roles: ['acme'] };
const labelsOf = (name: string) => ({ labels: (targets[name] as { readonly labels: object }).labels });
/** The sound config with one more target, and what is kept to roles. */
const configWith = (target: object, access: object = {}, name = 'acme') =>
  JSON.stringify({
    ...soundConfig,
    roles,
    access,
    targets: { ...targets, [name]: { ...labelsOf(first), ...target } },
  });

test('a private target is in no wave of the fleet, and has one of its own with the rules of the wave that selects it', async () => {
  const approval = { roles: ['acme'], people: 1, expires: '2h' };
  const parsed = await parse(
    'fleet.json',
    configWith({ ...kubeconfig, private: { ...own, approval, maxLag: '7d', notify: 'notify-acme' } }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { frozen, following } = parsed.config;
  expect(frozen.flatMap((wave) => wave.targets)).not.toContain('acme');
  const wave = frozen.find((each) => each.targets.includes(first));
  expect(following).toEqual([
    {
      target: expect.objectContaining({
        name: 'acme',
        private: {
          roles: ['acme'],
          approval: { roles: ['acme'], people: 1, expiresMs: 7_200_000 },
          maxLagMs: 604_800_000,
          notifySecret: 'notify-acme',
        },
      }),
      wave: {
        ...{ name: 'acme', targets: ['acme'], batches: ['100%'], maxFailures: 0 },
        approval: { roles: ['acme'], people: 1, expiresMs: 7_200_000 },
        ...{ gates: wave?.gates, soakMs: wave?.soakMs, soakInfrastructureMs: wave?.soakInfrastructureMs },
        ...{ maxConcurrent: wave?.maxConcurrent, whenTaken: wave?.whenTaken },
        ...{ settleWithinMs: wave?.settleWithinMs, inconclusiveWithinMs: wave?.inconclusiveWithinMs },
      },
    },
  ]);
});

const eks = { account: '222222222222', region: 'eu-west-1', cluster: 'acme' };
const gke = { project: 'acme', location: 'us-central1', cluster: 'acme' };
const aks = { subscription: 's', resourceGroup: 'g', cluster: 'acme' };

describe('every mistake is told at its place', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a role that is not there',
      configWith({ ...kubeconfig, private: { roles: ['acmee'] } }),
      ['UNKNOWN_ROLE /targets/acme/private/roles/0'],
    ],
    [
      'nobody who may see it',
      configWith({ ...kubeconfig, private: { roles: [] } }),
      ['SCHEMA_VALUE /targets/acme/private/roles'],
    ],
    [
      'an approver that nobody is',
      configWith({ ...kubeconfig, private: { ...own, approval: { roles: ['operators'] } } }),
      ['APPROVAL_IMPOSSIBLE /targets/acme/private/approval'],
    ],
    [
      'on EKS without an external id',
      configWith({ eks: { ...eks, role: 'arn:aws:iam::222222222222:role/tidegate-target' }, private: own }),
      ['PRIVATE_IDENTITY /targets/acme/private'],
    ],
    ['on GKE as everybody', configWith({ gke, private: own }), ['PRIVATE_IDENTITY /targets/acme/private']],
    ['on AKS as everybody', configWith({ aks, private: own }), ['PRIVATE_IDENTITY /targets/acme/private']],
    [
      'with the name of a wave',
      configWith({ ...kubeconfig, private: own }, {}, soundConfig.waves[0]?.name),
      [`DUP_NAME /targets/${soundConfig.waves[0]?.name}`],
    ],
    [
      'with a name that its wave can not have',
      configWith({ ...kubeconfig, private: own }, {}, 'a'.repeat(37)),
      [`NAME_INVALID /targets/${'a'.repeat(37)}`],
    ],
    [
      'a channel that its function may not read',
      configWith({ ...kubeconfig, private: { ...own, notify: 'acme' } }),
      ['NAME_INVALID /targets/acme/private/notify'],
    ],
    [
      'a membership by the name of its project',
      configWith({ gke: { ...gke, membership: 'projects/acme/locations/global/memberships/prod' } }),
      ['NAME_INVALID /targets/acme/gke/membership'],
    ],
    [
      'a right for a role that is not there',
      configWith(kubeconfig, { release: ['operator'] }),
      ['UNKNOWN_ROLE /access/release/0'],
    ],
    ['a right that there is not', configWith(kubeconfig, { deploy: ['operators'] }), ['UNKNOWN_FIELD /access/deploy']],
    ['a right for nobody', configWith(kubeconfig, { lift: [] }), ['SCHEMA_VALUE /access/lift']],
  ])('%s', async (_, text, codes) => {
    const found = await problemsOf('fleet.json', text);
    expect(found.map((problem) => problem.replace(/^(\S+) (?:\S+:\d+:\d+ )?(\S+?):? .*$/s, '$1 $2'))).toEqual(codes);
  });
});
