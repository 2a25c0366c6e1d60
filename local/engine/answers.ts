import { type Json, type JsonObject, jsonText, parseJson } from './json.ts';
import { redriveRefusal } from './redrive.ts';
import type { ExecutionRow } from './sqlite/executions.ts';

/** The HTTP part that the SDK's answer carries into a task's result, for those who read `$states.result.SdkHttpMetadata`. */
const sdkParts = (requestId: string, now: number, headers: Readonly<Record<string, string>>): JsonObject => {
  const all: Readonly<Record<string, string>> = {
    ...headers,
    'x-amzn-RequestId': requestId,
    Date: new Date(now).toUTCString(),
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
      HttpHeaders: all,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
};

/** The result of `lambda:invoke`: the function's own answer is its Payload. */
export const lambdaAnswer = (payload: Json, requestId: string, now: number): JsonObject => ({
  ExecutedVersion: '$LATEST',
  Payload: payload,
  ...sdkParts(requestId, now, {
    'X-Amz-Executed-Version': '$LATEST',
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'Content-Length': String(Buffer.byteLength(jsonText(payload))),
    'X-Amzn-Trace-Id': `root=1-${requestId.replaceAll('-', '').slice(0, 8)}-${requestId.replaceAll('-', '').slice(8)};sampled=0`,
    'Content-Type': 'application/json',
  }),
  StatusCode: 200,
});

/** The answer to `states:startExecution` itself. */
export const startAnswer = (child: ExecutionRow, requestId: string, now: number): JsonObject => ({
  ExecutionArn: child.arn,
  ...sdkParts(requestId, now, { 'Content-Type': 'application/x-amz-json-1.0' }),
  StartDate: child.started,
});

/** A child execution as `.sync` (`json` false: Input and Output are text) and `.sync:2` hand it on. */
export const childAnswer = (child: ExecutionRow, json: boolean): JsonObject => {
  const content = (text: string): Json => (json ? (parseJson(text) ?? null) : text);
  const refusal = redriveRefusal(child, child.stopped ?? child.started);
  return {
    ...(child.cause !== undefined && { Cause: child.cause }),
    ...(child.error !== undefined && { Error: child.error }),
    ExecutionArn: child.arn,
    Input: content(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output !== undefined && { Output: content(child.output), OutputDetails: { Included: true } }),
    RedriveCount: child.redrives,
    RedriveStatus: refusal === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(refusal !== undefined && { RedriveStatusReason: refusal }),
    StartDate: child.started,
    ...(child.alias !== undefined && { StateMachineAliasArn: child.alias }),
    StateMachineArn: child.machine,
    ...(child.version !== undefined && { StateMachineVersionArn: child.version }),
    Status: child.status,
    ...(child.stopped !== undefined && { StopDate: child.stopped }),
  };
};
