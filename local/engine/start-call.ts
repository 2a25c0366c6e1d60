import type { Signal } from './execution.ts';
import type { Given } from './given.ts';
import { type JsonObject, jsonText } from './json.ts';
import type { Database } from './sqlite/database.ts';
import { type Started, startExecution } from './starts.ts';
import { WireError } from './wire-error.ts';

/** An attempt of a task that starts an execution; its arguments name it, so that a repeated start finds the first one. */
export interface StartCall {
  readonly frame: number;
  readonly attempt: string;
  readonly arguments: JsonObject;
}

/** Starts the execution that a task wants, or tells how the task fails by the refusal. Call it within a job of the queue. */
export const startForTask = (
  database: Database,
  given: Given,
  { frame, attempt, arguments: args }: StartCall,
): { readonly started: Started } | { readonly signal: Signal } => {
  const { StateMachineArn, Name, Input = {} } = args;
  try {
    const request = { machineArn: String(StateMachineArn), name: String(Name), input: jsonText(Input) };
    return { started: startExecution(database, given, request) };
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    const error = `StepFunctions.${thrown.type}Exception`;
    const cause = `${thrown.message} (Service: Sfn, Status Code: 400, Request ID: ${attempt})`;
    return { signal: { kind: 'failed', frame, attempt, detail: { error, cause } } };
  }
};
