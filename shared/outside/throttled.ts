/** A service asked us to slow down. Nothing was done; the same request later may be. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}
