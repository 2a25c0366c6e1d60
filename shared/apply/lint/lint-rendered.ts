import type { Finding } from '../../rollout/plan.ts';
import type { RenderedTarget } from '../../rollout/release.ts';
import { autoscaledBy, leaveReplicas } from '../autoscaled.ts';
import { identityOf } from '../object-id.ts';
import { type Lintable, lintObjects } from './lint-objects.ts';

/** A finding, and where its object was written. */
export interface PlacedFinding extends Finding {
  readonly source: string;
}

/**
 * The findings about one target as it was rendered, without a cluster: what a Service or a budget of the target itself leads to is not
 * known. Objects that name no namespace are taken to be in `namespace`; of two with one identity the first counts.
 */
export const lintRendered = (rendered: RenderedTarget, namespace: string): readonly PlacedFinding[] => {
  const sources = new Map<string, string>();
  const placed: Lintable[] = [];
  for (const { object, source } of rendered.services.flatMap(({ objects }) => objects)) {
    const id = identityOf(object);
    if (sources.has(id)) continue;
    sources.set(id, source);
    const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? namespace };
    placed.push({ id, manifest: { ...object, metadata } });
  }
  const scaled = autoscaledBy(placed.map(({ manifest }) => manifest));
  return lintObjects(placed.map((each) => (scaled.has(identityOf(each.manifest)) ? leaveReplicas(each) : each))).map(
    (finding) => ({ ...finding, source: sources.get(finding.object ?? '') ?? '' }),
  );
};
