import { digestOf } from '../../../../shared/rollout/digest.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { WritableRequestLog } from '../storage/request-log-sqlite.ts';
import type { Answer, ApiRequest } from './asked.ts';
import { aggregatedDiscovery, coreVersions, groupList, oneGroup, resourceList, versionInfo } from './discovery.ts';
import { openapiDocument, openapiIndex, openapiV2 } from './openapi.ts';
import { answerResource } from './resource-request.ts';
import { type Route, routeOf } from './route.ts';
import { methodNotAllowed, pathNotFound, StatusError } from './status-error.ts';

const json = 'application/json';
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const answer = (plane: ControlPlane, route: Route, request: ApiRequest): Answer => {
  if (route.to === 'resource') return answerResource(plane, route.path, request);
  if (route.to === 'nowhere') throw pathNotFound();
  if (request.method !== 'GET') throw methodNotAllowed();
  const aggregated = request.accept.includes('as=APIGroupDiscoveryList');
  const kinds = plane.registry.all();
  switch (route.to) {
    case 'health':
      return { status: 200, body: 'ok', contentType: 'text/plain; charset=utf-8' };
    case 'version':
      return { status: 200, body: versionInfo(plane.version) };
    case 'core-versions':
      return aggregated
        ? { status: 200, body: aggregatedDiscovery(kinds, true), contentType: aggregatedType }
        : { status: 200, body: coreVersions() };
    case 'groups':
      return aggregated
        ? { status: 200, body: aggregatedDiscovery(kinds, false), contentType: aggregatedType }
        : { status: 200, body: groupList(kinds) };
    case 'group':
      return { status: 200, body: oneGroup(kinds, route.group) };
    case 'group-version':
      return { status: 200, body: resourceList(kinds, route.group, route.version) };
    case 'openapi-v2':
      // The proper name of the type has an @ in it, which clients in Go can not read back.
      return request.accept.includes('+protobuf')
        ? { status: 200, body: '', contentType: 'application/octet-stream' }
        : { status: 200, body: openapiV2 };
    case 'openapi':
      return {
        status: 200,
        body: route.groupVersion === '' ? openapiIndex(kinds) : openapiDocument(kinds, route.groupVersion),
      };
  }
};

const refusal = (error: unknown): Answer => {
  if (!(error instanceof StatusError)) throw error;
  return { status: error.code, body: error.status };
};

const responseOf = (given: Answer): Response => {
  const headers = new Headers({ 'content-type': given.contentType ?? json, 'cache-control': 'no-cache, private' });
  for (const warning of given.warnings ?? []) headers.append('warning', `299 - ${JSON.stringify(warning)}`);
  const { body } = given;
  const content = typeof body === 'string' || body instanceof ReadableStream ? body : `${JSON.stringify(body)}\n`;
  return new Response(content, { status: given.status, headers });
};

/** The server as one function. Every request is in the log once it is answered; a watch once it begins. */
export const handlerOf =
  (plane: ControlPlane, log: WritableRequestLog) =>
  async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const body = request.body === null ? '' : await request.text();
    const at = plane.clock.now();
    const resourceVersionBefore = plane.storage.resourceVersion();
    const headers = request.headers;
    const contentType = headers.get('content-type') ?? '';
    const userAgent = headers.get('user-agent') ?? '';
    const { method, signal } = request;
    const accept = headers.get('accept') ?? '';
    const asked: ApiRequest = { method, query: url.searchParams, contentType, userAgent, body, accept, signal };
    let given: Answer;
    try {
      given = answer(plane, routeOf(url.pathname), asked);
    } catch (error) {
      given = refusal(error);
    }
    log.append({
      at,
      method,
      path: url.pathname,
      query: url.search.slice(1),
      userAgent,
      contentType,
      dryRun: url.searchParams.getAll('dryRun').includes('All'),
      ...(body === '' ? {} : { bodyDigest: digestOf(body) }),
      status: given.status,
      resourceVersionBefore,
      resourceVersionAfter: plane.storage.resourceVersion(),
    });
    // Whoever was asked on the way took that long to answer; what was decided stands already.
    if (given.delayMs !== undefined) await plane.clock.sleep(given.delayMs, signal);
    return responseOf(given);
  };
