import { isObject, listAt, objectAt, textAt } from './fields.ts';

/** What a pod template can not start without, by kind and name, in its own namespace. */
export interface PodReference {
  readonly kind: 'ConfigMap' | 'Secret' | 'ServiceAccount' | 'PersistentVolumeClaim';
  readonly name: string;
}

/** The pod specs of an object: of a Pod, of a workload, of a CronJob. Found by their `containers`, so custom workloads count too. */
export const podSpecsOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap(podSpecsOf);
  if (!isObject(value)) return [];
  if (Array.isArray(value.containers)) return [value];
  return Object.values(value).flatMap(podSpecsOf);
};

/** Everything the pods of an object refer to. */
export const podReferencesOf = (object: unknown): readonly PodReference[] =>
  podSpecsOf(object).flatMap((spec) => {
    const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
    return [
      ...reference('ServiceAccount', account),
      ...listAt(spec, 'imagePullSecrets').flatMap((secret) => reference('Secret', textAt(secret, 'name'))),
      ...listAt(spec, 'volumes').flatMap(volumeReferences),
      ...[...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].flatMap(containerReferences),
    ];
  });

const reference = (kind: PodReference['kind'], name: string | undefined): readonly PodReference[] =>
  name === undefined || name === '' ? [] : [{ kind, name }];

const volumeReferences = (volume: unknown): readonly PodReference[] => [
  ...reference('ConfigMap', textAt(volume, 'configMap', 'name')),
  ...reference('Secret', textAt(volume, 'secret', 'secretName')),
  ...reference('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName')),
  ...listAt(volume, 'projected', 'sources').flatMap((source) => [
    ...reference('ConfigMap', textAt(source, 'configMap', 'name')),
    ...reference('Secret', textAt(source, 'secret', 'name')),
  ]),
];

const containerReferences = (container: unknown): readonly PodReference[] => [
  ...listAt(container, 'envFrom').flatMap((from) => [
    ...reference('ConfigMap', textAt(from, 'configMapRef', 'name')),
    ...reference('Secret', textAt(from, 'secretRef', 'name')),
  ]),
  ...listAt(container, 'env').flatMap((variable) => {
    const from = objectAt(variable, 'valueFrom');
    return [
      ...reference('ConfigMap', textAt(from, 'configMapKeyRef', 'name')),
      ...reference('Secret', textAt(from, 'secretKeyRef', 'name')),
    ];
  }),
];
