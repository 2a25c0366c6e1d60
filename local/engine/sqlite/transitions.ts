import type { Transition } from '../draft.ts';
import type { Frame, Signal } from '../execution.ts';
import { jsonText } from '../json.ts';
import { redrive } from '../redrive.ts';
import { tokenHash } from '../token.ts';
import { type Database, number, text } from './database.ts';
import { type ExecutionRow, insertEvent, insertExecution, type NewExecution, putFrame } from './executions.ts';
import { putMapRun, stopMapRun } from './map-runs.ts';

/** A child execution ended that the frame of another waits for: as a task (its attempt) or as a part of a Map Run. */
export interface ChildEnded {
  readonly kind: 'ended';
  readonly child: string;
  readonly frame: number;
  /** `attempt <id>` or `run <arn>`. */
  readonly waits: string;
}

/** A signal between executions, stored until the receiver's transition has taken it. */
export interface Letter {
  readonly id: number;
  readonly execution: string;
  readonly body: Signal | ChildEnded;
}

const postLetter = (database: Database, execution: string, body: Letter['body']): Letter => ({
  id: database.insert('INSERT INTO inbox (execution, body) VALUES (?, ?)', execution, jsonText(body)),
  execution,
  body,
});

export const readLetters = (database: Database): readonly Letter[] =>
  database.all('SELECT id, execution, body FROM inbox ORDER BY id').map((row) => {
    const body: Letter['body'] = JSON.parse(text(row, 'body'));
    return { id: number(row, 'id'), execution: text(row, 'execution'), body };
  });

export const takeLetter = (database: Database, id: number): void => database.run('DELETE FROM inbox WHERE id = ?', id);

/** Makes `execution`'s frame wait for the end of `child`. Linking twice is linking once. */
export const link = (database: Database, child: string, execution: string, frame: number, waits: string): void =>
  database.run(
    'INSERT OR IGNORE INTO links (child, execution, frame, waits) VALUES (?, ?, ?, ?)',
    child,
    execution,
    frame,
    waits,
  );

export const isLinked = (database: Database, child: string, execution: string, waits: string): boolean =>
  database.one('SELECT 1 FROM links WHERE child = ? AND execution = ? AND waits = ?', child, execution, waits) !==
  undefined;

const endedLetters = (database: Database, child: string): readonly Letter[] => {
  const links = database.all(
    'SELECT execution, frame, waits FROM links WHERE child = ? ORDER BY execution, frame',
    child,
  );
  return links.map((row) =>
    postLetter(database, text(row, 'execution'), {
      kind: 'ended',
      child,
      frame: number(row, 'frame'),
      waits: text(row, 'waits'),
    }),
  );
};

export interface Commit {
  readonly id: number;
  readonly arn: string;
  readonly machine: string;
  readonly at: number;
  readonly transition: Transition;
  /** The frames as they are stored now. */
  readonly before: ReadonlyMap<number, Frame>;
  readonly children: readonly NewExecution[];
  readonly redriven: readonly ExecutionRow[];
  /** The letter this transition answers. */
  readonly letter?: number | undefined;
}

const writeFrames = (database: Database, { id, before, transition }: Commit): void => {
  for (const [frame, put] of transition.frames) {
    if (put) putFrame(database, id, put, before.get(frame));
    else {
      database.run('DELETE FROM frames WHERE execution = ? AND id = ?', id, frame);
      const { kind } = before.get(frame)?.doing ?? {};
      // Only a Map state has items.
      if (kind === 'iterations' || kind === 'map-run')
        database.run('DELETE FROM items WHERE execution = ? AND frame = ?', id, frame);
    }
  }
  for (const [frame, items] of transition.items) {
    if (items)
      database.run(
        'INSERT OR REPLACE INTO items (execution, frame, body) VALUES (?, ?, ?)',
        id,
        frame,
        jsonText(items),
      );
    else database.run('DELETE FROM items WHERE execution = ? AND frame = ?', id, frame);
  }
};

/**
 * Writes a transition whole: events, frames, items, tokens, Map Runs, new children and the letters to other executions. On
 * disk when it returns. Returns the letters, which are now to be delivered.
 */
export const commitTransition = (database: Database, commit: Commit): readonly Letter[] =>
  database.transaction(() => {
    const { id, arn, at, transition } = commit;
    const { ending } = transition;
    for (const event of transition.events) insertEvent(database, id, event);
    // An execution that ends badly keeps its frames and items as they were before: a redrive goes on from them.
    if (!ending || ending.status === 'SUCCEEDED') writeFrames(database, commit);
    database.run(
      `UPDATE executions SET last_event = ?, next_frame = ?, status = ?, output = ?, error = ?, cause = ?, stopped = ?
       WHERE id = ?`,
      ...[transition.lastEvent, transition.nextFrame, ending?.status ?? 'RUNNING'],
      ...[ending?.output === undefined ? null : jsonText(ending.output), ending?.error ?? null, ending?.cause ?? null],
      ...[ending ? at : null, id],
    );
    for (const { token, frame, attempt, status } of transition.tokens) {
      database.run(
        'INSERT INTO tokens (hash, execution, frame, attempt, status) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET status = excluded.status',
        ...[tokenHash(token), arn, frame, attempt, status],
      );
    }
    for (const row of transition.mapRuns) putMapRun(database, row, arn, commit.machine, at);
    for (const child of commit.children) {
      insertExecution(database, child);
      if (child.mapRun !== undefined)
        link(database, child.arn, arn, frameOf(transition, child.mapRun), `run ${child.mapRun}`);
    }
    for (const child of commit.redriven) redrive(database, at, child);
    const letters = transition.signals.map(({ execution, signal }) => postLetter(database, execution, signal));
    for (const run of transition.stopRuns) {
      for (const child of stopMapRun(database, run, at)) letters.push(postLetter(database, child, { kind: 'stop' }));
    }
    if (ending) letters.push(...endedLetters(database, arn));
    if (commit.letter !== undefined) takeLetter(database, commit.letter);
    return letters;
  });

const frameOf = (transition: Transition, run: string): number =>
  transition.children.find((child) => child.run === run)?.frame ?? 0;

export interface TokenRow {
  readonly execution: string;
  readonly frame: number;
  readonly attempt: string;
  readonly status: string;
}

export const readToken = (database: Database, token: string): TokenRow | undefined => {
  const row = database.one('SELECT execution, frame, attempt, status FROM tokens WHERE hash = ?', tokenHash(token));
  return (
    row && {
      execution: text(row, 'execution'),
      frame: number(row, 'frame'),
      attempt: text(row, 'attempt'),
      status: text(row, 'status'),
    }
  );
};
