import { gatewayEndpoint } from '../../shared/clouds/connect-gateway.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Route } from '../network.ts';

/**
 * Google's Connect gateway: one host, and one more for each region, behind which every cluster with a membership stands under a path of its own.
 * Hands on what is below that path to `handle`, as the API server is sent it.
 */
export const gatewayRoutes = (
  targets: readonly Target[],
  handle: (target: Target, request: Request) => Promise<Response>,
): readonly Route[] => {
  const members = targets.flatMap((target) => {
    const { locator } = target;
    if (!('gke' in locator) || locator.gke.membership === undefined) return [];
    return [{ target, url: new URL(gatewayEndpoint(locator.gke.membership).server) }];
  });
  return [...new Set(members.map(({ url }) => url.hostname))].map((host) => ({
    host,
    handle: async (request) => {
      const asked = new URL(request.url);
      const found = members.find(({ url }) => url.hostname === host && asked.pathname.startsWith(`${url.pathname}/`));
      if (found === undefined) {
        const message = 'The requested membership does not exist or is not reachable.';
        return Response.json({ error: { code: 404, message, status: 'NOT_FOUND' } }, { status: 404 });
      }
      const below = `${asked.origin}${asked.pathname.slice(found.url.pathname.length)}${asked.search}`;
      return handle(found.target, new Request(below, request));
    },
  }));
};
