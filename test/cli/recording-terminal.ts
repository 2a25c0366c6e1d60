import { runCli } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

export interface Ran {
  readonly exitCode: number;
  readonly out: readonly string[];
  readonly said: readonly string[];
}

export interface Place {
  readonly directory?: string;
  readonly env?: Terminal['env'];
  /** What a person answers, question by question; absent: nobody is there. */
  readonly answer?: string | readonly string[];
  /** What happens while the command waits; called with the time it then is, and with what was said so far. */
  readonly meanwhile?: (now: number, said: readonly string[]) => Promise<void>;
}

/** Runs one command line as `tidegate` would, and writes down what it said where. Time does not pass by itself. */
export const ran = async (args: readonly string[], place: Place = {}): Promise<Ran> => {
  const out: string[] = [];
  const said: string[] = [];
  const answers = [place.answer ?? []].flat();
  let time = Date.UTC(2026, 10, 21, 8, 40, 0);
  const terminal: Terminal = {
    out: (line) => void out.push(line),
    say: (line) => void said.push(line),
    draw: (text) => void said.push(text),
    style: (_, text) => text,
    canRedraw: false,
    canAsk: place.answer !== undefined,
    columns: 100,
    ask: async (question) => {
      said.push(question);
      return answers.shift() ?? '';
    },
    env: place.env ?? {},
    directory: place.directory ?? '/nowhere',
    clock: {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
        await place.meanwhile?.(time, said);
      },
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    interrupted: new AbortController().signal,
  };
  return { exitCode: await runCli(args, terminal), out, said };
};
