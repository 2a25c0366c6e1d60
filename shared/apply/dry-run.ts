import type { Cluster } from '../clouds/cluster.ts';
import type { Manifest } from '../rollout/release.ts';
import { type Answer, ask } from './api-requests.ts';
import { applyQuery, applyType } from './apply-request.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';

/** What the server would answer to applying a manifest. Nothing is written; webhooks without side effects are asked. */
export const dryRun = (
  manifest: Manifest,
  { served }: Pick<DesiredObject, 'served'>,
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
  force: boolean,
): Promise<Answer> => {
  const { namespace = '', name } = manifest.metadata;
  return ask(cluster, `${pathOf(served, namespace, name)}?${applyQuery()}&dryRun=All${force ? '&force=true' : ''}`, {
    method: 'PATCH',
    headers: { 'content-type': applyType },
    body: JSON.stringify(manifest),
    signal,
  });
};
