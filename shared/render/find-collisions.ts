import type { RenderedObject } from '../rollout/release.ts';
import { problemAt, type RenderProblem } from './render-failed.ts';

/**
 * Objects of one target that are the same object: equal group, kind, namespace and name, whatever the version. An object without a
 * namespace counts as in `namespace`, where it would go. Each later one is a problem that names both sources.
 */
export const findCollisions = (objects: readonly RenderedObject[], namespace: string): readonly RenderProblem[] => {
  const first = new Map<string, RenderedObject>();
  return objects.flatMap((rendered) => {
    const { apiVersion, kind, metadata } = rendered.object;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const place = metadata.namespace ?? namespace;
    const identity = JSON.stringify([group, kind, place, metadata.name]);
    const earlier = first.get(identity);
    if (earlier === undefined) {
      first.set(identity, rendered);
      return [];
    }
    const what = `${kind} ${metadata.name} in namespace ${place} is also written at ${earlier.source}; keep one of them`;
    return [problemAt('IDENTITY_COLLISION', rendered.source, what)];
  });
};
