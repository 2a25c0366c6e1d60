/** Secrets by name, read at use and never kept. */
export interface Secrets {
  /** Throws `SecretMissing` when there is none of that name. */
  get(name: string): Promise<Secret>;
}

/** A value that can not be printed, logged or serialised by accident: only `reveal()` gives it out. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value itself, for the one call that needs it. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** Whether there is no secret of that name, by the name of what was thrown. */
export const isMissing = (error: unknown): error is Error => error instanceof Error && error.name === 'SecretMissing';

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  constructor(name: string, where: string) {
    super(`secret ${name} is not in ${where}; write it there and run the same command again`);
  }
}
