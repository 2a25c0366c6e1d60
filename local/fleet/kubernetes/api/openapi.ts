import type { JsonObject } from '../object.ts';
import { groupVersionOf, type Resource } from '../schema/resource.ts';
import { pathNotFound } from './status-error.ts';

const rootOf = (resource: Resource) =>
  resource.group === '' ? `api/${resource.version}` : `apis/${groupVersionOf(resource)}`;

/** The index of OpenAPI v3 documents, one for each version that is served. */
export const openapiIndex = (resources: readonly Resource[]): JsonObject => ({
  paths: Object.fromEntries(
    [...new Set(resources.map(rootOf))].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }]),
  ),
});

/**
 * The OpenAPI v2 document, with nothing in it, as JSON; in protobuf an empty document has no bytes. kubectl asks for it before it applies a
 * `List`, and leaves to the server to check what it finds no schema for.
 */
export const openapiV2: JsonObject = { swagger: '2.0', info: { title: 'Kubernetes', version: 'simulated' }, paths: {} };

const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string' },
}));

/**
 * The OpenAPI v3 document of one version: paths with the query parameters that kubectl looks for before it validates on the server.
 * Schemas are left out. Throws a 404 StatusError.
 */
export const openapiDocument = (resources: readonly Resource[], root: string): JsonObject => {
  const served = resources.filter((resource) => rootOf(resource) === root);
  if (served.length === 0) throw pathNotFound();
  const paths = served.flatMap((resource): readonly (readonly [string, JsonObject])[] => {
    const base = `/${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
    const kind = { group: resource.group, version: resource.version, kind: resource.kind };
    const operation = (action: string): JsonObject => ({
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': kind,
      parameters: parameters.map((parameter) => ({ ...parameter })),
      responses: {},
    });
    return [
      [base, { post: operation('post') }],
      [`${base}/{name}`, { put: operation('put'), patch: operation('patch') }],
    ];
  });
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'simulated' }, paths: Object.fromEntries(paths) };
};
