import { warningsOf } from '../admission/warn-of-pod.ts';
import type { ControlPlane } from '../control-plane.ts';
import { copyOf, isJsonObject, type Json, type KubeObject } from '../object.ts';
import { groupResourceOf, hasSubresource } from '../schema/resource.ts';
import {
  type Answer,
  type ApiRequest,
  type Asked,
  bodyOf,
  existing,
  liveOf,
  optionsOf,
  optionsOfDelete,
} from './asked.ts';
import { parseBody } from './body.ts';
import { asObject, decodeBody } from './decode.ts';
import { deleteObject } from './delete-object.ts';
import { inVersion, listBody, listObjects, matcherOf } from './list-objects.ts';
import { writeAs } from './options.ts';
import { checkIdentity, patchObject } from './patch-object.ts';
import { podLog } from './pod-log.ts';
import { evictPod, reviewAnswer } from './review.ts';
import type { ResourcePath } from './route.ts';
import { scaleOf, writeScale } from './scale.ts';
import { listShown, shownBy } from './shown.ts';
import {
  badRequest,
  conflict,
  internalError,
  methodNotAllowed,
  notFound,
  pathNotFound,
  StatusError,
} from './status-error.ts';
import { watchObjects } from './watch-objects.ts';
import { createObject, updateObject } from './write.ts';

/** Answers a request about one kind. Throws StatusError. */
export const answerResource = (plane: ControlPlane, path: ResourcePath, request: ApiRequest): Answer => {
  const resource = plane.registry.find(path.group, path.version, path.plural);
  if (resource === undefined) throw pathNotFound();
  if (!resource.namespaced && path.namespace !== undefined) throw pathNotFound();
  const warnings: string[] = [];
  let delayMs = 0;
  const asked: Asked = {
    plane,
    resource,
    path,
    request,
    warn: (text) => warnings.push(text),
    delay: (ms) => {
      delayMs += ms;
    },
  };
  const answer = refusedOr(() =>
    path.subresource !== '' ? subresource(asked) : path.name !== '' ? one(asked) : collection(asked),
  );
  return { ...answer, ...(warnings.length === 0 ? {} : { warnings }), ...(delayMs === 0 ? {} : { delayMs }) };
};

/** A refusal is an answer too, with what was said on the way to it. */
const refusedOr = (answer: () => Answer): Answer => {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.code, body: error.status };
  }
};

const collection = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  const { query, signal } = request;
  if (request.method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') {
      return { status: 200, body: watchObjects(plane, resource, path.namespace, '', query, signal, shownBy(asked)) };
    }
    if (!resource.verbs.includes('list')) throw methodNotAllowed();
    return { status: 200, body: listShown(asked, listObjects(plane, resource, path.namespace, query)) };
  }
  if (request.method === 'POST') return create(asked);
  if (request.method === 'DELETE') return deleteCollection(asked);
  throw methodNotAllowed();
};

const create = (asked: Asked): Answer => {
  const { plane, resource, path, warn } = asked;
  const options = optionsOf(asked);
  const { value, duplicates } = bodyOf(asked);
  if (!resource.verbs.includes('get')) return { status: 201, body: reviewAnswer(resource, value) };
  const object = copyOf(decodeBody(resource, value, duplicates, options, warn));
  if (resource.namespaced && path.namespace === undefined) throw methodNotAllowed();
  const { namespace, resourceVersion } = object.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '') {
    throw internalError('resourceVersion should not be set on objects to be created');
  }
  if (resource.namespaced && namespace !== undefined && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  for (const text of warningsOf(object)) warn(text);
  return { status: 201, body: createObject(plane, resource, path.namespace ?? '', object, writeAs(options, '')) };
};

const deleteCollection = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  const options = optionsOfDelete(asked);
  const isWanted = matcherOf(resource, path.namespace, '', request.query);
  const found = plane.storage.list(groupResourceOf(resource), path.namespace).filter(isWanted);
  for (const object of found) deleteObject(plane, resource, object, options);
  const { metadata } = listObjects(plane, resource, path.namespace, new URLSearchParams());
  return { status: 200, body: listBody(resource, { metadata, objects: found }) };
};

const one = (asked: Asked): Answer => {
  const { plane, resource, path, request } = asked;
  if (resource.namespaced && path.namespace === undefined) throw pathNotFound();
  switch (request.method) {
    case 'GET':
      if (request.query.get('watch') === 'true') {
        return {
          status: 200,
          body: watchObjects(plane, resource, path.namespace, path.name, request.query, request.signal, shownBy(asked)),
        };
      }
      return { status: 200, body: shownBy(asked)(existing(asked)) };
    case 'PUT':
      return replace(asked);
    case 'PATCH':
      return patch(asked);
    case 'DELETE': {
      const deleted = deleteObject(plane, resource, existing(asked), optionsOfDelete(asked));
      return { status: 200, body: 'gone' in deleted ? deleted.gone : deleted.pending };
    }
    default:
      throw methodNotAllowed();
  }
};

const replace = (asked: Asked): Answer => {
  const { plane, resource, path, warn } = asked;
  const options = optionsOf(asked);
  const { value, duplicates } = bodyOf(asked);
  const next = decodeBody(resource, value, duplicates, options, warn);
  const live = liveOf(asked);
  if (live === undefined) throw notFound(resource, path.name);
  checkIdentity(live, { ...next, metadata: { ...namespaceOf(live), ...next.metadata } });
  const { uid } = next.metadata;
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw conflict(resource, path.name, otherUid(asked, uid, live));
  }
  if (resource.custom !== undefined && !next.metadata.resourceVersion) {
    throw conflict(resource, path.name, 'metadata.resourceVersion must be specified for an update');
  }
  for (const text of warningsOf(next)) warn(text);
  const write = writeAs(options, path.subresource);
  return { status: 200, body: updateObject(plane, resource, inVersion(resource, live), next, write) };
};

const otherUid = ({ resource, path }: Asked, uid: string, live: KubeObject): string => {
  // Where etcd has the object: the old groups share one folder.
  const folder = ['', 'apps', 'batch'].includes(resource.group) ? resource.plural : groupResourceOf(resource);
  const key = ['/registry', folder, path.namespace, path.name].filter((part) => part !== undefined).join('/');
  const because = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${because}`;
};

const namespaceOf = ({ metadata: { namespace } }: KubeObject) => (namespace === undefined ? {} : { namespace });

const patch = (asked: Asked): Answer => {
  const { plane, resource, path, request, warn } = asked;
  const found = liveOf(asked);
  const live = found === undefined ? undefined : inVersion(resource, found);
  const target = { resource, namespace: path.namespace ?? '', name: path.name, subresource: path.subresource, live };
  const written = patchObject(plane, target, request.contentType, request.body, optionsOf(asked), warn);
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
      return { status: 201, body: evictPod(plane, resource, existing(asked), bodyOf(asked).value, optionsOf(asked)) };
    case 'finalize': {
      const live = existing(asked);
      const sent = asObject(bodyOf(asked).value, resource);
      const finalized = { ...copyOf(live), spec: isJsonObject(sent.spec) ? sent.spec : {} };
      const write = { ...writeAs(optionsOf(asked), 'finalize'), dryRun: false };
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
  return { status: 200, body: writeScale(plane, resource, live, { type, body }, optionsOf(asked)) };
};
