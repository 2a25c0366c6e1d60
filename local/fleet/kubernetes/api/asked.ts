import type { ControlPlane } from '../control-plane.ts';
import type { JsonObject, KubeObject } from '../object.ts';
import type { Resource } from '../schema/resource.ts';
import { objectBody, parseBody } from './body.ts';
import { type DeleteOptions, parseDeleteOptions } from './delete-object.ts';
import { inVersion } from './list-objects.ts';
import { keyOf } from './object-key.ts';
import { client, type WriteOptions, writeOptions } from './options.ts';
import type { ResourcePath } from './route.ts';
import { notFound, unsupportedMediaType } from './status-error.ts';

/** A request as it came. */
export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: string;
  readonly accept: string;
  readonly signal: AbortSignal;
}

/** What goes back: JSON, text, or the stream of a watch. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject | string | ReadableStream<Uint8Array>;
  readonly warnings?: readonly string[];
  readonly contentType?: string;
  /** By how much the answer is late, since somebody had to be asked. */
  readonly delayMs?: number;
}

/** A request about one kind, and the ways back beside its answer. */
export interface Asked {
  readonly plane: ControlPlane;
  readonly resource: Resource;
  readonly path: ResourcePath;
  readonly request: ApiRequest;
  readonly warn: (text: string) => void;
  /** Milliseconds by which the answer is late. */
  readonly delay: (ms: number) => void;
}

const optionKinds: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
};

/** What the query of a write says. Throws StatusError. */
export const optionsOf = ({ request, warn, delay }: Asked): WriteOptions & { readonly namedManager: boolean } => {
  const { method, query, userAgent } = request;
  return {
    ...writeOptions(query, userAgent, optionKinds[method] ?? 'PatchOptions', { warn, delay }),
    namedManager: (query.get('fieldManager') ?? '') !== '',
  };
};

const acceptedBodies = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
];

/** The body of a create or an update. Throws StatusError. */
export const bodyOf = ({ request }: Asked): { readonly value: JsonObject; readonly duplicates: readonly string[] } => {
  const type = (request.contentType.split(';', 1)[0] ?? '').trim();
  if (type !== '' && type !== 'application/json' && type !== 'application/yaml')
    throw unsupportedMediaType(acceptedBodies);
  const parsed = parseBody(request.body, type);
  return { value: objectBody(parsed), duplicates: parsed.duplicates };
};

export const liveOf = ({ plane, resource, path }: Asked): KubeObject | undefined =>
  plane.storage.get(keyOf(resource, path.namespace ?? '', path.name));

/** The object as it is, in the version that was asked for. Throws a 404 StatusError. */
export const existing = (asked: Asked): KubeObject => {
  const live = liveOf(asked);
  if (live === undefined) throw notFound(asked.resource, asked.path.name);
  return inVersion(asked.resource, live);
};

/** What query and body of a delete say. Throws StatusError. */
export const optionsOfDelete = ({ request, warn, delay }: Asked): DeleteOptions => {
  const { query, body, contentType } = request;
  const sent = body === '' ? {} : objectBody(parseBody(body, contentType));
  const options = { ...sent, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' };
  return { ...parseDeleteOptions(query, sent), requester: { ...client, options, warn, delay } };
};
