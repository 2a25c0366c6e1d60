import * as z from 'zod/mini';
import type { Invocation, Outside } from '../outside/outside.ts';
import { type Task, task } from './task.ts';

/** A request, or an event of the event bus, as its raw bytes: signatures are over these. */
export interface Received {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly via: 'http' | 'bus';
  /** Path and query of a request. */
  readonly url?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What API Gateway's HTTP API (payload version 2.0) makes of a request, as far as it is read here. */
const httpEvent = z.object({
  version: z.literal('2.0'),
  rawPath: z.optional(z.string()),
  rawQueryString: z.optional(z.string()),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});
/** An event of EventBridge is an object of its own, whose policy has decided who may send it. */
const busEvent = z.looseObject({ 'detail-type': z.string(), source: z.string(), detail: z.unknown() });

/** The response of an HTTP API; to the event bus it is only logged. */
export type HttpTask = Task;

/**
 * A handler for requests over HTTP and events from the bus. What the use case throws is answered by API Gateway, or its stand-in, with
 * a 500 that says nothing of what is inside.
 */
export const httpTask = (
  outside: Outside,
  run: (received: Received, invocation: Invocation, outside: Outside) => Promise<Answer>,
): HttpTask =>
  task(outside, z.union([httpEvent, busEvent]), async (event, invocation, told) => {
    const received: Received = isHttp(event)
      ? { headers: event.headers, body: bytesOf(event), via: 'http', url: urlOf(event) }
      : {
          headers: { 'content-type': 'application/json' },
          body: new TextEncoder().encode(JSON.stringify(event)),
          via: 'bus',
        };
    const answer = await run(received, invocation, told);
    return {
      statusCode: answer.status,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(answer.body),
    };
  });

const isHttp = (event: z.infer<typeof httpEvent> | z.infer<typeof busEvent>): event is z.infer<typeof httpEvent> =>
  httpEvent.safeParse(event).success;

const urlOf = ({ rawPath = '', rawQueryString = '' }: z.infer<typeof httpEvent>): string =>
  rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`;

const bytesOf = ({ body = '', isBase64Encoded = false }: z.infer<typeof httpEvent>): Uint8Array =>
  new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
