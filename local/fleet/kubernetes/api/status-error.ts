import type { JsonObject } from '../object.ts';
import { groupKindOf, groupResourceOf, type Resource } from '../schema/resource.ts';

export type Cause = { reason?: string; message: string; field?: string };

/** A refusal, with the `Status` object the API answers. The wording is the real server's (apimachinery `pkg/api/errors`). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly status: JsonObject;
  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.code = code;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

type Named = Pick<Resource, 'group' | 'plural'>;
const groupDetails = (group: string): JsonObject => (group === '' ? {} : { group });
const about = (resource: Named, name: string): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...groupDetails(resource.group),
  kind: resource.plural,
});

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const notFound = (resource: Named, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${groupResourceOf(resource)} "${name}" not found`, about(resource, name));

/** No such path: the answer for kinds and versions that are not served. */
export const pathNotFound = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (resource: Named, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${groupResourceOf(resource)} "${name}" already exists`, about(resource, name));

export const conflict = (resource: Named, name: string, because: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResourceOf(resource)} "${name}": ${because}`,
    about(resource, name),
  );

export const staleVersion = (resource: Named, name: string): StatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const forbidden = (resource: Named, name: string, because: string, causes: readonly Cause[] = []): StatusError =>
  new StatusError(403, 'Forbidden', `${groupResourceOf(resource)} "${name}" is forbidden: ${because}`, {
    ...about(resource, name),
    ...(causes.length === 0 ? {} : { causes: [...causes] }),
  });

export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const expired = (asked: number, oldest: number): StatusError =>
  new StatusError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);

export const internalError = (message: string): StatusError => new StatusError(500, '', message);

/** One thing wrong with a field. `reason` is the API's cause type. */
export interface FieldError {
  readonly reason:
    | 'FieldValueNotFound'
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueTypeInvalid'
    | 'FieldValueTooLong';
  /** `spec.replicas`. */
  readonly field: string;
  /** Without the field: `Invalid value: -1: must be greater than or equal to 0`. */
  readonly message: string;
}

/** 422, all that is wrong at once. */
export const invalid = (
  resource: Pick<Resource, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): StatusError => {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const [first = ''] = texts;
  const body = texts.length === 1 ? first : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${groupKindOf(resource)} "${name}" is invalid: ${body}`, {
    ...(name === '' ? {} : { name }),
    ...groupDetails(resource.group),
    ...(resource.kind === '' ? {} : { kind: resource.kind }),
    causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
};
