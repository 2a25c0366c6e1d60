import { executionArnOf, unqualified } from './arn.ts';
import { type EngineRandom, type Given, uuid } from './given.ts';
import { byteLength, type Json, jsonText, PAYLOAD_LIMIT, parseJson } from './json.ts';
import { readDefinition } from './parse.ts';
import { nextRoute, readAlias } from './sqlite/aliases.ts';
import type { Database } from './sqlite/database.ts';
import { type ExecutionRow, insertExecution, readExecution } from './sqlite/executions.ts';
import { type MachineRow, putDefinition, readMachine } from './sqlite/machines.ts';
import { versionAt } from './sqlite/versions.ts';
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

/** An EXPRESS execution runs for at most five minutes (Step Functions quotas). */
const EXPRESS_SECONDS = 300;

/** What an ARN starts: a machine as it is, or as a version of it was, which an alias may choose by weight. */
const startable = (
  database: Database,
  random: EngineRandom,
  arn: string,
): { readonly machine: MachineRow; readonly version?: string; readonly alias?: string } => {
  const { machineArn, qualifier } = unqualified(arn);
  const machine = readMachine(database, machineArn);
  const alias = machine && qualifier !== undefined ? readAlias(database, arn) : undefined;
  const chosen = alias ? nextRoute(alias.routes, random.fraction()) : arn;
  const version = machine && qualifier !== undefined ? versionAt(database, chosen) : undefined;
  if (!machine || (qualifier !== undefined && !version))
    throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  if (!version) return { machine };
  const { definition, role } = version;
  return { machine: { ...machine, definition, role }, version: chosen, ...(alias && { alias: alias.arn }) };
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
  const { now } = given;
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
  const { machine, version, alias } = startable(database, given.random, request.machineArn);
  const express = machine.type === 'EXPRESS';
  const standardArn = executionArnOf(machine.arn, request.name);
  const arn = express ? `${standardArn.replace(':execution:', ':express:')}:${uuid(given.random)}` : standardArn;
  const existing = readExecution(database, arn);
  if (existing) {
    if (existing.status !== 'RUNNING' || !sameInput(existing.input, request.input)) {
      throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    also(existing);
    return { row: existing, fresh: false };
  }
  const definition = readDefinition(machine.definition);
  const seconds = Math.min(
    definition.TimeoutSeconds ?? Number.POSITIVE_INFINITY,
    express ? EXPRESS_SECONDS : Number.POSITIVE_INFINITY,
  );
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
      deadline: Number.isFinite(seconds) ? now + seconds * 1000 : undefined,
      ...{ version, alias },
    });
    const row = readExecution(database, arn);
    if (!row) throw new Error(`engine database: execution ${arn} is gone after it was stored`);
    also(row);
    return { row, fresh: true };
  });
};
