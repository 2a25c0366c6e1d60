import { describe, expect, it } from 'vitest';
import { ensureFencePolicy } from '../../shared/apply/ensure-fence-policy.ts';
import { fenceBinding, fencePolicy, policyName, policyVersion } from '../../shared/apply/fence-policy.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { type Faults, inShort, isWrite, keepJournal, recordCluster } from './rehearsal.ts';
import { describeOnSimulatedServer, type Server } from './server.ts';

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';

const send = async (server: Server, method: string, path: string, body?: unknown, type = 'application/json') => {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await server.request(path, { method, headers: { 'content-type': type }, ...init });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return JSON.parse(text);
};

const ensure = async (
  server: Server,
  mode: 'install' | 'expect' = 'install',
  faults?: Faults & { readonly refuse?: (path: string) => number | undefined },
) => {
  const request: Server['request'] = async (path, init) => {
    const code = faults?.refuse?.(`${init?.method ?? 'GET'} ${path}`);
    if (code === undefined) return server.request(path, init);
    return Response.json(
      { kind: 'Status', code, reason: code === 403 ? 'Forbidden' : 'NotFound', message: 'not for you' },
      { status: code },
    );
  };
  const cluster = recordCluster(request, faults);
  const journal = keepJournal();
  const { clock } = server;
  const invocation = { signal: new AbortController().signal, deadline: clock.now() + 60_000 };
  const writing = {
    cluster,
    guard: async () => undefined,
    journal,
    fence: 3,
    clock,
    invocation,
    plan: digestOf('plan'),
  };
  const standing = await server.drive(ensureFencePolicy(writing, mode));
  return {
    standing,
    writes: cluster.seen.filter(isWrite).map(inShort),
    requests: cluster.seen.length,
    journal: journal.lines,
  };
};

const whole = (name: string) => `PATCH ${name}/${policyName}`;
const both = [whole('validatingadmissionpolicies'), whole('validatingadmissionpolicybindings')];

describeOnSimulatedServer('the policy against stale writers', (server) => {
  it('is installed with its binding, each with an intent and an outcome', async () => {
    const { standing, writes, journal } = await ensure(server());
    expect([standing, writes]).toEqual([{ isEnforced: true }, both]);
    expect(journal).toEqual([
      `apply admissionregistration.k8s.io/ValidatingAdmissionPolicy//${policyName}`,
      '1 done',
      `apply admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding//${policyName}`,
      '3 done',
    ]);
  });

  it('costs two reads and no write where it is there', async () => {
    await ensure(server());
    const { standing, writes, requests } = await ensure(server());
    expect([standing, writes, requests]).toEqual([{ isEnforced: true }, [], 2]);
  });

  it('is not forced over one that somebody posted, of however old a version', async () => {
    const older = structuredClone({
      ...fencePolicy,
      spec: { ...(fencePolicy.spec as object), validations: [{ expression: 'true' }] },
    });
    await send(server(), 'POST', policies, {
      ...older,
      metadata: { name: policyName, annotations: { 'tidegate.dev/policy-version': String(policyVersion - 1) } },
    });
    await send(server(), 'POST', bindings, fenceBinding);
    const { standing } = await ensure(server());
    const live = await send(server(), 'GET', `${policies}/${policyName}`);
    expect(standing).toEqual({
      isEnforced: false,
      because: expect.stringMatching(/can not be installed: 409 Apply failed/),
    });
    expect(live.spec.validations).toHaveLength(1);
  });

  it('is brought up to date where an older Tidegate applied it', async () => {
    const older = {
      ...fencePolicy,
      metadata: { name: policyName, annotations: { 'tidegate.dev/policy-version': '0' } },
      spec: { ...(fencePolicy.spec as object), validations: [{ expression: 'true' }] },
    };
    await send(
      server(),
      'PATCH',
      `${policies}/${policyName}?fieldManager=tidegate`,
      older,
      'application/apply-patch+yaml',
    );
    const { standing, writes } = await ensure(server());
    const live = await send(server(), 'GET', `${policies}/${policyName}`);
    expect([standing, writes, live.spec.validations.length]).toEqual([{ isEnforced: true }, both, 2]);
  });

  it('is left alone where it is of a newer Tidegate', async () => {
    await ensure(server());
    const newer = {
      metadata: { annotations: { 'tidegate.dev/policy-version': String(policyVersion + 1) } },
      spec: { failurePolicy: 'Ignore' },
    };
    await send(server(), 'PATCH', `${policies}/${policyName}`, newer, 'application/merge-patch+json');
    const { standing, writes } = await ensure(server());
    expect([standing, writes]).toEqual([{ isEnforced: true }, []]);
  });

  it.each([
    [
      'somebody made one of that name',
      { metadata: { annotations: { 'tidegate.dev/policy-version': null } } },
      `ValidatingAdmissionPolicy ${policyName} is there and is not Tidegate's`,
    ],
    [
      'somebody changed it',
      { spec: { failurePolicy: 'Ignore' } },
      `ValidatingAdmissionPolicy ${policyName} says something else than version ${policyVersion} of it does`,
    ],
  ])('is left alone, and not relied on, where %s', async (_, change, because) => {
    await ensure(server());
    await send(server(), 'PATCH', `${policies}/${policyName}`, change, 'application/merge-patch+json');
    const { standing, writes } = await ensure(server());
    expect([standing, writes]).toEqual([{ isEnforced: false, because }, []]);
  });

  it('is not relied on where its binding only warns', async () => {
    await ensure(server());
    await send(
      server(),
      'PATCH',
      `${bindings}/${policyName}`,
      { spec: { validationActions: ['Warn'] } },
      'application/merge-patch+json',
    );
    const { standing } = await ensure(server());
    expect(standing).toEqual({
      isEnforced: false,
      because: `ValidatingAdmissionPolicyBinding ${policyName} says something else than version ${policyVersion} of it does`,
    });
  });

  it('is not written where it is expected to be there', async () => {
    const { standing, writes } = await ensure(server(), 'expect');
    expect([standing, writes]).toEqual([
      {
        isEnforced: false,
        because: `ValidatingAdmissionPolicy ${policyName} is not there; it is expected to be installed by hand`,
      },
      [],
    ]);
  });

  it.each([
    ['may not be read', 403, /^GET/, `ValidatingAdmissionPolicy ${policyName} can not be read: 403 not for you`],
    [
      'is of a kind that an older server does not have',
      404,
      /^GET/,
      'the API server serves no ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1; that takes Kubernetes 1.30',
    ],
    [
      'may not be written',
      403,
      /^PATCH/,
      `ValidatingAdmissionPolicy ${policyName} can not be installed: 403 not for you`,
    ],
  ])('falls back where it %s', async (_, code, on, because) => {
    const { standing } = await ensure(server(), 'install', {
      refuse: (request) => (on.test(request) ? code : undefined),
    });
    expect(standing).toEqual({ isEnforced: false, because });
  });

  it('is there twice for two that install it at the same time', async () => {
    const raced = { is: false };
    const other = async () => {
      raced.is = true;
      await send(
        server(),
        'PATCH',
        `${policies}/${policyName}?fieldManager=tidegate`,
        fencePolicy,
        'application/apply-patch+yaml',
      );
    };
    const slow: Server = {
      ...server(),
      request: async (path, init) => {
        if (init?.method === 'PATCH' && !raced.is) await other();
        return server().request(path, init);
      },
    };
    expect((await ensure(slow)).standing).toEqual({ isEnforced: true });
  });
});

describe('the policy', () => {
  it('is one that people can install by hand: what docs/one-writer.md has is what is installed', async () => {
    const { readFileSync } = await import('node:fs');
    const { parseAllDocuments } = await import('yaml');
    const page = readFileSync(new URL('../../docs/one-writer.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n(apiVersion: admissionregistration[\s\S]*?)```/.exec(page) ?? [];
    expect(parseAllDocuments(yaml).map((document) => document.toJS())).toEqual([fencePolicy, fenceBinding]);
  });
});
