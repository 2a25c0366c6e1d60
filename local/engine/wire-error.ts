/** An answer of the API that is an error, by AWS's own name for it. The SDK makes the exception of that name from it. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
