import { describe, expect, it } from 'vitest';
import { planTarget } from '../../shared/apply/plan-target.ts';
import type { ClusterRequest } from '../../shared/clouds/cluster.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, service } from './manifests.ts';
import { deploy, recordCluster, releaseOf, renderedOf, type Seen } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const status = 'application/merge-patch+json';
const asking = (cpu: string, object: Manifest): Manifest =>
  JSON.parse(JSON.stringify(object).replace('"cpu":"1000m"', `"cpu":"${cpu}"`));
const agent = (cpu: string, annotations: Readonly<Record<string, string>> = {}): Manifest => {
  const { template, selector } = deployment('agent').spec as { readonly template: object; readonly selector: object };
  const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', annotations } };
  return asking(cpu, { ...object, spec: { selector, template } });
};

/** Lint beside what is live: what a target has room for, and who is there already. */
export const roomSuite = (server: () => Server): void => {
  const { send, stageOf, drive, namespace } = playOn(server, 'room');
  const planned = async (rendered: ReturnType<typeof renderedOf>, cluster = stageOf().cluster) => {
    const { signal } = new AbortController();
    const input = { cluster, rendered, release: releaseOf(rendered), namespace: namespace(), signal };
    return drive(planTarget(input));
  };
  const told = async (...objects: readonly Manifest[]) => {
    const result = await planned(renderedOf({ web: objects }));
    return result.status === 'planned'
      ? result.findings.map(({ rule, because }) => `${rule} ${because.replace(/^.*?: /, '')}`)
      : result.refusals.map(({ code, because }) => `${code} ${because.replace(/^.*?: /, '')}`);
  };
  const reads = (seen: readonly Seen[]) =>
    seen
      .map(({ path }) => (path.split('?')[0] ?? '').replace(namespace(), 'N'))
      .filter((path) => /(nodes|pods|priorityclasses|resourcequotas|poddisruptionbudgets)$/.test(path))
      .sort();

  describe('room on a target', () => {
    it('is asked for with five LISTs where a workload is created, and not at all for a set that stays', async () => {
      const rendered = renderedOf({ web: [configMap('settings'), deployment('web', { replicas: 1 })] });
      const stage = stageOf();
      await planned(rendered, stage.cluster);
      expect(reads(stage.cluster.seen)).toEqual([
        '/api/v1/namespaces/N/resourcequotas',
        '/api/v1/nodes',
        '/api/v1/pods',
        '/apis/policy/v1/namespaces/N/poddisruptionbudgets',
        '/apis/scheduling.k8s.io/v1/priorityclasses',
      ]);
      await drive(deploy(rendered, stageOf()));
      const again = stageOf();
      await planned(rendered, again.cluster);
      const settings = stageOf();
      const other = renderedOf({ web: [configMap('settings', { key: 'new' }), deployment('web', { replicas: 1 })] });
      await planned(other, settings.cluster);
      expect([reads(again.cluster.seen), reads(settings.cluster.seen)]).toEqual([[], []]);
    });

    it('that a DaemonSet lacks refuses it, unless somebody says why it may', async () => {
      const [refusal, ...more] = await told(agent('900'));
      expect(refusal).toMatch(
        /^CAPACITY it needs cpu 900, memory 64Mi on each of \d nodes?, and \d of them (has|have) less: .* \(no-room\); change it, or state why in annotation tidegate.dev\/waive-no-room$/,
      );
      expect(more.every((each) => each.startsWith('CAPACITY '))).toBe(true);
      expect(await told(agent('900', { 'tidegate.dev/waive-no-room': 'new nodes are on their way' }))).toContainEqual(
        expect.stringMatching(/^no-room it needs cpu 900.*; waived: new nodes are on their way$/),
      );
    });

    it('that no node could ever give refuses a Deployment; what only waits is told', async () => {
      expect(await told(asking('900', deployment('web')))).toEqual([
        expect.stringMatching(
          /^CAPACITY a pod needs cpu 900, and of \d nodes? that take it none has more than cpu \d+ /,
        ),
      ]);
      expect(await told(deployment('web', { replicas: 900 }))).toContainEqual(
        expect.stringMatching(
          /^little-room only \d+ of 900 pods fit on \d nodes? that take them, for want of (cpu|pods)$/,
        ),
      );
    });

    it('that may not be looked at is said, and the plan is made', async () => {
      const request = async (path: string, init?: ClusterRequest) =>
        path.startsWith('/api/v1/nodes') || path.includes('/resourcequotas')
          ? Response.json({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }, { status: 403 })
          : server().request(path, init);
      const result = await planned(renderedOf({ web: [deployment('web')] }), recordCluster(request));
      expect(result.status === 'planned' && result.findings.filter(({ rule }) => rule === 'room-not-checked')).toEqual(
        [`quotas of ${namespace()}`, 'room on the nodes'].map((what) => ({
          rule: 'room-not-checked',
          severity: 'warning',
          because: expect.stringContaining(
            `whether there is room was not checked: ${what} could not be read (rehearsal: GET`,
          ),
        })),
      );
    });

    it('that a quota does not leave refuses', async () => {
      const quotas = `/api/v1/namespaces/${namespace()}/resourcequotas`;
      const hard = { pods: '1', 'requests.cpu': '20' };
      await send('POST', quotas, {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'team' },
        spec: { hard },
      });
      await send(
        'PATCH',
        `${quotas}/team/status`,
        // What a controller finds used as well, whenever it looks.
        { status: { hard, used: { pods: '0', 'requests.cpu': '0' } } },
        status,
      );
      expect(await told(deployment('web', { replicas: 2 }))).toEqual([
        expect.stringMatching(
          new RegExp(
            `^CAPACITY it needs pods 2 more, and ResourceQuota ${namespace()}/team leaves pods 1 \\(quota-exceeded\\)`,
          ),
        ),
      ]);
    });
  });

  describe('what is there beside the release', () => {
    it('may be what a Service leads to', async () => {
      expect(await told(service('web'))).toEqual(['dangling-service it selects app=web, which no pods have']);
      await drive(deploy(renderedOf({ other: [deployment('web', { replicas: 1 })] }), stageOf()));
      expect(await told(service('web'))).toEqual([]);
    });

    it('may be the budget of a workload, and says when it is used up', async () => {
      const objects = [deployment('web'), service('web')];
      expect(await told(...objects)).toContainEqual(expect.stringMatching(/^no-budget /));
      const budgets = `/apis/policy/v1/namespaces/${namespace()}/poddisruptionbudgets`;
      const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'theirs' } };
      await send('POST', budgets, { ...budget, spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } } });
      expect(await told(...objects)).not.toContainEqual(expect.stringMatching(/^no-budget /));
      await drive(deploy(renderedOf({ web: objects }), stageOf()));
      const used = { disruptionsAllowed: 0, expectedPods: 2, currentHealthy: 1, desiredHealthy: 2 };
      await send('PATCH', `${budgets}/theirs/status`, { status: used }, status);
      const next = await told(deployment('web', { image: 'registry.example.com/web:v2' }), service('web'));
      // Two of two are wanted: none may go, whoever writes that into its status.
      expect(next.filter((each) => each.startsWith('budget-exhausted'))).toEqual([
        expect.stringMatching(
          /^budget-exhausted PodDisruptionBudget theirs allows no disruption now: [12] of its pods are well, it wants 2$/,
        ),
      ]);
    });
  });
};
