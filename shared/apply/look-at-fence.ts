import type { Cluster } from '../clouds/cluster.ts';
import type { FenceStanding } from '../rollout/fence.ts';
import type { Manifest } from '../rollout/release.ts';
import { type ApiRefusal, ask, liveObject } from './api-requests.ts';
import { assessRefusal } from './assess-refusal.ts';
import { pathOf, type ServedKind } from './discovery.ts';
import { assessPolicy, fenceBinding, fencePolicy, type PolicyFound, policyName } from './fence-policy.ts';
import type { LiveObject } from './live-object.ts';

/** The policy or its binding. */
interface FencePart {
  readonly manifest: Manifest;
  readonly path: string;
}

const kindOf = (kind: string, plural: string): ServedKind => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind,
  plural,
  namespaced: false,
});
const partOf = (manifest: Manifest, plural: string): FencePart => ({
  manifest,
  path: pathOf(kindOf(manifest.kind, plural), '', policyName),
});
export const fenceParts: readonly FencePart[] = [
  partOf(fencePolicy, 'validatingadmissionpolicies'),
  partOf(fenceBinding, 'validatingadmissionpolicybindings'),
];

/** What is there of one part, or why that can not be read. */
export const readFencePart = async (
  { manifest, path }: FencePart,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<{ readonly found: PolicyFound; readonly live?: LiveObject } | { readonly unreadable: string }> => {
  const answer = await ask(cluster, path, { signal });
  if (!answer.ok && assessRefusal(answer.refused) !== 'missing') {
    return { unreadable: unreadable(manifest, answer.refused) };
  }
  const live = answer.ok ? liveObject(answer.body) : undefined;
  return { found: assessPolicy(manifest, live), ...(live && { live }) };
};

/** What is said of a part that is not there, or too old, where it may not be installed. */
export const missingPart = ({ kind }: Manifest, { is }: PolicyFound): string =>
  `${kind} ${policyName} is ${is === 'older' ? 'of an older version of Tidegate' : 'not there'}`;

/** Whether the API server refuses stale writers now. Reads only; two requests. */
export const lookAtFence = async (cluster: Cluster, signal: AbortSignal): Promise<FenceStanding> => {
  for (const part of fenceParts) {
    const read = await readFencePart(part, cluster, signal);
    if ('unreadable' in read) return { isEnforced: false, because: read.unreadable };
    if (read.found.is === 'ours') continue;
    const because = 'because' in read.found ? read.found.because : missingPart(part.manifest, read.found);
    return { isEnforced: false, because };
  }
  return { isEnforced: true };
};

const unreadable = ({ kind }: Manifest, refused: ApiRefusal): string =>
  assessRefusal(refused) === 'kind-missing'
    ? `the API server serves no ${kind} of admissionregistration.k8s.io/v1; that takes Kubernetes 1.30`
    : `${kind} ${policyName} can not be read: ${refused.code} ${refused.message}`;
