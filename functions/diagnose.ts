import { createConsole } from '../console/app.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { consoleActions } from './tools/console-actions.ts';
import { answerOf, elsewhere, httpApiEvent, requestOf } from './tools/http-api.ts';
import { identify } from './tools/identify.ts';

/**
 * `POST /diagnoses`: what works of the installation and of the way to its targets, as seen from the network that functions run in. Answers as the
 * console does and to whom the console would; a role of its own, which reads.
 */
export const diagnose = (all: Outside): Task => {
  const known = identify(all, { notes: false });
  return task(all, httpApiEvent, async (event, { deadline, signal }, outside) => {
    const app = createConsole({
      outside,
      identify: known,
      actions: {
        ...consoleActions(outside, elsewhere, deadline - outside.clock.now()),
        // Clients of three clouds and all that renders: nobody who is refused waits for them.
        diagnose: async (target, _, hidden) => {
          const { diagnose: look } = await import('./tools/diagnosing.ts');
          return look(target, 'deployed', outside, signal, hidden);
        },
      },
      // No page is shown by this one.
      assets: {},
    });
    return answerOf(await app.fetch(requestOf(event)));
  });
};

/** What Lambda calls. */
export const handler = diagnose(lambdaOutside());
