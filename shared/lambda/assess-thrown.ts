import { Unreachable } from '../outside/http.ts';
import { Throttled } from '../outside/throttled.ts';

/**
 * What AWS calls being asked to slow down, mostly with status 400 (Smithy's `THROTTLING_ERROR_CODES`, and what Step Functions says of the key that it
 * encrypts by), and two transactions of DynamoDB in each other's way: of all, nothing is written, and the same request later may be.
 */
const THROTTLING: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'ExecutionLimitExceeded',
  'KmsThrottlingException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
/** Why one of the requests of a cancelled transaction was not done (DynamoDB API reference, `TransactWriteItems`). */
const CANCELLED_FOR_NOW: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);
/** S3's words, with status 400, for a request whose bytes came too slowly. */
const TIMED_OUT: ReadonlySet<string> = new Set(['RequestTimeout', 'RequestTimeoutException']);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** The HTTP status of a failure that is a client's of AWS; only theirs carry `$metadata`. */
const statusOf = (error: Error): number | undefined => {
  const metadata = fieldOf(error, '$metadata');
  if (metadata === undefined) return undefined;
  const status = fieldOf(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : 0;
};

const cancelledForNow = (error: Error): boolean => {
  const reasons = fieldOf(error, 'CancellationReasons');
  return Array.isArray(reasons) && reasons.some((reason) => CANCELLED_FOR_NOW.has(String(fieldOf(reason, 'Code'))));
};

/**
 * What a step throws for what was thrown in it: failures of AWS that pass by themselves as `Throttled` or `Unreachable`, the names of the
 * failure table, with the message and the failure itself as cause; anything else as it is. The machine retries by the name alone.
 */
export const assessThrown = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error)) return thrown;
  const status = statusOf(thrown);
  if (status === undefined) return thrown;
  if (status === 429 || THROTTLING.has(thrown.name) || cancelledForNow(thrown)) {
    return new Throttled(`${thrown.name}: ${thrown.message}`, { cause: thrown });
  }
  if (status >= 500 || TIMED_OUT.has(thrown.name)) {
    return new Unreachable(thrown.name, 'connection_lost', thrown.message, thrown);
  }
  return thrown;
};
