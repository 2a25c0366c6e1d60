import type { Transition } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { jsonText } from '../json.ts';
import type { Database } from './database.ts';
import { type ExecutionRow, putExecution } from './executions.ts';
import { putFrame, putItems, removeFrame } from './frames.ts';
import { addEvent } from './history.ts';
import { type Letter, type Link, postLetter, removeLink, takeLetter } from './letters.ts';
import { putMapRun, stopMapRun } from './map-runs.ts';
import { putToken } from './tokens.ts';

export interface Commit {
  readonly row: ExecutionRow;
  readonly at: number;
  readonly transition: Transition;
  /** The frames as they are stored now. */
  readonly before: ReadonlyMap<number, Frame>;
  /** Who waits for the end of this execution. */
  readonly waiting: readonly Link[];
  /** The letter this transition answers. */
  readonly letter?: Letter | undefined;
}

const writeFrames = (database: Database, { row: { id }, before, transition }: Commit): void => {
  for (const [frame, put] of transition.frames) {
    const stored = before.get(frame);
    if (put) putFrame(database, id, put, stored);
    else if (stored) {
      removeFrame(database, id, stored);
      const { kind } = stored.doing;
      // Only a Map state has items.
      if (kind === 'iterations' || kind === 'map-run') putItems(database, id, frame, undefined);
    }
  }
  for (const [frame, items] of transition.items) putItems(database, id, frame, items);
};

const tellEnd = (database: Database, { arn, parent, parentFrame, mapRun }: ExecutionRow, waiting: readonly Link[]) => {
  const letters = waiting.map((link) => {
    removeLink(database, link);
    const { execution, frame, attempt } = link;
    return postLetter(database, execution, { kind: 'ended', child: arn, frame, waits: { attempt } });
  });
  if (parent === undefined || parentFrame === undefined || mapRun === undefined) return letters;
  const ended = { kind: 'ended', child: arn, frame: parentFrame, waits: { run: mapRun } } as const;
  return [...letters, postLetter(database, parent, ended)];
};

/** The execution's row as a transition makes it. */
const rowAfter = (row: ExecutionRow, { lastEvent, nextFrame, ending }: Transition, at: number): ExecutionRow => ({
  ...{ ...row, lastEvent, nextFrame },
  ...(ending && {
    ...{ status: ending.status, error: ending.error, cause: ending.cause, stopped: at },
    output: ending.output === undefined ? undefined : jsonText(ending.output),
  }),
});

/**
 * Writes a transition whole: events, frames, items, tokens, Map Runs and the letters to other executions; on disk with the next
 * commit. Returns the execution's row as it is now, and the letters, which are to be delivered.
 */
export const commitTransition = (
  database: Database,
  commit: Commit,
): { readonly row: ExecutionRow; readonly letters: readonly Letter[] } => {
  const { at, transition, waiting } = commit;
  const { ending } = transition;
  const { id, arn, machine } = commit.row;
  for (const event of transition.events) addEvent(database, id, event);
  // An execution that ends badly keeps its frames and items as they were before: a redrive goes on from them.
  if (!ending || ending.status === 'SUCCEEDED') writeFrames(database, commit);
  const row = rowAfter(commit.row, transition, at);
  putExecution(database, row);
  for (const { token, ...given } of transition.tokens) putToken(database, token, { execution: arn, ...given });
  for (const run of transition.mapRuns) putMapRun(database, run, arn, machine, at);
  const letters = transition.signals.map(({ execution, signal }) => postLetter(database, execution, signal));
  for (const run of transition.stopRuns) {
    for (const child of stopMapRun(database, run, at)) letters.push(postLetter(database, child, { kind: 'stop' }));
  }
  if (ending) letters.push(...tellEnd(database, row, waiting));
  if (commit.letter) takeLetter(database, commit.letter);
  return { row, letters };
};
