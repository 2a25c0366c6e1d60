import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../../shared/rollout/digest.ts';
import { copyOf, type JsonObject, type KubeObject, type ObjectMeta, objectAt } from '../object.ts';
import { ownerReference } from './owned.ts';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The hash that names a template's ReplicaSet or revision: the same for the same template, ten characters of the name alphabet. */
export const templateHash = (template: JsonObject | undefined): string =>
  [
    ...createHash('sha256')
      .update(canonicalJson(template ?? {}))
      .digest()
      .subarray(0, 10),
  ]
    .map((byte) => alphabet[byte % alphabet.length])
    .join('');

/** A pod as a workload makes it of its template. */
export const podOf = (
  owner: KubeObject,
  name: string,
  more: {
    readonly labels?: Record<string, string>;
    readonly spec?: JsonObject;
    readonly annotations?: Record<string, string>;
  } = {},
): KubeObject => {
  const template = copyOf(objectAt(owner.spec, 'template') ?? {});
  const metadata = objectAt(template, 'metadata') as ObjectMeta | undefined;
  const annotations = { ...metadata?.annotations, ...more.annotations };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...metadata?.labels, ...more.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...objectAt(template, 'spec'), ...more.spec },
  };
};
