import type { Cluster } from '../../clouds/cluster.ts';
import type { Finding } from '../../rollout/plan.ts';
import { ask } from '../api-requests.ts';
import type { ComparedObject } from '../compare-object.ts';
import { listAt, objectAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { noBudget } from './budgets.ts';
import { danglingService } from './services.ts';
import { budgetsOf } from './workloads.ts';

/** Services whose pods are looked for on the target; each is a request for one pod. */
const mostServices = 10;

/**
 * Findings that manifests alone could not rule out, looked at again beside what is live: a Service may lead to pods of another set, a
 * budget may be there that the release does not have. One that could not be looked at stays.
 */
export const recheckLive = async (
  findings: readonly Finding[],
  objects: readonly ComparedObject[],
  budgets: readonly LiveObject[],
  live: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<readonly Finding[]> => {
  const byId = new Map(objects.map((object) => [object.id, object]));
  let asked = 0;
  const left: Finding[] = [];
  for (const finding of findings) {
    const object = finding.object && byId.get(finding.object);
    const isOfRule = (name: string) => object !== undefined && finding.rule === name;
    if (
      object !== undefined &&
      isOfRule(noBudget.name) &&
      budgetsOf({ object: object.manifest, all: budgets }).length > 0
    ) {
      continue;
    }
    if (
      object !== undefined &&
      isOfRule(danglingService.name) &&
      asked++ < mostServices &&
      (await hasPods(object, live))
    ) {
      continue;
    }
    left.push(finding);
  }
  return left;
};

const hasPods = async (
  { manifest }: ComparedObject,
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<boolean> => {
  const selector = Object.entries(objectAt(manifest, 'spec', 'selector')).map(([name, value]) => `${name}=${value}`);
  const { namespace = '' } = manifest.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?limit=1&labelSelector=${encodeURIComponent(selector.join(','))}`;
  const answer = await ask(cluster, path, { signal });
  return answer.ok && listAt(answer.body, 'items').length > 0;
};
