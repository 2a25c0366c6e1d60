import { childAnswer } from './answers.ts';
import { scopeAt } from './definition.ts';
import type { Signal } from './execution.ts';
import { STATES } from './failure.ts';
import { integrationOf } from './integrations.ts';
import { jsonText } from './json.ts';
import type { Live } from './live.ts';
import type { ExecutionRow } from './sqlite/executions.ts';
import type { ChildEnded } from './sqlite/letters.ts';

/** What the end of a child is to the frame that waited for it; undefined where that is gone. */
export const endedSignal = (
  { execution, frames }: Live,
  row: ExecutionRow,
  { frame, waits }: ChildEnded,
): Signal | undefined => {
  const put = frames.get(frame);
  if (!put) return undefined;
  const succeeded = row.status === 'SUCCEEDED';
  if ('run' in waits) return { kind: 'child-ended', frame, run: waits.run, succeeded };
  const state = scopeAt(execution.machine, put.path).States[put.state];
  const integration = state?.Type === 'Task' ? integrationOf(state.Resource) : undefined;
  if (integration?.kind !== 'execution') return undefined;
  const { attempt } = waits;
  if (succeeded) return { kind: 'succeeded', frame, attempt, output: childAnswer(row, integration.waits === 'json') };
  // Whatever the child failed with: the task's error is this one, and its cause the child's description.
  const detail = { error: STATES.taskFailed, cause: jsonText(childAnswer(row, false)) };
  return { kind: 'failed', frame, attempt, detail };
};
