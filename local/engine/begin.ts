import type { Frame } from './execution.ts';
import { payload } from './flow.ts';
import { type Json, jsonText } from './json.ts';
import type { Database } from './sqlite/database.ts';
import { addExecution, type ExecutionRow } from './sqlite/executions.ts';
import { putFrame } from './sqlite/frames.ts';
import { addEvent } from './sqlite/history.ts';

/** An execution that is to begin; the rest of its row follows from that. */
export interface Birth
  extends Omit<ExecutionRow, 'id' | 'status' | 'input' | 'redrives' | 'redriven' | 'lastEvent' | 'nextFrame'> {
  readonly startAt: string;
  readonly input: Json;
}

/** An execution that is about to enter its first state. */
export interface Newborn {
  readonly row: ExecutionRow;
  readonly frame: Frame;
  readonly input: Json;
}

/** Stores a new execution with its first event and its first frame. */
export const beginExecution = (database: Database, { startAt, input, ...birth }: Birth): Newborn => {
  const row: ExecutionRow = {
    ...birth,
    ...{ id: database.nextId('executions'), status: 'RUNNING', input: jsonText(input) },
    ...{ redrives: 0, lastEvent: 1, nextFrame: 1 },
  };
  const started = {
    ...payload('input', input),
    roleArn: row.role,
    ...(row.alias !== undefined && { stateMachineAliasArn: row.alias }),
    ...(row.version !== undefined && { stateMachineVersionArn: row.version }),
  };
  const frame: Frame = {
    ...{ id: 0, index: 0, path: [], state: startAt, input, variables: {} },
    // AWS lets the first state follow nothing, not even ExecutionStarted.
    ...{ last: 0, retries: [], retryCount: 0, doing: { kind: 'ready' } },
  };
  addExecution(database, row);
  addEvent(database, row.id, {
    ...{ id: 1, at: row.started, type: 'ExecutionStarted', previous: 0 },
    details: { executionStartedEventDetails: started },
  });
  putFrame(database, row.id, frame);
  return { row, frame, input };
};
