import type { JsonObject, KubeObject } from '../object.ts';
import type { Resource } from '../schema/resource.ts';

/** Who writes, as admission is told, and how what it has to say gets back. */
export interface Requester {
  readonly username: string;
  readonly groups: readonly string[];
  /** The `CreateOptions`, `UpdateOptions` or `DeleteOptions` of the request. */
  readonly options: JsonObject;
  readonly warn: (text: string) => void;
  /** Milliseconds that asking somebody took; the answer to the request comes that much later. */
  readonly delay: (ms: number) => void;
}

/** One write as admission sees it, before it is stored. */
export interface Attempt {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Absent for a delete. */
  readonly object?: KubeObject;
  /** Absent for a create. */
  readonly oldObject?: KubeObject;
  readonly requester: Requester;
  readonly dryRun: boolean;
}

const controllers = 'system:kube-controller-manager';

/** What controllers and kubelets write is admitted like anything else. */
export const systemRequester: Requester = {
  username: controllers,
  groups: ['system:authenticated'],
  options: {},
  warn: () => {},
  delay: () => {},
};

/** The `request` of an `AdmissionReview`, and of a CEL expression. */
export const admissionRequest = (attempt: Attempt, uid: string): JsonObject => {
  const { resource, subresource, operation, requester, name, namespace } = attempt;
  const { group, version } = resource;
  const kind = { group, version, kind: resource.kind };
  const asked = { group, version, resource: resource.plural };
  return {
    uid,
    kind,
    resource: asked,
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: { ...kind },
    requestResource: { ...asked },
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    name,
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: { username: requester.username, groups: [...requester.groups] },
    object: attempt.object ?? null,
    oldObject: attempt.oldObject ?? null,
    dryRun: attempt.dryRun,
    options: { ...requester.options },
  };
};
