import { HISTORY_LIMIT } from './draft.ts';
import type { Frame } from './execution.ts';
import { readDefinition } from './parse.ts';
import type { Database } from './sqlite/database.ts';
import { type ExecutionRow, mapRunChildren, putExecution } from './sqlite/executions.ts';
import { putFrame, readFrames } from './sqlite/frames.ts';
import { addEvent } from './sqlite/history.ts';
import { readDefinitionText } from './sqlite/machines.ts';

/** Days after its end that an execution can be redriven (developer guide, "Restarting executions with redrive"). */
const REDRIVABLE_DAYS = 14;

/** Why the execution can not be redriven now; undefined when it can. AWS's texts, but for children of a Map Run. */
export const redriveRefusal = (row: ExecutionRow, now: number): string | undefined => {
  if (row.status === 'RUNNING' || row.status === 'SUCCEEDED')
    return `Execution is ${row.status} and cannot be redriven`;
  if (row.mapRun !== undefined) return 'Execution is a child of a Map Run and can only be redriven with its parent';
  if (row.lastEvent >= HISTORY_LIMIT - 1) return 'Execution history event limit exceeded';
  const age = now - (row.stopped ?? now);
  return age > REDRIVABLE_DAYS * 86_400_000 ? 'Execution redrivable period exceeded' : undefined;
};

/**
 * The frames of an execution that ended badly, as they begin again: what was done stays done, every state that was going on
 * runs again from its start with new retries; branches and iterations that had ended well are kept, and so are the children of
 * a Map Run: `childrenOf` says which there are.
 */
const framesAgain = (
  frames: Iterable<Frame>,
  childrenOf: (run: string) => readonly Pick<ExecutionRow, 'item' | 'status'>[],
): readonly Frame[] =>
  [...frames].map((frame) => {
    const { doing } = frame;
    if (doing.kind === 'done' || doing.kind === 'branches' || doing.kind === 'iterations') return frame;
    const fresh = { ...frame, retries: [], retryCount: 0 };
    if (doing.kind !== 'map-run' || doing.phase === 'reading') return { ...fresh, doing: { kind: 'ready' } };
    const children = childrenOf(doing.run);
    const again = children.flatMap(({ item, status }) => (status === 'SUCCEEDED' || item === undefined ? [] : [item]));
    const reset = { phase: 'redriving', next: children.length, running: 0, failed: 0, again } as const;
    return { ...fresh, doing: { ...doing, ...reset } };
  });

/** Opens an execution again at the states that failed, under its own definition and input. The caller checked the refusal. */
export const redrive = (database: Database, now: number, row: ExecutionRow): void => {
  const timeout = readDefinition(readDefinitionText(database, row.definition)).TimeoutSeconds;
  const frames = framesAgain(readFrames(database, row.id).values(), (run) => mapRunChildren(database, run));
  const event = row.lastEvent + 1;
  const redriveCount = row.redrives + 1;
  putExecution(database, {
    ...row,
    ...{ status: 'RUNNING', output: undefined, error: undefined, cause: undefined, stopped: undefined },
    ...{ redrives: redriveCount, redriven: now, lastEvent: event },
    deadline: timeout === undefined ? undefined : now + timeout * 1000,
  });
  addEvent(database, row.id, {
    ...{ id: event, at: now, type: 'ExecutionRedriven', previous: row.lastEvent },
    details: { executionRedrivenEventDetails: { redriveCount } },
  });
  for (const frame of frames) putFrame(database, row.id, frame, { ...frame, input: null });
};
