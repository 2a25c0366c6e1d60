import type { Newborn } from './begin.ts';
import type { Machine } from './definition.ts';
import type { Execution, Frame } from './execution.ts';
import type { Json } from './json.ts';
import { readDefinition } from './parse.ts';
import type { Database } from './sqlite/database.ts';
import { type ExecutionRow, readExecution } from './sqlite/executions.ts';
import { readFrames, readItems } from './sqlite/frames.ts';
import { readDefinitionText } from './sqlite/machines.ts';

/** An execution in memory: the rows of it that a step reads, replaced after each commit. */
export interface Live {
  row: ExecutionRow;
  execution: Execution;
  readonly frames: Map<number, Frame>;
  readonly items: Map<number, readonly Json[]>;
}

/** Brings executions into memory. */
export interface Loader {
  /** One that was stored within this job. */
  fromBirth(newborn: Newborn): Live;
  /** One that is stored; undefined unless it runs. */
  fromRows(arn: string): Live | undefined;
}

/** A loader that reads each definition once. */
export const createLoader = (database: Database): Loader => {
  const machines = new Map<string, Machine>();
  const machineOf = (digest: string): Machine => {
    const known = machines.get(digest);
    if (known) return known;
    const machine = readDefinition(readDefinitionText(database, digest));
    machines.set(digest, machine);
    return machine;
  };
  const liveOf = (row: ExecutionRow, input: Json, frames: Live['frames'], items: Live['items']): Live => {
    const execution: Execution = {
      ...{ arn: row.arn, name: row.name, machineArn: row.machine, roleArn: row.role, input, startedAt: row.started },
      machine: machineOf(row.definition),
      ...(row.deadline !== undefined && { deadline: row.deadline }),
      ...(row.redriven !== undefined && { redrivenAt: row.redriven }),
      ...{ redrives: row.redrives, lastEvent: row.lastEvent, nextFrame: row.nextFrame, frames, items },
    };
    return { row, execution, frames, items };
  };
  return {
    fromBirth: ({ row, frame, input }) => liveOf(row, input, new Map([[frame.id, frame]]), new Map()),
    fromRows: (arn) => {
      const row = readExecution(database, arn);
      if (row?.status !== 'RUNNING') return undefined;
      return liveOf(row, JSON.parse(row.input), readFrames(database, row.id), readItems(database, row.id));
    },
  };
};
