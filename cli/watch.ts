import { stripVTControlCharacters } from 'node:util';
import type { RolloutView } from '../console/views/rollout.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { renderProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Shows a rollout as it moves. */
export interface Progress {
  show(view: RolloutView): void;
}

/** Without a terminal, what is waited for is said again after so long. */
const repeatMs = 30_000;

/**
 * Progress drawn in place on a terminal; anywhere else event lines that are only ever added to, each once. With `json` one event per
 * line on stdout. Whoever shows more than five times a second is at fault: nothing is held back here.
 */
const createProgress = (terminal: Terminal, json: boolean): Progress => {
  if (json) return eventLines((event) => terminal.out(JSON.stringify(event)));
  return terminal.canRedraw ? redrawn(terminal) : appended(terminal);
};

const redrawn = (terminal: Terminal): Progress => {
  let drawn: readonly string[] = [];
  return {
    show: (view) => {
      const lines = renderProgress(view, terminal.style);
      if (lines.length === drawn.length && lines.every((line, at) => line === drawn[at])) return;
      const up = drawn.length === 0 ? '' : `\x1b[${drawn.length}A`;
      terminal.draw(`${up}${lines.map((line) => `\x1b[2K${cut(line, terminal.columns)}\n`).join('')}\x1b[0J`);
      drawn = lines;
    },
  };
};

/** A line no longer than the terminal is wide: a wrapped line could not be drawn over. What is cut loses its colours. */
const cut = (line: string, columns: number): string => {
  const bare = stripVTControlCharacters(line);
  return bare.length <= columns ? line : `${bare.slice(0, columns - 1)}…`;
};

type Line = RolloutView['events'][number];

const eventLines = (write: (event: Line) => void): Progress => {
  let written = 0;
  return {
    show: ({ events }) => {
      for (const event of events.slice(written)) write(event);
      written = Math.max(written, events.length);
    },
  };
};

const appended = (terminal: Terminal): Progress => {
  const lines = eventLines(({ at, text }) => terminal.say(`${timeOf(at)}  ${text}`));
  let last = { sentence: '', at: 0, events: 0 };
  return {
    show: (view) => {
      lines.show(view);
      const { sentence } = view.situation;
      const now = terminal.clock.now();
      const isNew = sentence !== last.sentence || view.events.length !== last.events;
      if (!isNew && now - last.at >= repeatMs) terminal.say(`${timeOf(now)}  still: ${sentence}`);
      if (isNew || now - last.at >= repeatMs) last = { sentence, at: now, events: view.events.length };
    },
  };
};

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** How often a rollout is looked at. */
const pollMs = 1_000;

/**
 * Shows a rollout until it has ended, and returns the exit code that its end stands for; 6 when `until` comes first. Rejects when
 * interrupted.
 */
export const watchRollout = async (
  read: () => Promise<RolloutView>,
  terminal: Terminal,
  json: boolean,
  until = Number.POSITIVE_INFINITY,
): Promise<{ readonly view: RolloutView; readonly exitCode: ExitCode }> => {
  const progress = createProgress(terminal, json);
  for (;;) {
    const view = await read();
    progress.show(view);
    if (view.end !== undefined) return { view, exitCode: exitCodeOf(view.end.outcome) };
    if (terminal.clock.now() >= until) return { view, exitCode: exitCodes.stillRunning };
    await terminal.clock.sleep(pollMs, terminal.interrupted);
  }
};

/** The exit code that the end of a rollout stands for. */
const exitCodeOf = (outcome: NonNullable<RolloutView['end']>['outcome']): ExitCode => {
  if (outcome === 'succeeded') return exitCodes.done;
  return outcome === 'partial' ? exitCodes.partial : exitCodes.notGood;
};
