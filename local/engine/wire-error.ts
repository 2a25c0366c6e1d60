/** An answer of the API that is an error, by AWS's own name for it. The SDK makes the exception of that name from it. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly type: string;
  /** Members of the error besides its message: `reason`, `resourceName`. */
  readonly members: Readonly<Record<string, string>>;
  constructor(type: string, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message);
    this.type = type;
    this.members = members;
  }
}
