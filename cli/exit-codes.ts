/** How a command says by its exit code what came of it. The one list; a script may rely on it. */
export const exitCodes = {
  done: 0,
  /** A mistake of ours, or a failure that nobody foresaw. */
  ourError: 1,
  /** Usage, or input that is not right: a config with mistakes, no instance to talk to. */
  badInput: 2,
  /** The rollout failed, was rolled back or rejected. */
  notGood: 3,
  signIn: 4,
  /** Not an approver, another plan, an approval that is decided or expired. */
  refused: 5,
  stillRunning: 6,
  /** Inconclusive, or some targets without the release. */
  partial: 7,
  /** Only when asked for by `--exit-code`. */
  differences: 10,
  /** Ctrl-C, which stops watching and never a rollout. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
