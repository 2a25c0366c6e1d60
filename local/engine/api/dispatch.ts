import { createHash } from 'node:crypto';
import type { Place } from '../arn.ts';
import type { InvokeAnswer, InvokeCall } from '../calls.ts';
import { type EngineClock, type Given, uuid } from '../given.ts';
import { isObject, type JsonObject, jsonText, parseJson } from '../json.ts';
import { EngineStopped, type Queue } from '../queue.ts';
import type { Runner } from '../runner.ts';
import type { Database } from '../sqlite/database.ts';
import { WireError } from '../wire-error.ts';
import { aliasOperations } from './aliases.ts';
import { CONSTRAINTS } from './constraints.ts';
import { executionOperations } from './executions.ts';
import { machineOperations } from './machines.ts';
import { mapRunOperations } from './map-runs.ts';
import { syncOperations } from './sync.ts';
import { tagOperations } from './tags.ts';
import { taskOperations } from './tasks.ts';
import { testOperations } from './test-state.ts';
import { validate } from './validate.ts';
import { versionOperations } from './versions.ts';

/** What the operations of the API work on. */
export interface ApiParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly given: () => Given;
  readonly runner: Runner;
  readonly clock: EngineClock;
  readonly invoke: (call: InvokeCall) => Promise<InvokeAnswer>;
}

/** An answer that waits for more than the operation's own job. */
export interface Later {
  readonly later: Promise<JsonObject>;
}

/**
 * One operation: the request's members in, the response's out; `place` is what the caller's credentials are for. Runs as a job
 * of the engine's queue; throws `WireError`.
 */
export type Operation = (input: JsonObject, place: Place) => JsonObject | Later | Promise<JsonObject | Later>;

/**
 * Whom the request is signed for (Signature Version 4, not checked): the region of the scope, and the access key where it is
 * twelve digits, as clients of stand-ins give an account; otherwise the engine's own.
 */
const placeOf = (authorization: string | null, own: Place): Place => {
  const [key = '', , region] = /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1]?.split('/') ?? [];
  return { region: region ?? own.region, account: /^\d{12}$/.test(key) ? key : own.account };
};

const CONTENT = 'application/x-amz-json-1.0';
/** A request to Step Functions has at most 1 MB. */
const REQUEST_LIMIT = 1_048_576 + 65_536;
const TARGET = /^AWSStepFunctions\.([A-Za-z]+)$/;

/** A request id as AWS gives one with each answer; it says only which answer it is. */
const requestIds = (): (() => string) => {
  let count = 0;
  const bytes = (size: number) => createHash('sha256').update(`request ${count}`).digest().subarray(0, size);
  return () => {
    count += 1;
    return uuid({ bytes, fraction: () => 0 });
  };
};

const respond = (status: number, body: JsonObject, requestId: string): Response =>
  new Response(jsonText(body), { status, headers: { 'content-type': CONTENT, 'x-amzn-requestid': requestId } });

const refuse = (thrown: unknown, requestId: string): Response => {
  if (thrown instanceof WireError) {
    const { type, message, members } = thrown;
    return respond(400, { __type: `com.amazonaws.swf.service.v2.model#${type}`, message, ...members }, requestId);
  }
  if (thrown instanceof EngineStopped)
    return respond(503, { __type: 'ServiceUnavailable', message: thrown.message }, requestId);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return respond(500, { __type: 'InternalFailure', message: `engine: ${message}` }, requestId);
};

const isLater = (answer: JsonObject | Later): answer is Later => answer.later instanceof Promise;

/** The request's members. Throws `SerializationException` for a body that is no JSON object. */
const membersOf = async (request: Request): Promise<JsonObject> => {
  const body = await request.text();
  if (body.length > REQUEST_LIMIT) throw new WireError('ValidationException', 'The request is longer than 1 MB');
  const input = parseJson(body === '' ? '{}' : body);
  if (!isObject(input)) throw new WireError('SerializationException', 'The request must be a JSON object');
  return input;
};

/** The API as one handler: `x-amz-target: AWSStepFunctions.<Operation>` with a JSON body. Signatures are not checked. */
export const createApi = (parts: ApiParts): ((request: Request) => Promise<Response>) => {
  const operations: Readonly<Record<string, Operation>> = {
    ...machineOperations(parts),
    ...executionOperations(parts),
    ...syncOperations(parts),
    ...taskOperations(parts),
    ...mapRunOperations(parts),
    ...versionOperations(parts),
    ...aliasOperations(parts),
    ...tagOperations(parts),
    ...testOperations(parts),
  };
  const nextId = requestIds();
  return async (request) => {
    const requestId = nextId();
    try {
      const name = TARGET.exec(request.headers.get('x-amz-target') ?? '')?.[1] ?? '';
      const operation = request.method === 'POST' && Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation)
        throw new WireError(
          'UnknownOperationException',
          `The operation '${name}' is not known to this engine; a request is a POST with the header x-amz-target: AWSStepFunctions.<Operation>`,
        );
      const input = await membersOf(request);
      const constraints = CONSTRAINTS[name] ?? {};
      validate(input, constraints);
      const { region, account } = parts.given();
      const place = placeOf(request.headers.get('authorization'), { region, account });
      const trace = request.headers.get('x-amzn-trace-id');
      // The header is preferred to the member, in the operations that take one.
      const traced = trace === null || !constraints.traceHeader ? input : { ...input, traceHeader: trace };
      const answer = await parts.queue.ask(() => operation(traced, place));
      return respond(200, isLater(answer) ? await answer.later : answer, requestId);
    } catch (thrown) {
      return refuse(thrown, requestId);
    }
  };
};
