import { lambdaAnswer } from './answers.ts';
import type { Place } from './arn.ts';
import type { InvokeAnswer, InvokeCall } from './calls.ts';
import type { Signal } from './execution.ts';
import { functionArn, type Integration } from './integrations.ts';
import { isObject, type Json, jsonText } from './json.ts';

/** An attempt of a task that calls a function. */
export interface LambdaCall {
  readonly integration: Exclude<Integration, { kind: 'execution' }>;
  readonly frame: number;
  readonly attempt: string;
  readonly arguments: Json;
  /** Where a function is that is named without its place. */
  readonly place: Place;
}

const failed = ({ frame, attempt }: LambdaCall, error: string, cause: string): Signal => ({
  ...{ kind: 'failed', frame, attempt },
  detail: { error, cause },
});

/**
 * Calls the function and returns what that means to the task. Resolves in every case: a rejection of `invoke` is a
 * `Lambda.SdkClientException`.
 */
export const callLambda = async (
  call: LambdaCall,
  invoke: (call: InvokeCall) => Promise<InvokeAnswer>,
  now: () => number,
): Promise<Signal> => {
  const { integration, frame, attempt, arguments: args, place } = call;
  const named = isObject(args) ? args : {};
  const direct = integration.kind === 'function';
  const name = direct ? integration.functionArn : String(named.FunctionName);
  const payload = direct ? args : (named.Payload ?? {});
  try {
    const arn = functionArn(name, place.region, place.account);
    const answer = await invoke({ functionArn: arn, payload, attemptId: attempt });
    if (!answer.ok) return failed(call, answer.error, answer.cause);
    // Through text: a handler may go on with its object, and only JSON travels.
    const result: Json = answer.payload === undefined ? null : JSON.parse(jsonText(answer.payload));
    const output = direct ? result : lambdaAnswer(result, attempt, now());
    const token = integration.kind === 'lambda' && integration.waits === 'token';
    return { kind: token ? 'submitted' : 'succeeded', frame, attempt, output };
  } catch (thrown) {
    return failed(call, 'Lambda.SdkClientException', thrown instanceof Error ? thrown.message : String(thrown));
  }
};
