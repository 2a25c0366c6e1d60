import { isJsonObject, type JsonObject, type KubeObject, type ObjectMeta } from '../object.ts';
import { conform, WrongType } from '../schema/conform.ts';
import { BadQuantity } from '../schema/quantity.ts';
import { groupVersionOf, type Resource } from '../schema/resource.ts';
import type { WriteOptions } from './options.ts';
import { badRequest } from './status-error.ts';

export interface Decoded {
  readonly object: KubeObject;
  /** What strict decoding would have refused: `unknown field "spec.replica"`. */
  readonly complaints: readonly string[];
}

const cannotHandle = (resource: Resource, kind: string, version: string, because: string) =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${resource.kind}: ${because}`);

/** Reads `raw` as an object of this kind. Throws a 400 StatusError where a value can not be what its field is. */
export const decode = (resource: Resource, raw: JsonObject, duplicates: readonly string[]): Decoded => {
  const kind = typeof raw.kind === 'string' && raw.kind !== '' ? raw.kind : resource.kind;
  const apiVersion =
    typeof raw.apiVersion === 'string' && raw.apiVersion !== '' ? raw.apiVersion : groupVersionOf(resource);
  const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
  if (kind !== resource.kind || apiVersion !== groupVersionOf(resource)) {
    const internal = resource.group === '' ? 'core' : (resource.group.split('.', 1)[0] ?? '');
    const because = `converting (${version}.${kind}) to (${internal}.${resource.kind}): unknown conversion`;
    throw cannotHandle(resource, kind, version, because);
  }
  try {
    const { value, unknown } = conform(resource.type, raw, resource.custom !== undefined);
    return {
      object: asObject(value, resource),
      complaints: [
        ...duplicates.map((path) => `duplicate field "${path}"`),
        ...unknown.map((path) => `unknown field "${path}"`),
      ],
    };
  } catch (error) {
    if (error instanceof WrongType || error instanceof BadQuantity) {
      throw cannotHandle(resource, kind, version, error.message);
    }
    throw error;
  }
};

/** As `decode`, for the body of a create or an update: refuses the complaints when strict, else hands them on as warnings. */
export const decodeBody = (
  resource: Resource,
  raw: JsonObject,
  duplicates: readonly string[],
  { fieldValidation }: WriteOptions,
  warn: (text: string) => void,
): KubeObject => {
  const { object, complaints } = decode(resource, raw, duplicates);
  if (complaints.length > 0 && fieldValidation === 'Strict') {
    const version = object.apiVersion.slice(object.apiVersion.lastIndexOf('/') + 1);
    throw cannotHandle(resource, object.kind, version, `strict decoding error: ${complaints.join(', ')}`);
  }
  if (fieldValidation === 'Warn') for (const complaint of complaints) warn(complaint);
  return object;
};

/** Gives a value of the kind its apiVersion, kind and metadata. */
export const asObject = (value: unknown, resource: Resource): KubeObject => {
  const object: JsonObject = { ...(value as JsonObject) };
  const metadata: ObjectMeta = isJsonObject(object.metadata) ? (object.metadata as ObjectMeta) : {};
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  return { apiVersion: groupVersionOf(resource), kind: resource.kind, metadata, ...rest };
};
