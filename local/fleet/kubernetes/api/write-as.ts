import { type Attempt, type Requester, systemRequester } from '../admission/attempt.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { Resource } from '../schema/resource.ts';

/** How a write is carried out, and in whose name. */
export interface WriteAs {
  readonly manager: string;
  readonly dryRun: boolean;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The owners where applying has worked them out already. */
  readonly managedFields?: ManagedFieldsEntry[];
  /** Absent where the cluster itself writes. */
  readonly requester?: Requester;
}

/** The write as admission is asked about it. */
export const attemptOf = (
  operation: Attempt['operation'],
  resource: Resource,
  object: KubeObject,
  { subresource, dryRun, requester = systemRequester }: WriteAs,
): Attempt => ({
  operation,
  resource,
  subresource,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name ?? '',
  object,
  dryRun,
  requester: {
    ...requester,
    options: { ...requester.options, kind: `${operation === 'CREATE' ? 'Create' : 'Update'}Options` },
  },
});
