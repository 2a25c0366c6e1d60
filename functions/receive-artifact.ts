import { receiveArtifact as receive } from '../shared/intake/receive-artifact.ts';
import { type HttpTask, httpTask } from '../shared/lambda/http-task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';

/** `POST /hooks/artifact`, and artifact events on the event bus: a new image becomes a pull request that pins it. */
export const receiveArtifact = (all: Outside): HttpTask =>
  httpTask(all, async (delivery, { signal }, outside) => {
    const answer = await receive(outside, delivery, signal);
    return { status: answer.outcome === 'refused' ? answer.status : 200, body: answer };
  });

/** What Lambda calls. */
export const handler = receiveArtifact(lambdaOutside());
