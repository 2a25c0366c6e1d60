import { type HttpTask, httpTask } from '../shared/lambda/http-task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { answerTest } from '../shared/test-gates/answer-test.ts';
import { lambdaOutside } from './outside.ts';

/** `POST /hooks/tests/{id}`: the answer of a test, at the address that was made for it. */
export const receiveTest = (all: Outside): HttpTask =>
  httpTask(all, async ({ url = '', body }, _, outside) => {
    const { status, ...answer } = await answerTest({ url, body }, outside);
    return { status, body: answer };
  });

/** What Lambda calls. */
export const handler = receiveTest(lambdaOutside());
