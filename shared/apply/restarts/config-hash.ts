import { canonicalJson, digestOf } from '../../rollout/digest.ts';
import type { Manifest, RenderedTarget } from '../../rollout/release.ts';
import { isObject, objectAt } from '../fields.ts';
import { normalise } from '../normalise.ts';
import { identityOf } from '../object-id.ts';
import { contentOf, hashOfRead, isConfig } from './config-content.ts';
import { configReadsOf, readsOf } from './config-reads.ts';
import { isWorkload } from './workload.ts';

/** On a pod template: one hash of all that the pods read of the set's ConfigMaps and Secrets, so that they restart when it changes. */
export const configHashAnnotation = 'tidegate.dev/config-hash';

/**
 * The target with the hash of what its pods read on every workload of the named services: by content of what was rendered, by key where
 * the pods name keys. What the release does not bring is not in it. No workload that reads nothing of the set is touched; twice is
 * as once.
 */
export const withConfigHashes = (
  rendered: RenderedTarget,
  namespace: string,
  services: ReadonlySet<string>,
): RenderedTarget => {
  const placed = (object: Manifest): Manifest => ({ ...object, metadata: { namespace, ...object.metadata } });
  const configs = new Map(
    rendered.services
      .flatMap(({ objects }) => objects)
      .filter(({ object }) => isConfig(object))
      .map(({ object }) => [identityOf(placed(object)), contentOf(normalise(object))] as const),
  );
  const hashOf = (workload: Manifest): string | undefined => {
    const reads = configReadsOf(placed(workload));
    const read = [...new Set(reads.map(({ object }) => object))].filter((id) => configs.has(id)).sort();
    if (read.length === 0) return undefined;
    const hashes = read.map((id) => {
      const howRead = readsOf(reads, id);
      return [id, hashOfRead(configs.get(id) ?? new Map(), (key) => howRead(key) !== undefined)];
    });
    return digestOf(canonicalJson(hashes));
  };
  return {
    ...rendered,
    services: rendered.services.map(({ service, objects }) => ({
      service,
      objects: services.has(service)
        ? objects.map((each) => {
            const hash = isWorkload(each.object) ? hashOf(each.object) : undefined;
            return hash === undefined ? each : { ...each, object: annotated(each.object, hash) };
          })
        : objects,
    })),
  };
};

const annotated = (workload: Manifest, hash: string): Manifest => {
  const spec = objectAt(workload, 'spec');
  const template = objectAt(spec, 'template');
  const metadata = objectAt(template, 'metadata');
  const annotations = { ...(isObject(metadata.annotations) ? metadata.annotations : {}), [configHashAnnotation]: hash };
  return { ...workload, spec: { ...spec, template: { ...template, metadata: { ...metadata, annotations } } } };
};
