import { ActionRefused } from '../console/actions.ts';
import { createConsole } from '../console/app.ts';
import { readAssets } from '../console/asset-files.ts';
import type { Actor } from '../shared/access/authorise.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { consoleActions, type Hooks } from './tools/console-actions.ts';
import { answerOf, type HttpApiEvent, httpApiEvent, listClaim, requestOf } from './tools/http-api.ts';

/** Every path but the hooks: the console, for whom the JWT authorizer let in. */
export const serveConsole = (outside: Outside): Task =>
  task(outside, httpApiEvent, async (event, { deadline }) => {
    const app = createConsole({
      outside,
      identify: async () => actorOf(event),
      actions: consoleActions(outside, hooks, deadline - outside.clock.now()),
      assets: readAssets(new URL('../console/assets/', import.meta.url)),
    });
    return answerOf(await app.fetch(requestOf(event)));
  });

/**
 * Who the token says it is. `preferred_username` must be the person's account at the host of the config repository: by it an author is
 * told from an approver. A token without it, as of a machine, is nobody.
 */
const actorOf = ({ requestContext }: HttpApiEvent): Actor | undefined => {
  const claims = requestContext.authorizer?.jwt.claims ?? {};
  const name = claims.preferred_username;
  return name ? { name, kind: 'person', roles: listClaim(claims.groups) } : undefined;
};

/** The API's own routes lead deliveries to their functions, so none comes by here. */
const refuseHook = async (): Promise<never> => {
  throw new ActionRefused(404, 'NOT_FOUND', 'deliveries are not taken here');
};
const hooks: Hooks = {
  receiveMerge: refuseHook,
  receiveArtifact: refuseHook,
  receiveAlerts: refuseHook,
  receiveTest: refuseHook,
};

/** What Lambda calls. */
export const handler = serveConsole(lambdaOutside());
