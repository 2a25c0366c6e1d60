import { describe, expect, it } from 'vitest';
import { assessThrown } from '../../shared/lambda/assess-thrown.ts';
import { LedgerConflict } from '../../shared/ledger/conflict.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import { failures } from '../../shared/rollout/failures.ts';

/** As a client of AWS throws it. */
const failed = (name: string, httpStatusCode: number | undefined, fields: object = {}): Error =>
  Object.assign(new Error('what it says'), { name, $metadata: { httpStatusCode }, ...fields });
const cancelled = (...codes: readonly string[]): Error =>
  failed('TransactionCanceledException', 400, { CancellationReasons: codes.map((Code) => ({ Code })) });

const passing: readonly [string, Error, 'Throttled' | 'Unreachable'][] = [
  ['DynamoDB is asked too much', failed('ThrottlingException', 400), 'Throttled'],
  ['a partition is too hot', failed('ProvisionedThroughputExceededException', 400), 'Throttled'],
  ['a write meets a transaction', failed('TransactionConflictException', 400), 'Throttled'],
  ['a transaction meets another', cancelled('None', 'TransactionConflict'), 'Throttled'],
  ['a transaction is asked too much', cancelled('ThrottlingError', 'None'), 'Throttled'],
  ['a transaction meets a hot partition', cancelled('ProvisionedThroughputExceeded'), 'Throttled'],
  ['the same transaction is still on its way', failed('TransactionInProgressException', 400), 'Throttled'],
  ['S3 is asked too much, with a status of its own', failed('SlowDown', 503), 'Throttled'],
  ['a limit of requests', failed('RequestLimitExceeded', 503), 'Throttled'],
  ['Lambda or SSM is asked too much', failed('TooManyRequestsException', 429), 'Throttled'],
  ['a status that says it, under a name nobody knows', failed('Unheard', 429), 'Throttled'],
  ['too many executions', failed('ExecutionLimitExceeded', 400), 'Throttled'],
  ['AWS is in trouble', failed('InternalServerError', 500), 'Unreachable'],
  ['a gateway before AWS is in trouble', failed('Unknown', 502), 'Unreachable'],
  ['a service is away', failed('ServiceUnavailable', 503), 'Unreachable'],
  ['S3 waited for bytes', failed('RequestTimeout', 400), 'Unreachable'],
];

const lasting: readonly [string, unknown][] = [
  ['a failed expectation of a transaction', cancelled('ConditionalCheckFailed', 'None')],
  ['a right that is missing', failed('AccessDeniedException', 400)],
  ['a table that is missing', failed('ResourceNotFoundException', 400)],
  ['an answer of AWS without a status', failed('SyntaxError', undefined)],
  ['a failure of ours', new LedgerConflict({ partition: 'p', sort: 's' })],
  ['no connection', new Unreachable('GET https://a.example', 'dns_failed', 'no such name')],
  ['a name of theirs on an error that is not', Object.assign(new Error('x'), { name: 'ThrottlingException' })],
  ['a mistake of ours', new TypeError('undefined is not a function')],
  ['something that is no error', 'thrown'],
];

describe('assessThrown', () => {
  it.each(passing)('says that it passes by itself: %s', (_, error, name) => {
    const assessed = assessThrown(error);
    expect(assessed).toMatchObject({ name, message: `${error.name}: what it says`, cause: error });
    expect(failures[name]).toBe('retry');
  });

  it.each(lasting)('leaves as it is: %s', (_, error) => {
    expect(assessThrown(error)).toBe(error);
  });
});
