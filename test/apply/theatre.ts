import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundEach, beforeEach } from 'vitest';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { planTarget } from '../../shared/apply/plan-target.ts';
import type { Refusal } from '../../shared/apply/refusals.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
import { configMap, deployment, namespace as namespaceOf, service } from './manifests.ts';
import { type Faults, type RecordedCluster, recordCluster, releaseOf, renderedOf, type Stage } from './rehearsal.ts';
import type { Server } from './server.ts';

/** The service most tests deploy: a Deployment, its Service, and a ConfigMap its pods read. */
export const web = (...more: readonly Manifest[]): RenderedTarget =>
  renderedOf({ web: [configMap('settings'), service('web'), deployment('web', { reads: 'settings' }), ...more] });

/**
 * What the suites do with a server, each test in a namespace of its own whose name begins with `prefix`. Tests may run side by side: whose
 * namespace it is goes by the test that asks.
 */
export const playOn = (server: () => Server, prefix: string) => {
  let count = 0;
  const tests = new AsyncLocalStorage<string>();
  const namespace = (): string => {
    const own = tests.getStore();
    if (own === undefined) throw new Error(`${prefix}: the namespace was asked for outside of a test`);
    return own;
  };
  const send = async (method: string, path: string, body?: unknown, type = 'application/json'): Promise<LiveObject> => {
    const init = {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const answer = await server().drive(server().request(path, init));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as LiveObject;
  };
  const pathOf = (resource: string, name: string): string =>
    `${['deployments', 'statefulsets'].includes(resource) ? '/apis/apps/v1' : '/api/v1'}/namespaces/${namespace()}/${resource}/${name}`;
  const read = (resource: string, name: string) => send('GET', pathOf(resource, name));
  const isThere = async (resource: string, name: string): Promise<boolean> =>
    (await server().drive(server().request(pathOf(resource, name)))).ok;
  const stageOf = (faults?: Faults, sliceMs?: number): Stage & { readonly cluster: RecordedCluster } => ({
    cluster: recordCluster(server().request, faults),
    clock: server().clock,
    namespace: namespace(),
    ...(sliceMs === undefined ? {} : { sliceMs }),
  });
  const drive = <Result>(work: Promise<Result>) => server().drive(work);
  const refusals = async (rendered: RenderedTarget, stage = stageOf()): Promise<readonly Refusal[]> => {
    const { signal } = new AbortController();
    const input = {
      cluster: stage.cluster,
      rendered,
      release: releaseOf(rendered),
      namespace: stage.namespace,
      signal,
    };
    const result = await drive(planTarget(input));
    if (result.status === 'planned') throw new Error(`planned: ${JSON.stringify(result.plan.objects)}`);
    return result.refusals;
  };
  const actions = (planned: TargetPlan): Record<string, string> =>
    Object.fromEntries(
      planned.objects.map(({ id, action }) => [id.split('/').slice(1).join(' ').replace(namespace(), '-'), action]),
    );

  aroundEach((run) => tests.run(`${prefix}-${++count}`, run));
  beforeEach(async () => {
    await send('POST', '/api/v1/namespaces', namespaceOf(namespace()));
  });

  return { send, pathOf, read, isThere, stageOf, drive, refusals, actions, namespace };
};
