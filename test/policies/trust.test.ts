import { Environment } from '@marcbachmann/cel-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionCredentials } from '../../local/fleet/clouds/aws-caller.ts';
import { createClouds } from '../../local/fleet/clouds/clouds.ts';
import { awsIssuer } from '../../local/fleet/clouds/web-identity.ts';
import { simulatedNetwork } from '../../local/network.ts';
import type { CloudsOutside } from '../../shared/clouds/clouds-outside.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { callerIdentity } from '../../shared/clouds/sts.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { fleet, simulateFleet } from '../clouds/simulated-fleet.ts';
import { quoted, section } from './guide.ts';
import { decide, type IamRequest, type IamStatement } from './iam-policy.ts';

const home = '111111111111';
/** As CloudFormation names the role of a function: after the stack and the resource, and something of its own. */
const role = 'tidegate-prod-ApplyManifestsRole-1A2B3C4D5E6F';
const roleArn = `arn:aws:iam::${home}:role/${role}`;

let simulated: ReturnType<typeof simulateFleet>;
beforeEach(() => {
  simulated = simulateFleet();
});
afterEach(() => simulated.restore());

/** Outside as a session of that role has it. */
const as = (session: string, account = home): CloudsOutside => ({
  ...simulated.outside,
  identity: async () => sessionCredentials(session, account, processClock),
});
const sessionOf = (name: string, account = home): string => `arn:aws:sts::${account}:assumed-role/${name}/session`;

describe('the trust policy that the guide gives a role in the account of a cluster', () => {
  const { Statement } = JSON.parse(
    quoted(section('2. EKS'), /```json\n([\s\S]*?)```/, {
      AWS_ACCOUNT: home,
      "one per customer, in the target's config": 'acme-7',
    }),
  ) as { readonly Statement: readonly IamStatement[] };
  const asking: IamRequest = {
    ...{
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::222222222222:role/tidegate-target-prod',
      principal: roleArn,
    },
    context: { 'sts:ExternalId': 'acme-7' },
  };

  it('lets a function of Tidegate in, with the external id of the customer', async () => {
    const { arn, account } = await callerIdentity(as(sessionOf(role)), new AbortController().signal);
    // Who AWS says a session is, and the role that it is of, which is what the policy names.
    expect([arn, account]).toEqual([sessionOf(role), home]);
    expect(decide(Statement, asking)).toBe('allowed');
  });

  it.each<[string, Partial<IamRequest>]>([
    ['another external id', { context: { 'sts:ExternalId': 'acme-8' } }],
    ['no external id', { context: {} }],
    ['an external id in other letters', { context: { 'sts:ExternalId': 'ACME-7' } }],
    ['a role of another stage', { principal: `arn:aws:iam::${home}:role/tidegate-dev-ApplyManifestsRole-1` }],
    ['a role of somebody else in the account', { principal: `arn:aws:iam::${home}:role/admin` }],
    ['a role whose path has the name in it', { principal: `arn:aws:iam::${home}:role/x/tidegate-prod-a` }],
    ['a role whose name only begins alike', { principal: `arn:aws:iam::${home}:role/tidegate-production` }],
    ['a user of that name', { principal: `arn:aws:iam::${home}:user/tidegate-prod-a` }],
    ['a role of that name in another account', { principal: `arn:aws:iam::333333333333:role/${role}` }],
    ['another action', { action: 'sts:TagSession' }],
  ])('refuses %s', (_, different) => {
    expect(decide(Statement, { ...asking, ...different })).toBe('not allowed');
  });
});

describe('the attribute condition that the guide gives the pool of Google', () => {
  const guide = section('3. GKE');
  const mapping = quoted(guide, /attribute\.aws_role=(assertion\.[^']+)'/);
  const condition = quoted(guide, /--attribute-condition='([^']+)'/);
  const account = quoted(guide, /--account-id=(\w+)/, { AWS_ACCOUNT: home });
  /** CEL, with the function that Google adds: what stands in place of `{name}`, or nothing (Google IAM, "CEL: extract"). */
  const cel = new Environment({ unlistedVariablesAreDyn: false })
    .registerVariable('assertion', 'map')
    .registerVariable('attribute', 'map')
    .registerFunction('string.extract(string): string', (text: string, template: string) => {
      const [before = '', after = ''] = template.split(/\{\w+\}/);
      const at = text.indexOf(before);
      const rest = at < 0 ? '' : text.slice(at + before.length);
      const end = rest.indexOf(after);
      return end < 0 ? '' : rest.slice(0, end);
    });
  /** What Google's provider for AWS makes of who AWS says it is: its account, then the condition over what is mapped. */
  const admits = (assertion: { readonly arn: string; readonly account: string }): boolean =>
    assertion.account === account &&
    cel.evaluate(condition, {
      assertion,
      attribute: { aws_role: cel.evaluate(mapping, { assertion, attribute: {} }) },
    }) === true;

  it.each<[string, string, string, boolean]>([
    ['a function of Tidegate', sessionOf(role), home, true],
    ['a role of another stage', sessionOf('tidegate-dev-ApplyManifestsRole-1'), home, false],
    ['a role of somebody else in the account', sessionOf('admin'), home, false],
    ['a role whose name only begins alike', sessionOf('tidegate-production'), home, false],
    ['a session that has the name', `arn:aws:sts::${home}:assumed-role/admin/tidegate-prod-a`, home, false],
    ['a role of that name in another account', sessionOf(role, '333333333333'), '333333333333', false],
    ['a user of that name', `arn:aws:iam::${home}:user/tidegate-prod-a`, home, false],
  ])('of %s', async (_, session, of, admitted) => {
    const said = await callerIdentity(as(session, of), new AbortController().signal);
    expect([said.arn, admits(said)]).toEqual([session, admitted]);
  });

  it('is bound to the project whose audience the guide has the stack deployed with', () => {
    const audience = quoted(guide, /--param=googleAudience=(\S+)`/, { PROJECT_NUMBER: '123456789' });
    const pool = quoted(guide, /workload-identity-pools create (\S+)/);
    const provider = quoted(guide, /providers create-aws (\S+)/);
    expect(audience).toBe(
      `//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/${pool}/providers/${provider}`,
    );
  });
});

describe('the federated credential that the guide gives the application of Entra', () => {
  const { issuer, subject, audiences } = JSON.parse(
    quoted(section('4. AKS'), /--parameters '(\{[\s\S]*?\})'/, { 'THE ISSUER': awsIssuer, 'THE ROLE ARN': roleArn }),
  ) as { readonly issuer: string; readonly subject: string; readonly audiences: readonly string[] };

  /** What becomes of a request to the cluster by a session of a role, where the application has that credential and no other. */
  const opened = async (session: string, account: string, credential: object = {}): Promise<string> => {
    const [audience = ''] = audiences;
    const federated = [{ issuer, subject, audience, ...credential }];
    const clusters = Object.values(fleet);
    const clouds = createClouds({ clock: processClock, clusters, region: 'us-east-1', federated });
    const handle = async (request: Request): Promise<Response> =>
      new Response('{}', { status: clouds.authorise(fleet.aks.target, request) === 'ok' ? 200 : 401 });
    const routes = [...clouds.routes, { host: new URL(fleet.aks.server).hostname, handle }];
    const outside = { ...as(session, account), http: simulatedNetwork({ routes, fallback: 'refuse' }) };
    const { target: name, locator, server } = fleet.aks;
    return openCluster({ name, locator, endpoint: { server } }, outside)
      .request('/version')
      .then(
        ({ status }) => String(status),
        (error: Error) => /AADSTS\d+/.exec(error.message)?.[0] ?? error.message,
      );
  };

  it.each<[string, string, string, object, string]>([
    ['lets the function in whose role it names', sessionOf(role), home, {}, '200'],
    [
      'refuses another function, which takes one of its own',
      sessionOf('tidegate-prod-PlanWaveRole-1'),
      home,
      {},
      'AADSTS700213',
    ],
    ['refuses a role of another stage', sessionOf(role.replace('prod', 'dev')), home, {}, 'AADSTS700213'],
    [
      'refuses a role of that name in another account',
      sessionOf(role, '333333333333'),
      '333333333333',
      {},
      'AADSTS700213',
    ],
    ['takes no other issuer', sessionOf(role), home, { issuer: `${awsIssuer}.evil.example` }, 'AADSTS700211'],
    ['takes no other audience', sessionOf(role), home, { audience: 'sts.amazonaws.com' }, 'AADSTS700212'],
  ])('%s', async (_, session, account, credential, outcome) => {
    expect(await opened(session, account, credential)).toBe(outcome);
  });
});
