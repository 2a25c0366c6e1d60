import type { Given } from './given.ts';
import { byteLength, type Json, jsonText, PAYLOAD_LIMIT, parseJson } from './json.ts';
import { parseDefinition } from './parse.ts';
import type { Database } from './sqlite/database.ts';
import { type ExecutionRow, insertExecution, readExecution } from './sqlite/executions.ts';
import { putDefinition, readMachine } from './sqlite/machines.ts';
import { WireError } from './wire-error.ts';

export interface StartRequest {
  readonly machineArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
}

/** 1 to 80 characters without whitespace, brackets, wildcards and `" # % \ ^ | ~ $ & , ; : /` and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the rule of AWS excludes
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/u;

/** Throws `InvalidName` unless AWS takes the text as the name of a machine or an execution. */
export const checkName = (name: string): void => {
  if (!NAME.test(name)) throw new WireError('InvalidName', `Invalid Name: '${name}'`);
};

const sameInput = (a: string, b: string): boolean => a === b || jsonText(parseJson(a)) === jsonText(parseJson(b));

/**
 * Stores a new execution, ready to run. The same name with the same input while it runs returns the one there is, so that a
 * repeated start starts nothing; otherwise `ExecutionAlreadyExists`. Also throws `StateMachineDoesNotExist`, `InvalidName` and
 * `InvalidExecutionInput`. `also` is written in the same transaction.
 */
export const startExecution = (
  database: Database,
  given: Given,
  request: StartRequest,
  also: (row: ExecutionRow) => void = () => {},
): { readonly row: ExecutionRow; readonly fresh: boolean } => {
  const { region, account, now } = given;
  checkName(request.name);
  const input: Json | undefined = parseJson(request.input);
  if (input === undefined)
    throw new WireError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${request.input.slice(0, 200)}'`,
    );
  if (byteLength(request.input) > PAYLOAD_LIMIT) {
    throw new WireError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: longer than ${PAYLOAD_LIMIT} bytes`,
    );
  }
  const machine = readMachine(database, request.machineArn);
  if (!machine)
    throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${request.machineArn}'`);
  const arn = `arn:aws:states:${region}:${account}:execution:${machine.name}:${request.name}`;
  const existing = readExecution(database, arn);
  if (existing) {
    if (existing.status !== 'RUNNING' || !sameInput(existing.input, request.input)) {
      throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    also(existing);
    return { row: existing, fresh: false };
  }
  const { machine: definition, diagnostics } = parseDefinition(machine.definition);
  if (!definition)
    throw new WireError('InvalidDefinition', `${machine.arn}: ${diagnostics[0]?.message ?? 'not readable'}`);
  return database.transaction(() => {
    insertExecution(database, {
      arn,
      name: request.name,
      machine: machine.arn,
      definition: putDefinition(database, machine.definition),
      role: machine.role,
      startAt: definition.StartAt,
      input,
      started: now,
      deadline: definition.TimeoutSeconds === undefined ? undefined : now + definition.TimeoutSeconds * 1000,
    });
    const row = readExecution(database, arn);
    if (!row) throw new Error(`engine database: execution ${arn} is gone after it was stored`);
    also(row);
    return { row, fresh: true };
  });
};
