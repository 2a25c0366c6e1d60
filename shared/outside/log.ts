/**
 * One structured line a call. Never a secret, never a token; `fields` are flat values. `message` is the same whatever it is about, and is told of everything:
 * a target, a reason and the like are fields, which are kept to whom they are for (shared/lambda).
 */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
