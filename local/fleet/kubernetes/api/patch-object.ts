import type { ControlPlane } from '../control-plane.ts';
import { copyOf, isJsonObject, type Json, type JsonObject, type KubeObject } from '../object.ts';
import { jsonPatch, PatchFailed } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts';
import type { Resource } from '../schema/resource.ts';
import { type ApplyTarget, applyObject, type Written } from './apply-object.ts';
import { type ParsedBody, parseBody } from './body.ts';
import { decode } from './decode.ts';
import { type WriteOptions, writeAs } from './options.ts';
import { badRequest, invalid, notFound, StatusError, unsupportedMediaType } from './status-error.ts';
import { updateObject } from './write.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const applyPatchType = 'application/apply-patch+yaml';
const strategicType = 'application/strategic-merge-patch+json';

/** Refuses what no kind takes, then what this kind does not take. */
const checkType = (resource: Resource, type: string) => {
  const known = [jsonPatchType, mergePatchType, strategicType, applyPatchType];
  if (!known.includes(type)) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  if (resource.custom !== undefined && type === strategicType) {
    throw unsupportedMediaType([jsonPatchType, mergePatchType, applyPatchType]);
  }
};

/** What a patch of this type makes of `live`. Throws a 400 or 422 StatusError. */
export const patched = (resource: Pick<Resource, 'type'>, live: JsonObject, type: string, patch: Json): JsonObject => {
  if (type === jsonPatchType) return byOperations(live, patch);
  if (!isJsonObject(patch)) throw badRequest('a merge patch must be an object');
  const result = type === strategicType ? strategicMergePatch(resource.type, live, patch) : mergePatch(live, patch);
  return isJsonObject(result) ? result : {};
};

const byOperations = (live: JsonObject, patch: Json): JsonObject => {
  try {
    const result = jsonPatch(live, patch);
    if (isJsonObject(result)) return result;
    throw badRequest('the patch leaves no object');
  } catch (error) {
    if (!(error instanceof PatchFailed)) throw error;
    const message = 'the server rejected our request due to an error in our request';
    throw new StatusError(422, 'Invalid', message, {});
  }
};

/** Answers a PATCH of an object, or of its status. */
export const patchObject = (
  plane: ControlPlane,
  target: ApplyTarget,
  contentType: string,
  bodyText: string,
  options: WriteOptions & { readonly namedManager: boolean },
  warn: (text: string) => void,
): Written => {
  const { resource, live, name, subresource } = target;
  const type = (contentType.split(';', 1)[0] ?? '').trim();
  checkType(resource, type);
  const body = parseBody(bodyText, type);
  if (type === applyPatchType) {
    if (!options.namedManager) throw managerRequired();
    if (!isJsonObject(body.value)) throw badRequest('error decoding YAML: the patch must be an object');
    return applyObject(plane, target, body.value, body.duplicates, options);
  }
  if (live === undefined) throw notFound(resource, name);
  const result = patched(resource, copyOf(live), type, body.value);
  const next = decodePatched(resource, result, body, options, warn);
  checkIdentity(live, next);
  return { object: updateObject(plane, resource, live, next, writeAs(options, subresource)), created: false };
};

const managerRequired = () =>
  invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
    { reason: 'FieldValueRequired', field: 'fieldManager', message: 'Required value: is required for apply patch' },
  ]);

const decodePatched = (
  resource: Resource,
  result: JsonObject,
  { duplicates }: ParsedBody,
  { fieldValidation }: WriteOptions,
  warn: (text: string) => void,
): KubeObject => {
  const refuse = (because: string) =>
    invalid({ group: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'patch',
        message: `Invalid value: ${JSON.stringify(JSON.stringify(result))}: ${because}`,
      },
    ]);
  try {
    const { object, complaints } = decode(resource, result, duplicates);
    if (complaints.length > 0 && fieldValidation === 'Strict')
      throw refuse(`strict decoding error: ${complaints.join(', ')}`);
    if (fieldValidation === 'Warn') for (const complaint of complaints) warn(complaint);
    return object;
  } catch (error) {
    if (error instanceof StatusError && error.code === 400) throw refuse(error.message);
    throw error;
  }
};

/** A patch may not rename or move an object. */
export const checkIdentity = (live: KubeObject, next: KubeObject): void => {
  const { name, namespace } = next.metadata;
  if (name !== live.metadata.name) {
    throw badRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${live.metadata.name})`,
    );
  }
  if (namespace !== undefined && namespace !== live.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
};
