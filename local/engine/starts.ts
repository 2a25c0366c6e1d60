import { executionArnOf, unqualified } from './arn.ts';
import { beginExecution, type Newborn } from './begin.ts';
import type { Machine } from './definition.ts';
import { type EngineRandom, type Given, uuid } from './given.ts';
import { byteLength, type Json, jsonText, PAYLOAD_LIMIT, parseJson } from './json.ts';
import { readDefinition } from './parse.ts';
import { nextRoute, readAlias } from './sqlite/aliases.ts';
import type { Database } from './sqlite/database.ts';
import { type ExecutionRow, readExecution } from './sqlite/executions.ts';
import { type MachineRow, putDefinition, readMachine } from './sqlite/machines.ts';
import { versionAt } from './sqlite/versions.ts';
import { WireError } from './wire-error.ts';

export interface StartRequest {
  readonly machineArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  /** The X-Ray trace header it was started with. */
  readonly trace?: string | undefined;
}

/** An execution as started now, or as it runs since it was started before. */
export type Started = { readonly fresh: Newborn } | { readonly running: ExecutionRow };

/** 1 to 80 characters without whitespace, brackets, wildcards and `" # % \ ^ | ~ ` $ & , ; : /` and control characters. */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff\u{10ffff}]{1,80}$/u;

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
  if (machine.deleting) throw new WireError('StateMachineDeleting', `State Machine Deleting: '${machineArn}'`);
  if (!version) return { machine };
  const { definition, role } = version;
  return { machine: { ...machine, definition, role }, version: chosen, ...(alias && { alias: alias.arn }) };
};

const sameInput = (a: string, b: string): boolean => a === b || jsonText(parseJson(a)) === jsonText(parseJson(b));

const inputOf = (text: string): Json => {
  const input = parseJson(text);
  if (input === undefined)
    throw new WireError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${text.slice(0, 200)}'`);
  if (byteLength(text) <= PAYLOAD_LIMIT) return input;
  throw new WireError(
    'InvalidExecutionInput',
    `Invalid State Machine Execution Input: longer than ${PAYLOAD_LIMIT} bytes`,
  );
};

const deadlineOf = ({ TimeoutSeconds }: Machine, express: boolean, now: number): number | undefined => {
  const seconds = Math.min(TimeoutSeconds ?? Number.POSITIVE_INFINITY, express ? EXPRESS_SECONDS : Infinity);
  return Number.isFinite(seconds) ? now + seconds * 1000 : undefined;
};

/**
 * Stores a new execution, ready to run. The same name with the same input while it runs returns the one there is, so that a
 * repeated start starts nothing; otherwise `ExecutionAlreadyExists`. Also throws `StateMachineDoesNotExist`,
 * `StateMachineDeleting`, `InvalidName` and `InvalidExecutionInput`, before anything is stored.
 */
export const startExecution = (database: Database, given: Given, request: StartRequest): Started => {
  const { now } = given;
  checkName(request.name);
  const input = inputOf(request.input);
  const { machine, version, alias } = startable(database, given.random, request.machineArn);
  const express = machine.type === 'EXPRESS';
  const standardArn = executionArnOf(machine.arn, request.name);
  const arn = express ? `${standardArn.replace(':execution:', ':express:')}:${uuid(given.random)}` : standardArn;
  const running = readExecution(database, arn);
  if (running) {
    if (running.status !== 'RUNNING' || !sameInput(running.input, request.input))
      throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    return { running };
  }
  const definition = readDefinition(machine.definition);
  const fresh = beginExecution(database, {
    ...{ arn, name: request.name, machine: machine.arn, role: machine.role, startAt: definition.StartAt, input },
    definition: putDefinition(database, machine.definition),
    ...{ started: now, deadline: deadlineOf(definition, express, now), version, alias, trace: request.trace },
  });
  return { fresh };
};
