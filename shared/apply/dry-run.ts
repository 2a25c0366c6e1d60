import type { Cluster } from '../clouds/cluster.ts';
import type { Manifest } from '../rollout/release.ts';
import { type Answer, ask } from './api-requests.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { fieldManager } from './manager.ts';

/** What the server would answer to applying a manifest. Nothing is written; webhooks without side effects are asked. */
export const dryRun = (
  manifest: Manifest,
  { served }: Pick<DesiredObject, 'served'>,
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
  force: boolean,
): Promise<Answer> => {
  const { namespace = '', name } = manifest.metadata;
  const query = `fieldManager=${fieldManager}&fieldValidation=Strict&dryRun=All${force ? '&force=true' : ''}`;
  return ask(cluster, `${pathOf(served, namespace, name)}?${query}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(manifest),
    signal,
  });
};
