import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { type Clock, processClock } from '../shared/outside/clock.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** The process a command runs in: the only way it speaks, asks, or knows where it is. */
export interface Terminal {
  /** A line of the result, on stdout. */
  out(line: string): void;
  /** A line of talk, on stderr. */
  say(line: string): void;
  /** Text as it is, on stderr: for redrawing. */
  draw(text: string): void;
  /** As the terminal shows it: NO_COLOR, FORCE_COLOR and pipes are heeded. */
  style(style: Style, text: string): string;
  /** Whether a line may be drawn over: a terminal that is not dumb. */
  readonly canRedraw: boolean;
  /** Whether a person is there to answer. */
  readonly canAsk: boolean;
  readonly columns: number;
  ask(question: string): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly clock: Clock;
  /** Aborts at Ctrl-C, and when nobody reads the results any more. */
  readonly interrupted: AbortSignal;
}

/**
 * The terminal of this process. Ctrl-C aborts once; a second one ends the process at once. What reads stdout may be gone before all is told
 * (`| head`): that is as Ctrl-C, so that what is under way ends in order, and what is written after that goes nowhere.
 */
export const processTerminal = (): Terminal => {
  const { stdout, stderr, stdin, env } = process;
  const isPlain = env.TERM === 'dumb' || env.ACCESSIBLE === '1';
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const goOnUnread = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    interrupt.abort();
  };
  stdout.on('error', goOnUnread);
  stderr.on('error', goOnUnread);
  return {
    out: (line) => void stdout.write(`${line}\n`),
    say: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
    style: (style, text) => styleText(style, text, { stream: stderr, validateStream: true }),
    canRedraw: stderr.isTTY === true && stdout.isTTY === true && !isPlain,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    columns: stderr.columns ?? 100,
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question, { signal: interrupt.signal });
      } finally {
        lines.close();
      }
    },
    env,
    directory: process.cwd(),
    clock: processClock,
    interrupted: interrupt.signal,
  };
};

/** Resolves at Ctrl-C. */
export const untilInterrupted = ({ interrupted }: Pick<Terminal, 'interrupted'>): Promise<void> =>
  new Promise((done) => {
    if (interrupted.aborted) done();
    else interrupted.addEventListener('abort', () => done(), { once: true });
  });
