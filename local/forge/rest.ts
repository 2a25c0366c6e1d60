import { actionRoutes } from './rest-actions.ts';
import { gitRoutes } from './rest-git.ts';
import { pullRoutes } from './rest-pulls.ts';
import { type Call, type Desk, notFound, type Route } from './rest-route.ts';
import { repositoryOf } from './wire.ts';

const routes: readonly Route[] = [
  { method: 'GET', path: /^$/, run: async ({ site }) => ({ status: 200, body: repositoryOf(site) }) },
  ...pullRoutes,
  ...gitRoutes,
  ...actionRoutes,
];

/** Answers one call of GitHub's REST API; `path` is what follows `/repos/{owner}/{repo}`. A call that is not spoken here is a 404. */
export const rest = async (
  desk: Desk,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Call['body'],
): Promise<Response> => {
  for (const route of routes) {
    const matched = route.method === method ? route.path.exec(path) : null;
    if (matched === null) continue;
    const answer = await route.run(desk, { query, body, parts: matched.slice(1) });
    return answer.body === undefined
      ? new Response(null, { status: answer.status })
      : Response.json(answer.body, { status: answer.status });
  }
  return Response.json(notFound.body, { status: 404 });
};
