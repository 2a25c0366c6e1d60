import type { ExitCode } from './exit-codes.ts';
import type { Client } from './fetch.ts';
import type { Terminal } from './terminal.ts';

/** Options as commander reads them: camelCase, absent where not given. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** What every command is given. */
export interface Cli {
  readonly terminal: Terminal;
  /** `--json`: one object per line on stdout, and nothing else there. */
  readonly json: boolean;
  /** The instance the command is meant for. Throws `Stop` when there is none. */
  connect(): Promise<Client>;
}

/** Does what a command does, and says by its exit code what came of it. Throws `Stop` for what it can not do. */
export type Run = (args: readonly string[], options: Options, cli: Cli) => Promise<ExitCode>;

/** One command: all that `--help` and completion need, and the way to the module that does it, read only when it is run. */
export interface Command {
  readonly name: string;
  /** As commander writes it: `[id]`, `<commit>`. */
  readonly args?: string;
  readonly summary: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** Asks no instance, so that it takes no `--url`. */
  readonly offline?: true;
  /** Complete lines, each with what it is for. */
  readonly examples: readonly (readonly [line: string, why: string])[];
  load(): Promise<{ readonly run: Run }>;
}

/** An option that takes a value; `undefined` where it was not given. */
export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};
