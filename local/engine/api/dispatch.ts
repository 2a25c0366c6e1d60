import type { Place } from '../arn.ts';
import type { Given } from '../given.ts';
import { isObject, type JsonObject, jsonText, parseJson } from '../json.ts';
import { EngineStopped, type Queue } from '../queue.ts';
import type { Runner } from '../runner.ts';
import type { Database } from '../sqlite/database.ts';
import { WireError } from '../wire-error.ts';
import { aliasOperations } from './aliases.ts';
import { executionOperations } from './executions.ts';
import { machineOperations } from './machines.ts';
import { mapRunOperations } from './map-runs.ts';
import { tagOperations } from './tags.ts';
import { taskOperations } from './tasks.ts';
import { testOperations } from './test-state.ts';
import { versionOperations } from './versions.ts';

/** What the operations of the API work on. */
export interface ApiParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly given: () => Given;
  readonly runner: Runner;
}

/** An answer that waits for more than the operation's own job. */
export interface Later {
  readonly later: Promise<JsonObject>;
}

/**
 * One operation: the request's members in, the response's out; `place` is what the caller's credentials are for. Runs as a job
 * of the engine's queue; throws `WireError`.
 */
export type Operation = (input: JsonObject, place: Place) => JsonObject | Promise<JsonObject> | Later;

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

const respond = (status: number, body: JsonObject): Response =>
  new Response(jsonText(body), { status, headers: { 'content-type': CONTENT } });

const refuse = (thrown: unknown): Response => {
  if (thrown instanceof WireError)
    return respond(400, { __type: `com.amazonaws.swf.service.v2.model#${thrown.type}`, message: thrown.message });
  if (thrown instanceof EngineStopped) return respond(503, { __type: 'ServiceUnavailable', message: thrown.message });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return respond(500, { __type: 'InternalFailure', message: `engine: ${message}` });
};

const isLater = (answer: JsonObject | Later): answer is Later => answer.later instanceof Promise;

/** The API as one handler: `x-amz-target: AWSStepFunctions.<Operation>` with a JSON body. Signatures are not checked. */
export const createApi = (parts: ApiParts): ((request: Request) => Promise<Response>) => {
  const operations: Readonly<Record<string, Operation>> = {
    ...machineOperations(parts),
    ...executionOperations(parts),
    ...taskOperations(parts),
    ...mapRunOperations(parts),
    ...versionOperations(parts),
    ...aliasOperations(parts),
    ...tagOperations(parts),
    ...testOperations(parts),
  };
  return async (request) => {
    try {
      const name = request.headers.get('x-amz-target')?.split('.')[1] ?? '';
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation)
        throw new WireError('UnknownOperationException', `The operation '${name}' is not known to this engine`);
      const body = await request.text();
      if (body.length > REQUEST_LIMIT) throw new WireError('ValidationException', 'The request is longer than 1 MB');
      const input = parseJson(body === '' ? '{}' : body);
      if (!isObject(input)) throw new WireError('SerializationException', 'The request must be a JSON object');
      const { region, account } = parts.given();
      const place = placeOf(request.headers.get('authorization'), { region, account });
      const answer = await parts.queue.ask(() => operation(input, place));
      return respond(200, isLater(answer) ? await answer.later : answer);
    } catch (thrown) {
      return refuse(thrown);
    }
  };
};
