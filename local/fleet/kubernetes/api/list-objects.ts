import { Buffer } from 'node:buffer';
import type { ControlPlane } from '../control-plane.ts';
import type { JsonObject, KubeObject } from '../object.ts';
import { groupResourceOf, groupVersionOf, type Resource } from '../schema/resource.ts';
import {
  BadSelector,
  fieldsMatch,
  isSelectable,
  matches,
  parseFieldSelector,
  parseLabelSelector,
} from '../storage/selector.ts';
import { badRequest, expired } from './status-error.ts';

export type Matcher = (object: KubeObject) => boolean;

/** The label and field selector of a request as one test. Throws a 400 StatusError. */
export const matcherOf = (
  resource: Resource,
  namespace: string | undefined,
  name: string,
  query: URLSearchParams,
): Matcher => {
  try {
    const labels = parseLabelSelector(query.get('labelSelector') ?? '');
    const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
    for (const { key } of fields) {
      if (!isSelectable(groupResourceOf(resource), key)) {
        const known = resource.namespaced ? '"metadata.name", "metadata.namespace"' : '"metadata.name"';
        throw badRequest(`"${key}" is not a known field selector: only ${known}`);
      }
    }
    return (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (name === '' || object.metadata.name === name) &&
      matches(labels, object.metadata.labels) &&
      fieldsMatch(fields, object);
  } catch (error) {
    if (error instanceof BadSelector) throw badRequest(error.message);
    throw error;
  }
};

/** As stored, under the version that was asked for. */
export const inVersion = (resource: Resource, object: KubeObject): KubeObject => {
  const apiVersion = groupVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
};

/** Lists of built-in kinds say the kind once, for all; those of custom ones in every item. */
const listed = (resource: Resource, object: KubeObject): JsonObject => {
  if (resource.custom !== undefined) return inVersion(resource, object);
  const { apiVersion, kind, ...rest } = object;
  return rest;
};

interface Page {
  readonly version: number;
  readonly after: string;
}

const encodePage = (page: Page) => Buffer.from(JSON.stringify(page)).toString('base64url');
const decodePage = (text: string): Page => {
  try {
    const page: Page = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof page.version === 'number' && typeof page.after === 'string') return page;
  } catch {
    // Falls through to the one refusal below.
  }
  throw badRequest('continue key is not valid: illegal base64 data or unknown format');
};

const orderKey = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

/** What a list finds, under the metadata of the list. */
export interface Listing {
  readonly metadata: JsonObject;
  readonly objects: readonly KubeObject[];
}

/** A list, or a page of it when `limit` says so. A page after changes shows the objects as they are now. Throws StatusError. */
export const listObjects = (
  plane: ControlPlane,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): Listing => {
  const isWanted = matcherOf(resource, namespace, '', query);
  const page = query.get('continue') ? decodePage(query.get('continue') ?? '') : undefined;
  if (page !== undefined && page.version < plane.storage.oldestKept())
    throw expired(page.version, plane.storage.oldestKept());
  const found = plane.storage
    .list(groupResourceOf(resource), namespace)
    .filter((object) => isWanted(object) && (page === undefined || orderKey(object) > page.after));
  const limit = Number(query.get('limit') ?? 0);
  const items = limit > 0 ? found.slice(0, limit) : found;
  const version = page?.version ?? plane.storage.resourceVersion();
  const last = items.at(-1);
  const more = items.length < found.length && last !== undefined;
  return {
    metadata: {
      resourceVersion: String(version),
      ...(more
        ? { continue: encodePage({ version, after: orderKey(last) }), remainingItemCount: found.length - items.length }
        : {}),
    },
    objects: items,
  };
};

/** A listing as the list of its kind. */
export const listBody = (resource: Resource, { metadata, objects }: Listing): JsonObject => ({
  kind: resource.listKind,
  apiVersion: groupVersionOf(resource),
  metadata: resource.custom === undefined ? metadata : { continue: '', ...metadata },
  items: objects.map((object) => listed(resource, object)),
});
