import type { ControlPlane } from '../control-plane.ts';
import { copyOf, isJsonObject, type Json, type JsonObject, type KubeObject, numberAt, objectAt } from '../object.ts';
import type { Resource, ScalePaths } from '../schema/resource.ts';
import { any } from '../schema/type.ts';
import { type WriteOptions, writeAs } from './options.ts';
import { patched } from './patch-object.ts';
import { invalid } from './status-error.ts';
import { updateObject } from './write.ts';

const builtinPaths: ScalePaths = { spec: '.spec.replicas', status: '.status.replicas' };
const stepsOf = (path: string) => path.split('.').filter((step) => step !== '');

const read = (object: KubeObject, path: string): Json | undefined => {
  let current: Json | undefined = object;
  for (const step of stepsOf(path)) current = isJsonObject(current) ? current[step] : undefined;
  return current;
};

const selectorText = (selector: JsonObject | undefined): string => {
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(([name, value]) => `${name}=${value}`);
  return labels.toSorted().join(',');
};

/** The `autoscaling/v1` Scale that shows a workload's size. */
export const scaleOf = ({ custom }: Resource, object: KubeObject): JsonObject => {
  const paths = custom?.scale ?? builtinPaths;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(read(object, paths.spec) ?? 0);
  const selector =
    custom === undefined
      ? selectorText(objectAt(object.spec, 'selector'))
      : String((paths.selector && read(object, paths.selector)) ?? '');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: name ?? '',
      namespace: namespace ?? '',
      uid: uid ?? '',
      resourceVersion: resourceVersion ?? '',
      creationTimestamp: creationTimestamp ?? null,
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(read(object, paths.status) ?? 0), ...(selector === '' ? {} : { selector }) },
  };
};

/** Writes a size through the scale subresource: `change` is a whole Scale, or a patch of it. */
export const writeScale = (
  plane: ControlPlane,
  resource: Resource,
  live: KubeObject,
  change: { readonly type: string; readonly body: Json },
  options: WriteOptions,
): JsonObject => {
  const before = scaleOf(resource, live);
  const after = change.type === 'put' ? change.body : patched({ type: any }, copyOf(before), change.type, change.body);
  const replicas = numberAt(after, 'spec', 'replicas') ?? 0;
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    const error = { reason: 'FieldValueInvalid', field: 'spec.replicas', message } as const;
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, live.metadata.name ?? '', [error]);
  }
  const next = copyOf(live);
  const steps = stepsOf((resource.custom?.scale ?? builtinPaths).spec);
  let parent: JsonObject = next;
  for (const step of steps.slice(0, -1)) {
    const below = parent[step];
    parent = isJsonObject(below) ? below : {};
  }
  parent[steps.at(-1) ?? 'replicas'] = replicas;
  return scaleOf(resource, updateObject(plane, resource, live, next, writeAs(options, 'scale')));
};
