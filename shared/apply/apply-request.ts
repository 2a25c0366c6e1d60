import { fieldManager } from './manager.ts';

/** How a body is said to be one of server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply). */
export const applyType = 'application/apply-patch+yaml';

/** The query of every apply: whose fields they are, and nothing unknown let by. */
export const applyQuery = (manager = fieldManager, isForced = false): string =>
  `fieldManager=${manager}&fieldValidation=Strict${isForced ? '&force=true' : ''}`;

/** What a write that applies `object` at `path` sends. */
export const applyRequest = (path: string, object: object, manager = fieldManager, isForced = false) =>
  ({
    verb: 'apply',
    path: `${path}?${applyQuery(manager, isForced)}`,
    method: 'PATCH',
    contentType: applyType,
    body: JSON.stringify(object),
  }) as const;
