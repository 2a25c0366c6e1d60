import { afterAll, expect, it, test } from 'vitest';
import type { Standing } from '../../shared/doctor/check.ts';
import { closePlace, diagnosed, dialEnding, dialRefused, type Planted, targets } from './place.ts';

afterAll(closePlace);

const hops = [
  'endpoint',
  'name',
  'allow-list',
  'connection',
  'token',
  'tls',
  'identity',
  'version',
  'clock',
  'rights',
  'admission',
];

test.each(['eks', 'gke', 'gateway', 'aks'] as const)(
  'the way to a sound target on %s is gone to its end',
  async (provider) => {
    const checks = await diagnosed(provider);
    expect(checks.map(({ check, status }) => [check, status])).toEqual(
      // Nothing was deployed to it yet, so nothing has installed the fence.
      hops.map((hop) => [hop, hop === 'admission' ? 'warning' : 'ok']),
    );
    expect(checks.find(({ check }) => check === 'rights')?.found).toMatch(
      /^may do all \d+ things that a deployment asks for$/,
    );
  },
);

test("the secret of a private target's own channel is looked at first, and its way gone all the same", async () => {
  const own = { ...targets.eks, private: { roles: ['acme'], notifySecret: 'notify-acme' } };
  const checks = await diagnosed('eks', { target: own });
  expect(checks[0]).toEqual({
    check: 'secret notify-acme',
    status: 'failed',
    found: expect.stringMatching(/^secret notify-acme is not in /),
  });
  expect(checks.slice(1).map(({ check }) => check)).toEqual(hops);
});

const isReview = (request: Request) => new URL(request.url).pathname.endsWith('/selfsubjectaccessreviews');
const denies =
  (...named: readonly string[]): NonNullable<Planted['answer']> =>
  async (request) => {
    if (!isReview(request)) return undefined;
    const { spec } = await request.json();
    const { verb, resource } = spec.resourceAttributes;
    return Response.json({ status: { allowed: !named.includes(`${verb} ${resource}`) } }, { status: 201 });
  };
const onPath =
  (path: string, body: object, status = 200): NonNullable<Planted['answer']> =>
  ({ url }) =>
    new URL(url).pathname === path ? Response.json(body, { status }) : undefined;
const isClusterScope = async (request: Request) =>
  new URL(request.url).hostname === 'login.microsoftonline.com' &&
  request.method === 'POST' &&
  (await request.text()).includes('6dae42f8');
/** A server whose clock is so far behind ours. */
const behind =
  (ms: number): NonNullable<Planted['answer']> =>
  ({ url }) => {
    if (new URL(url).pathname !== '/version') return undefined;
    const headers = { date: new Date(Date.now() - ms).toUTCString() };
    return Response.json({ gitVersion: 'v1.35.4' }, { headers });
  };

interface Case {
  readonly provider?: keyof typeof targets;
  readonly planted: Planted;
  readonly check: string;
  readonly status?: Standing;
  readonly found: RegExp;
  readonly next: RegExp;
}

const cases: readonly (readonly [string, Case])[] = [
  [
    'a role that asks for another external id',
    {
      planted: { target: { ...targets.eks, locator: { eks: { ...targets.eks.locator.eks, externalId: 'other' } } } },
      check: 'endpoint',
      found: /tidegate-target-acme: our identity is refused: 403 User: .* is not authorized to perform: sts:AssumeRole/,
      next: /^see that arn:aws:iam::222222222222:role\/tidegate-target-acme trusts the role of this function with the external id of the config/,
    },
  ],
  [
    'a cluster that is not there',
    {
      provider: 'gke',
      planted: { target: { ...targets.gke, locator: { gke: { ...targets.gke.locator.gke, cluster: 'prd' } } } },
      check: 'endpoint',
      found: /^gke acme\/us-central1\/prd: can not be resolved: .*Not found/,
      next: /^mend the entry of target gke-prod in the config$/,
    },
  ],
  [
    'an API of the cloud that is down',
    {
      provider: 'aks',
      planted: { before: ({ clouds }) => clouds.faults.inject('arm', 'unavailable', 1) },
      check: 'endpoint',
      found: /^aks s\/g\/prod: no usable answer: 503/,
      next: /^see that what this runs in reaches the APIs of AWS \(STS\) and Azure: in a VPC that takes a NAT gateway or endpoints/,
    },
  ],
  [
    'an API of the cloud that asks to slow down',
    {
      planted: { before: ({ clouds }) => clouds.faults.inject('eks', 'throttled', 1) },
      check: 'endpoint',
      status: 'unknown',
      found: /asked to slow down/,
      next: /^run it again in a minute$/,
    },
  ],
  [
    'a membership that the gateway does not know, under which no API server answers',
    {
      provider: 'gateway',
      planted: {
        answer: ({ url }) =>
          new URL(url).hostname === 'connectgateway.googleapis.com'
            ? Response.json({ error: { code: 404, status: 'NOT_FOUND' } }, { status: 404 })
            : undefined,
      },
      check: 'version',
      status: 'unknown',
      found: /^\/version answered 404, and not which version it is$/,
      next: /^see that what answers there is a Kubernetes API server$/,
    },
  ],
  [
    "a customer's cluster that is asked as the fleet's own account",
    {
      provider: 'gateway',
      planted: {
        target: {
          ...targets.gateway,
          locator: { gke: { ...targets.gateway.locator.gke, serviceAccount: 'x@y.iam.gserviceaccount.com' } },
        },
      },
      check: 'identity',
      found: /401, our identity is not known to the cluster/,
      next: /^let the cluster take Google identities of project acme/,
    },
  ],
  [
    'a name that no name server knows',
    {
      planted: { addresses: [] },
      check: 'name',
      found: /the name is not known \(NXDOMAIN\)$/,
      next: /link its private DNS zone to the network this runs in/,
    },
  ],
  [
    'a name in a private zone of Azure',
    {
      provider: 'aks',
      planted: { addresses: [] },
      check: 'name',
      found: /the name is not known \(NXDOMAIN\)$/,
      next: /az aks update --resource-group g --name prod --enable-public-fqdn gives it a name in public DNS that leads to its private address; else forward its private zone/,
    },
  ],
  [
    'a private address that no range allows',
    {
      planted: { addresses: ['10.20.0.7'] },
      check: 'allow-list',
      found: /10\.20\.0\.7 is private, and no range of the target's allow holds it$/,
      next: /^if it is meant to be private, name its range: targets\."eks-acme"\.allow in the config$/,
    },
  ],
  [
    'a metadata service in the place of a cluster, allowed or not',
    {
      planted: { addresses: ['169.254.169.254'], target: { ...targets.eks, allow: ['169.254.0.0/16'] } },
      check: 'allow-list',
      found: /169\.254\.169\.254 is link-local, where metadata services give out credentials/,
      next: /allow in the config$/,
    },
  ],
  [
    'a private network that nothing leads to from here',
    {
      planted: {
        addresses: ['10.20.0.7'],
        target: { ...targets.eks, allow: ['10.20.0.0/16'] },
        dial: dialRefused('connect_timeout', 'no connection within 10 s'),
      },
      check: 'connection',
      found: /no connection within 10 s/,
      next: /^no way leads there from here: run the functions in a VPC that is peered with that of the cluster/,
    },
  ],
  [
    'a firewall before a public address',
    {
      provider: 'gke',
      planted: { dial: dialRefused('connect_timeout', 'no connection within 10 s') },
      check: 'connection',
      found: /no connection within 10 s/,
      next: /^a firewall stands between: let the address this comes from into the cluster's authorised networks/,
    },
  ],
  [
    'a port that nobody listens on',
    {
      planted: { dial: dialRefused('connect_refused', 'connection refused') },
      check: 'connection',
      found: /connection refused/,
      next: /answers and refuses: see that the API server listens on that port$/,
    },
  ],
  [
    'an application that Entra does not trust with tokens for clusters',
    {
      provider: 'aks',
      planted: {
        answer: async (request) =>
          (await isClusterScope(request))
            ? Response.json(
                {
                  error: 'invalid_client',
                  error_description: 'AADSTS700213: No matching federated identity record found',
                },
                { status: 401 },
              )
            : undefined,
      },
      check: 'token',
      found: /^entra token of app-1 in contoso: our identity is refused: .*AADSTS700213/,
      next: /^see that the application has a federated credential whose subject is the role of this function/,
    },
  ],
  [
    'a certificate of another authority',
    {
      planted: { dial: dialRefused('tls_failed', 'self-signed certificate', { onlyTls: true }) },
      check: 'tls',
      found: /self-signed certificate/,
      next: /shows a certificate that the cluster's own authority did not sign/,
    },
  ],
  [
    'a certificate of another name',
    {
      planted: { dial: dialRefused('tls_name', 'the certificate is for other.example.com', { onlyTls: true }) },
      check: 'tls',
      found: /the certificate is for other/,
      next: /it is not the cluster of the config, or something stands between$/,
    },
  ],
  [
    'a certificate that has ended',
    {
      planted: { dial: dialRefused('tls_expired', 'certificate has expired', { onlyTls: true }) },
      check: 'tls',
      found: /certificate has expired/,
      next: /^renew the certificate of the API server$/,
    },
  ],
  [
    'a certificate that ends this week',
    {
      planted: { dial: dialEnding(3.5 * 86_400_000) },
      check: 'tls',
      status: 'warning',
      found: /^trusted, over TLSv1\.3; its certificate ends in 3 days$/,
      next: /^renew the certificate of the API server before it ends$/,
    },
  ],
  [
    'a cluster that does not know our role',
    {
      planted: { before: ({ clouds }) => clouds.faults.revoke('eks-acme') },
      check: 'identity',
      found: /401, our identity is not known to the cluster/,
      next: /^aws eks create-access-entry --cluster-name prod --principal-arn arn:aws:iam::222222222222:role\/tidegate-target-acme/,
    },
  ],
  [
    'a server that takes us for nobody',
    {
      planted: {
        answer: onPath('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
          status: { userInfo: { username: 'system:anonymous' } },
        }),
      },
      check: 'identity',
      found: /takes us for nobody \(system:anonymous\)$/,
      next: /credential of the target is one of this cluster/,
    },
  ],
  [
    'a control plane that does not serve',
    {
      planted: { answer: onPath('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, 500) },
      check: 'identity',
      found: /^the API server answered 500$/,
      next: /^look at the control plane of the cluster/,
    },
  ],
  [
    'a Kubernetes that is too old',
    {
      planted: { answer: onPath('/version', { gitVersion: 'v1.26.15-eks-1' }) },
      check: 'version',
      found: /^Kubernetes v1\.26\.15-eks-1$/,
      next: /^upgrade it: Kubernetes 1\.27 or newer is needed$/,
    },
  ],
  [
    'a Kubernetes without admission policies',
    {
      planted: { answer: onPath('/version', { gitVersion: 'v1.29.3' }) },
      check: 'version',
      status: 'warning',
      found: /^Kubernetes v1\.29\.3, which can not refuse stale writers$/,
      next: /^upgrade it to 1\.30 or newer$/,
    },
  ],
  [
    'something that is no API server',
    {
      planted: { answer: onPath('/version', { hello: 'world' }) },
      check: 'version',
      status: 'unknown',
      found: /^\/version answered 200, and not which version it is$/,
      next: /^see that what answers there is a Kubernetes API server$/,
    },
  ],
  [
    'a clock that is a minute and a half off',
    {
      planted: { answer: behind(90_000) },
      check: 'clock',
      status: 'warning',
      found: /^ours is (89|90) s ahead$/,
      next: /NTP/,
    },
  ],
  [
    'a clock that is five minutes off',
    {
      planted: { answer: behind(-300_000) },
      check: 'clock',
      found: /^ours is (299|300) s behind$/,
      next: /NTP/,
    },
  ],
  [
    'a right that nothing works without',
    {
      planted: { answer: denies('patch deployments', 'list nodes') },
      check: 'rights',
      found: /^may not patch deployments\.apps in shop$/,
      next: /^bind its identity to a role with these rights/,
    },
  ],
  [
    'rights that only something needs',
    {
      planted: { answer: denies('list nodes', 'get pods') },
      check: 'rights',
      found: /^may not get pods in shop, get pods in edge$/,
      next: /^bind its identity/,
    },
  ],
  [
    'a right that only the look at the nodes needs',
    {
      planted: { answer: denies('list nodes') },
      check: 'rights',
      status: 'warning',
      found: /^may do all that is needed, and not list nodes across the cluster$/,
      next: /^without it there is not: whether nodes have room$/,
    },
  ],
  [
    'a cluster that answers no questions about rights',
    {
      planted: {
        answer: async (request) => (isReview(request) ? Response.json({ kind: 'Status' }, { status: 403 }) : undefined),
      },
      check: 'rights',
      status: 'unknown',
      found: /^\d+ of \d+ questions were not answered$/,
      next: /create selfsubjectaccessreviews$/,
    },
  ],
  [
    'an admission policy that has to be there, and is not',
    {
      planted: { target: { ...targets.eks, admissionPolicy: 'expect' } },
      check: 'admission',
      found: /^ValidatingAdmissionPolicy fence\.tidegate\.dev is not there$/,
      next: /^install the policy by hand/,
    },
  ],
];

it.each(cases)(
  '%s is found at its hop, with what to do',
  async (_, { provider = 'eks', planted, check, ...expected }) => {
    const checks = await diagnosed(provider, planted);
    // No token is shown, whatever goes wrong.
    expect(JSON.stringify(checks)).not.toMatch(/k8s-aws-v1\.|ya29\.|eyJ/);
    const at = checks.findIndex((each) => each.check === check);
    const { status = 'failed' } = expected;
    expect(checks[at]).toMatchObject({
      check,
      status,
      found: expect.stringMatching(expected.found),
      next: expect.stringMatching(expected.next),
    });
    const before = checks.slice(0, at).filter((each) => each.status !== 'ok');
    expect(before).toEqual([]);
    // What lies behind a hop that failed is not guessed at.
    const isHop = hops.indexOf(check) <= hops.indexOf('version');
    if (isHop && status !== 'warning') {
      const behind = checks.slice(at + 1);
      expect(behind).toEqual(
        hops
          .slice(at + 1)
          .map((hop) => ({ check: hop, status: 'skipped', found: `not reached: ${check} comes first` })),
      );
    }
  },
);

it('tells clouds whose clock is an hour ahead of a trust that is missing', async () => {
  const [endpoint] = await diagnosed('eks', { aheadMs: 3_600_000 });
  expect(endpoint).toMatchObject({
    status: 'failed',
    found: expect.stringMatching(/Signature expired|security token/),
  });
});
