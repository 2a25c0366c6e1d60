import { partOfLabel } from './apply-set.ts';
import type { DesiredObject } from './desired.ts';
import { pathOf } from './discovery.ts';
import { conditionOf, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { followCollections } from './watch/follow-collections.ts';
import { hasTime, lastMoment, type Writing } from './writing.ts';

/** `refused`: its names are taken, so it will never serve anything. */
export type Established =
  | { readonly status: 'established' }
  | { readonly status: 'refused'; readonly because: string }
  | { readonly status: 'waiting'; readonly because: string };

/** A CRD serves its kinds when its names are accepted and it is established; a highly available control plane takes 5 s for it. */
const assessEstablished = (crd: LiveObject | undefined, name: string): Established => {
  const names = conditionOf(crd, 'NamesAccepted');
  if (textAt(names, 'status') === 'False') {
    return {
      status: 'refused',
      because: `CustomResourceDefinition ${name}: ${textAt(names, 'message') ?? 'its names are taken'}`,
    };
  }
  if (textAt(conditionOf(crd, 'Established'), 'status') === 'True') return { status: 'established' };
  return { status: 'waiting', because: `waiting for CustomResourceDefinition ${name} to be established` };
};

/** Looked at again so soon although nothing has changed. Costs no request. */
const lookAgainMs = 1000;

/**
 * Waits for all of a batch of CRDs, as long as the slice has time: one LIST of those of their sets and, where one is not established
 * by then, one WATCH. @throws ClusterUnreachable, AccessRefused, ApiServerRefused.
 */
export const waitEstablished = async (writing: Writing, crds: readonly DesiredObject[]): Promise<Established> => {
  const [first] = crds;
  if (first === undefined) return { status: 'established' };
  const { cluster, clock, invocation } = writing;
  const until = lastMoment(writing);
  const following = followCollections({ cluster, clock, signal: invocation.signal, until });
  try {
    const sets = [...new Set(crds.map(({ manifest }) => manifest.metadata.labels?.[partOfLabel] ?? ''))].sort();
    const selector = encodeURIComponent(`${partOfLabel} in (${sets.join(',')})`);
    const path = `${pathOf(first.served, '')}?labelSelector=${selector}`;
    const follower = await following.follow({ served: first.served, path });
    for (;;) {
      const live = new Map([...follower.objects()].map((crd) => [crd.metadata.name, crd]));
      const found = crds.map(({ manifest: { metadata } }) => assessEstablished(live.get(metadata.name), metadata.name));
      const open = found.find(({ status }) => status === 'refused') ?? found.find(({ status }) => status === 'waiting');
      if (open?.status !== 'waiting' || !hasTime(writing, lookAgainMs)) return open ?? { status: 'established' };
      await following.changed(lookAgainMs);
    }
  } finally {
    await following.close();
  }
};
