import type { Answer, Received } from '../shared/lambda/http-task.ts';
import { ActionRefused } from './actions.ts';
import { readBytes } from './read-body.ts';

/** As much as one Lambda invocation can be given; what is taken of it is decided by the one who receives. */
const mostBytes = 6 * 1024 * 1024;

/** Hands a delivery on as its raw bytes: signatures are over these. It has no identity but its signature. */
export const deliver = async (
  request: Request,
  receive: (received: Received) => Promise<Answer>,
): Promise<Response> => {
  const body = await readBytes(request, mostBytes).catch((error: unknown) => {
    if (error instanceof ActionRefused) return undefined;
    throw error;
  });
  if (body === undefined) {
    const message = `the body is larger than ${mostBytes} bytes`;
    return Response.json({ outcome: 'refused', status: 413, code: 'BODY_TOO_LARGE', message }, { status: 413 });
  }
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const { status, body: answer } = await receive({ headers, body, via: 'http', url: `${pathname}${search}` });
  return Response.json(answer, { status, headers: { 'cache-control': 'no-store' } });
};
