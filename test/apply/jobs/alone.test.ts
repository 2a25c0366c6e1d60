import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AloneLine } from '../../../shared/apply/alone-words.ts';
import { applyAlone } from '../../../shared/apply/apply-alone.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { configMap, deployment, namespace } from '../manifests.ts';
import { recordCluster } from '../rehearsal.ts';
import { type Server, simulatedServer } from '../server.ts';
import { job } from './job-manifests.ts';

let server: Server;
beforeEach(async () => {
  server = await simulatedServer();
  const headers = { 'content-type': 'application/json' };
  await server.request('/api/v1/namespaces', { method: 'POST', headers, body: JSON.stringify(namespace('shop')) });
});
afterEach(() => server.stop());

/** Applies a set by itself; its lines, with names of Jobs without that of their content. */
const applied = async (
  objects: readonly Manifest[],
  given: { readonly wait?: boolean; readonly dryRun?: boolean } = {},
) => {
  const lines: AloneLine[] = [];
  const { clock } = server;
  const { wait = true, dryRun = false } = given;
  await server.drive(
    applyAlone(
      {
        ...{ set: 'web', namespace: 'shop', dryRun, prune: true, wait, patienceMs: 60_000 },
        objects: objects.map((object, place) => ({ object, source: `web.yaml:${place + 1}` })),
      },
      { cluster: recordCluster(server.request), clock, interrupted: new AbortController().signal },
      { signal: new AbortController().signal, deadline: clock.now() + 600_000 },
      { line: (line) => void lines.push(line), say: () => undefined },
    ),
  );
  return lines.map(({ identity, action, reason, status }) =>
    [
      identity
        .split('/')
        .at(-1)
        ?.replace(/-[0-9a-f]{10}$/, ''),
      action,
      reason,
      status,
    ]
      .filter(Boolean)
      .join(' '),
  );
};

const set = (image = 'registry.example.com/migrate:v1') => [
  configMap('settings'),
  deployment('web', { replicas: 1 }),
  job('migrate', { reads: 'settings', image }),
  job('smoke', { run: 'after' }),
];

test('a set applied by itself runs its jobs once for its content, whatever order its objects are written in', async () => {
  expect(await applied(set(), { dryRun: true })).toEqual([
    'settings created',
    'web created',
    'migrate created runs before',
    'smoke created runs after',
  ]);
  expect(await applied(set())).toEqual([
    'migrate created ran before ready',
    'settings created ready',
    'web created ready',
    'smoke created ran after ready',
  ]);
  expect(await applied(set().reverse())).toEqual([
    'migrate unchanged ran before ready',
    'settings unchanged ready',
    'web unchanged ready',
    'smoke unchanged ran after ready',
  ]);
});

test('what waits for a job that fails is skipped, and what comes after it too', async () => {
  const [job1 = '', ...others] = await applied(set('registry.example.com/crash:v1'));
  expect(job1).toMatch(/^migrate failed web\.yaml:3: job migrate failed: BackoffLimitExceeded/);
  expect(others).toEqual([
    'web skipped it waits for jobs, which did not complete',
    'settings created ready',
    'smoke skipped it comes when all is ready, and not all became so',
  ]);
});

test('a job that comes when all is ready is skipped where nobody waits for that', async () => {
  expect(await applied(set(), { wait: false })).toEqual([
    'settings created',
    'migrate created ran before ready',
    'web created',
    'smoke skipped it comes when all is ready, which nobody waits for',
  ]);
});

test('of the Jobs of earlier contents the last three stay, those that failed too', async () => {
  for (const version of [1, 2, 3, 4, 5]) {
    const image = version === 2 ? 'registry.example.com/crash:v2' : `registry.example.com/migrate:v${version}`;
    await applied([configMap('settings'), job('migrate', { reads: 'settings', image })]);
    // Ages are whole seconds.
    await server.drive(server.clock.sleep(1100));
  }
  const answer = await server.request('/apis/batch/v1/namespaces/shop/jobs');
  const { items } = (await answer.json()) as {
    readonly items: readonly {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } } };
    }[];
  };
  const images = items.map(({ spec }) => spec.template.spec.containers[0]?.image.split(':').at(-1)).sort();
  expect(images).toEqual(['v3', 'v4', 'v5']);
});
