import { type ExitCode, exitCodes } from './exit-codes.ts';

/** A command can not go on: what it says on stderr, and how it exits. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly exitCode: ExitCode;
  /** Stable, in capitals, for `--json`. */
  readonly code: string;
  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** Input that is not right. */
export const badInput = (message: string): Stop => new Stop(exitCodes.badInput, 'BAD_INPUT', message);
