import { warningsOf } from '../admission/warn-of-pod.ts';
import type { ControlPlane } from '../control-plane.ts';
import { copyOf, isJsonObject, type Json, type JsonObject, type KubeObject } from '../object.ts';
import { groupResourceOf, hasSubresource, type Resource } from '../schema/resource.ts';
import { objectBody, parseBody } from './body.ts';
import { asObject, decodeBody } from './decode.ts';
import { deleteObject, parseDeleteOptions } from './delete-object.ts';
import { inVersion, listed, listObjects, matcherOf } from './list-objects.ts';
import { type WriteOptions, writeOptions } from './options.ts';
import { checkIdentity, patchObject } from './patch-object.ts';
import { podLog } from './pod-log.ts';
import { evictPod, reviewAnswer } from './review.ts';
import type { ResourcePath } from './route.ts';
import { scaleOf, writeScale } from './scale.ts';
import {
  badRequest,
  conflict,
  methodNotAllowed,
  notFound,
  pathNotFound,
  unsupportedMediaType,
} from './status-error.ts';
import { watchObjects } from './watch-objects.ts';
import { createObject, keyOf, updateObject } from './write.ts';

export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** What goes back: JSON, text, or the stream of a watch. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject | string | ReadableStream<Uint8Array>;
  readonly warnings?: readonly string[];
  readonly contentType?: string;
}

interface Asked {
  readonly plane: ControlPlane;
  readonly resource: Resource;
  readonly path: ResourcePath;
  readonly request: ApiRequest;
  readonly warn: (text: string) => void;
}

const optionKinds: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
};

const optionsOf = ({ method, query, userAgent }: ApiRequest): WriteOptions & { readonly namedManager: boolean } => ({
  ...writeOptions(query, userAgent, optionKinds[method] ?? 'PatchOptions'),
  namedManager: (query.get('fieldManager') ?? '') !== '',
});

const acceptedBodies = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
];

const bodyOf = ({ request }: Asked): { readonly value: JsonObject; readonly duplicates: readonly string[] } => {
  const type = (request.contentType.split(';', 1)[0] ?? '').trim();
  if (type !== '' && type !== 'application/json' && type !== 'application/yaml')
    throw unsupportedMediaType(acceptedBodies);
  const parsed = parseBody(request.body, type);
  return { value: objectBody(parsed), duplicates: parsed.duplicates };
};

const liveOf = ({ plane, resource, path }: Asked): KubeObject | undefined =>
  plane.storage.get(keyOf(resource, path.namespace ?? '', path.name));

const existing = (asked: Asked): KubeObject => {
  const live = liveOf(asked);
  if (live === undefined) throw notFound(asked.resource, asked.path.name);
  return inVersion(asked.resource, live);
};

/** Answers a request about one kind. Throws StatusError. */
export const answerResource = (plane: ControlPlane, path: ResourcePath, request: ApiRequest): Answer => {
  const resource = plane.registry.find(path.group, path.version, path.plural);
  if (resource === undefined) throw pathNotFound();
  if (!resource.namespaced && path.namespace !== undefined) throw pathNotFound();
  const warnings: string[] = [];
  const asked: Asked = { plane, resource, path, request, warn: (text) => warnings.push(text) };
  const answer = path.subresource !== '' ? subresource(asked) : path.name !== '' ? one(asked) : collection(asked);
  return warnings.length === 0 ? answer : { ...answer, warnings };
};

const collection = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  const { query, signal } = request;
  if (request.method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') {
      return { status: 200, body: watchObjects(plane, resource, path.namespace, '', query, signal) };
    }
    if (!resource.verbs.includes('list')) throw methodNotAllowed();
    return { status: 200, body: listObjects(plane, resource, path.namespace, query) };
  }
  if (request.method === 'POST') return create(asked);
  if (request.method === 'DELETE') return deleteCollection(asked);
  throw methodNotAllowed();
};

const create = (asked: Asked): Answer => {
  const { plane, resource, path, request, warn } = asked;
  const options = optionsOf(request);
  const { value, duplicates } = bodyOf(asked);
  if (!resource.verbs.includes('get')) return { status: 201, body: reviewAnswer(resource, value) };
  const object = copyOf(decodeBody(resource, value, duplicates, options, warn));
  if (resource.namespaced && path.namespace === undefined) throw methodNotAllowed();
  const { namespace } = object.metadata;
  if (resource.namespaced && namespace !== undefined && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const write = { manager: options.manager, dryRun: options.dryRun, subresource: '' };
  for (const text of warningsOf(object)) warn(text);
  return { status: 201, body: createObject(plane, resource, path.namespace ?? '', object, write) };
};

const deleteCollection = ({ plane, resource, path, request }: Asked): Answer => {
  const body = request.body === '' ? {} : objectBody(parseBody(request.body, request.contentType));
  const options = parseDeleteOptions(request.query, body);
  const isWanted = matcherOf(resource, path.namespace, '', request.query);
  const found = plane.storage.list(groupResourceOf(resource), path.namespace).filter(isWanted);
  for (const object of found) deleteObject(plane, resource, object, options);
  const list = listObjects(plane, resource, path.namespace, new URLSearchParams());
  return { status: 200, body: { ...list, items: found.map((object) => listed(resource, object)) } };
};

const one = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  if (resource.namespaced && path.namespace === undefined) throw pathNotFound();
  switch (request.method) {
    case 'GET':
      if (request.query.get('watch') === 'true') {
        return {
          status: 200,
          body: watchObjects(plane, resource, path.namespace, path.name, request.query, request.signal),
        };
      }
      return { status: 200, body: existing(asked) };
    case 'PUT':
      return replace(asked);
    case 'PATCH':
      return patch(asked);
    case 'DELETE': {
      const options = optionsOfDelete(request);
      const deleted = deleteObject(plane, resource, existing(asked), options);
      return { status: 200, body: 'gone' in deleted ? deleted.gone : deleted.pending };
    }
    default:
      throw methodNotAllowed();
  }
};

const optionsOfDelete = ({ query, body, contentType }: ApiRequest) =>
  parseDeleteOptions(query, body === '' ? {} : objectBody(parseBody(body, contentType)));

const replace = (asked: Asked): Answer => {
  const { plane, resource, path, request, warn } = asked;
  const options = optionsOf(request);
  const { value, duplicates } = bodyOf(asked);
  const next = decodeBody(resource, value, duplicates, options, warn);
  const live = liveOf(asked);
  if (live === undefined) throw notFound(resource, path.name);
  checkIdentity(live, { ...next, metadata: { ...namespaceOf(live), ...next.metadata } });
  if (resource.custom !== undefined && !next.metadata.resourceVersion) {
    throw conflict(resource, path.name, 'metadata.resourceVersion must be specified for an update');
  }
  for (const text of warningsOf(next)) warn(text);
  const write = { manager: options.manager, dryRun: options.dryRun, subresource: path.subresource };
  return { status: 200, body: updateObject(plane, resource, inVersion(resource, live), next, write) };
};

const namespaceOf = ({ metadata: { namespace } }: KubeObject) => (namespace === undefined ? {} : { namespace });

const patch = (asked: Asked): Answer => {
  const { plane, resource, path, request, warn } = asked;
  const found = liveOf(asked);
  const live = found === undefined ? undefined : inVersion(resource, found);
  const target = { resource, namespace: path.namespace ?? '', name: path.name, subresource: path.subresource, live };
  const written = patchObject(plane, target, request.contentType, request.body, optionsOf(request), warn);
  for (const text of path.subresource === '' ? warningsOf(written.object) : []) warn(text);
  return { status: written.created ? 201 : 200, body: written.object };
};

const subresource = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  if (!hasSubresource(resource, path.subresource)) throw pathNotFound();
  const { method } = request;
  switch (path.subresource) {
    case 'status':
      if (method === 'GET') return { status: 200, body: existing(asked) };
      if (method === 'PUT') return replace(asked);
      if (method === 'PATCH') return patch(asked);
      throw methodNotAllowed();
    case 'scale':
      return scale(asked);
    case 'log':
      return { status: 200, body: podLog(plane, existing(asked), request.query), contentType: 'text/plain' };
    case 'eviction':
      return { status: 201, body: evictPod(plane, resource, existing(asked), optionsOf(request).dryRun) };
    case 'finalize': {
      const live = existing(asked);
      const sent = asObject(bodyOf(asked).value, resource);
      const finalized = { ...copyOf(live), spec: isJsonObject(sent.spec) ? sent.spec : {} };
      const write = { manager: optionsOf(request).manager, dryRun: false, subresource: 'finalize' };
      return { status: 200, body: updateObject(plane, resource, live, finalized, write) };
    }
    default:
      throw methodNotAllowed();
  }
};

const scale = (asked: Asked): Answer => {
  const { plane, resource, request } = asked;
  const live = existing(asked);
  if (request.method === 'GET') return { status: 200, body: scaleOf(resource, live) };
  if (request.method !== 'PUT' && request.method !== 'PATCH') throw methodNotAllowed();
  const type = request.method === 'PUT' ? 'put' : (request.contentType.split(';', 1)[0] ?? '');
  const body: Json = parseBody(request.body, request.contentType).value;
  return { status: 200, body: writeScale(plane, resource, live, { type, body }, optionsOf(request)) };
};
