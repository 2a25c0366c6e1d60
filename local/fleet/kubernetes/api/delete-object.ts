import { admit } from '../admission/admit.ts';
import { type Requester, systemRequester } from '../admission/attempt.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import {
  copyOf,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  timestampOf,
} from '../object.ts';
import { groupKindOf, groupResourceOf, type Resource } from '../schema/resource.ts';
import { keyOf } from './object-key.ts';
import { invalid, StatusError } from './status-error.ts';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly graceSeconds?: number;
  /** Absent where the cluster itself deletes. */
  readonly requester?: Requester;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** The query and the body of a delete together; the body counts where both say something. Throws a 422 StatusError. */
export const parseDeleteOptions = (query: URLSearchParams, body: JsonObject): DeleteOptions => {
  const propagation = stringAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? 'Background';
  if (!policies.includes(propagation)) {
    const supported = [...policies, 'nil'].map((policy) => JSON.stringify(policy)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(propagation)}: supported values: ${supported}`;
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      { reason: 'FieldValueNotSupported', field: 'propagationPolicy', message },
    ]);
  }
  const grace = query.get('gracePeriodSeconds');
  const graceSeconds = numberAt(body, 'gracePeriodSeconds') ?? (grace === null ? undefined : Number(grace));
  const uid = stringAt(body, 'preconditions', 'uid');
  const resourceVersion = stringAt(body, 'preconditions', 'resourceVersion');
  return {
    dryRun: listAt(body, 'dryRun').includes('All') || query.getAll('dryRun').includes('All'),
    propagation: propagation === 'Foreground' || propagation === 'Orphan' ? propagation : 'Background',
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
  };
};

export const background: DeleteOptions = { dryRun: false, propagation: 'Background' };

export type Deleted = { readonly gone: JsonObject } | { readonly pending: KubeObject };

const preconditionFailed = (resource: Resource, name: string, because: string) =>
  new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${groupKindOf(resource)} "${name}": ${because}`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.kind,
  });

const checkPreconditions = (resource: Resource, { metadata }: KubeObject, options: DeleteOptions) => {
  const name = metadata.name ?? '';
  if (options.uid !== undefined && options.uid !== metadata.uid) {
    const because = `the UID in the precondition (${options.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw preconditionFailed(resource, name, because);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== metadata.resourceVersion) {
    const because = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw preconditionFailed(resource, name, because);
  }
};

const finalizersFor = ({ metadata }: KubeObject, propagation: DeleteOptions['propagation']): readonly string[] => {
  const kept = (metadata.finalizers ?? []).filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (propagation === 'Orphan') return [...kept, 'orphan'];
  return propagation === 'Foreground' ? [...kept, 'foregroundDeletion'] : (metadata.finalizers ?? []);
};

/** Seconds a pod is given to end. A pod that never got a node has nothing to end. */
const graceOf = (resource: Resource, live: KubeObject, options: DeleteOptions): number => {
  if (groupResourceOf(resource) !== 'pods' || stringAt(live.spec, 'nodeName') === undefined) return 0;
  const phase = stringAt(live.status, 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  return options.graceSeconds ?? numberAt(live.spec, 'terminationGracePeriodSeconds') ?? 30;
};

/** Deletes an object, or marks it where finalizers or a pod's grace hold it. Throws StatusError. Marking twice changes nothing. */
export const deleteObject = (
  plane: ControlPlane,
  resource: Resource,
  live: KubeObject,
  options: DeleteOptions,
): Deleted => {
  checkPreconditions(resource, live, options);
  const name = live.metadata.name ?? '';
  admit(plane, {
    operation: 'DELETE',
    resource,
    subresource: '',
    namespace: live.metadata.namespace ?? '',
    name,
    oldObject: live,
    dryRun: options.dryRun,
    requester: options.requester ?? systemRequester,
  });
  const key = keyOf(resource, live.metadata.namespace ?? '', name);
  const finalizers = finalizersFor(live, options.propagation);
  const grace = graceOf(resource, live, options);
  const holds = finalizers.length > 0 || grace > 0 || listAt(live.spec, 'finalizers').length > 0;
  const status: JsonObject = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: live.metadata.uid ?? '',
    },
  };
  if (!holds) {
    if (!options.dryRun) plane.storage.remove(key, live);
    return { gone: status };
  }
  const shorter = grace < (live.metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
  if (
    live.metadata.deletionTimestamp !== undefined &&
    !shorter &&
    finalizers.length === (live.metadata.finalizers ?? []).length
  ) {
    return { pending: live };
  }
  const marked = copyOf(live);
  marked.metadata.deletionTimestamp = grace > 0 ? timestampOf(plane.clock.now() + grace * 1000) : timeOf(plane);
  marked.metadata.deletionGracePeriodSeconds = grace;
  if (live.metadata.generation !== undefined) marked.metadata.generation = live.metadata.generation + 1;
  if (finalizers.length > 0) marked.metadata.finalizers = [...finalizers];
  if (resource.kind === 'Namespace') marked.status = { ...objectAt(marked, 'status'), phase: 'Terminating' };
  return { pending: options.dryRun ? marked : plane.storage.put(key, marked) };
};
