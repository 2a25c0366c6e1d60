import { createConsole } from '../console/app.ts';
import { readAssets } from '../console/asset-files.ts';
import { reading } from '../console/reading.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { auditAnchor } from './tools/audit.ts';
import { consoleActions } from './tools/console-actions.ts';
import { answerOf, elsewhere, httpApiEvent, requestOf } from './tools/http-api.ts';
import { identify } from './tools/identify.ts';
import { signingIn } from './tools/signing-in.ts';

/** Every path but the hooks: the console, for whom the issuer knows, and signing in there. */
export const serveConsole = (all: Outside): Task => {
  const known = { identify: identify(all), signIn: signingIn(all) };
  return task(all, httpApiEvent, async (event, { deadline }, outside) => {
    const app = createConsole({
      pages: reading,
      outside,
      ...known,
      actions: consoleActions(outside, elsewhere, deadline - outside.clock.now()),
      heads: async (after, limit) => (await auditAnchor(outside)).list(after, limit),
      assets: readAssets(new URL('../console/assets/', import.meta.url)),
    });
    return answerOf(await app.fetch(requestOf(event)));
  });
};

/** What Lambda calls. */
export const handler = serveConsole(lambdaOutside());
