import { describe, expect, it } from 'vitest';
import { type Asked, controlApiFailure } from '../../shared/clouds/control-api-failure.ts';
import { Unreachable } from '../../shared/outside/http.ts';

const failed = (message: string, fields: object) => Object.assign(new Error(message), fields);
const unreachable = new Unreachable('GET https://eks.example', 'connect_refused', 'connection refused');

const table: readonly [string, Asked, unknown, string, string][] = [
  ['no connection', 'cluster', unreachable, 'ClusterUnreachable', 'eks a: GET https://eks.example: connection refused'],
  [
    'no connection, deep inside',
    'token',
    new Error('a', { cause: new Error('b', { cause: unreachable }) }),
    'ClusterUnreachable',
    'eks a: GET https://eks.example: connection refused',
  ],
  [
    'AWS throttles with 400',
    'cluster',
    failed('Rate exceeded', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }),
    'Throttled',
    'eks a: asked to slow down: 400 Rate exceeded',
  ],
  [
    'Azure throttles',
    'cluster',
    failed('slow', { statusCode: 429 }),
    'Throttled',
    'eks a: asked to slow down: 429 slow',
  ],
  [
    'AWS fails',
    'cluster',
    failed('oops', { $metadata: { httpStatusCode: 500 } }),
    'ClusterUnreachable',
    'eks a: no usable answer: 500 oops',
  ],
  [
    'Google is down',
    'token',
    failed('busy', { response: { status: 503 } }),
    'ClusterUnreachable',
    'eks a: no usable answer: 503 busy',
  ],
  [
    'an answer nobody can read',
    'cluster',
    new SyntaxError('Unexpected token'),
    'ClusterUnreachable',
    'eks a: no usable answer: Unexpected token',
  ],
  [
    'an expired session',
    'cluster',
    failed('expired', { name: 'ExpiredTokenException', $metadata: { httpStatusCode: 400 } }),
    'AccessRefused',
    'eks a: our identity is refused: 400 expired; check the trust between it and this account',
  ],
  [
    'forbidden',
    'cluster',
    failed('no', { httpStatusCode: 403 }),
    'AccessRefused',
    'eks a: our identity is refused: 403 no; check the trust between it and this account',
  ],
  [
    'a token service says 400',
    'token',
    failed('invalid_grant', { status: 400 }),
    'AccessRefused',
    'eks a: our identity is refused: 400 invalid_grant; check the trust between it and this account',
  ],
  [
    'not found',
    'cluster',
    failed('none', { statusCode: 404 }),
    'ClusterUnresolved',
    "eks a: can not be resolved: 404 none; check the target's locator in the config",
  ],
  [
    'many lines',
    'cluster',
    failed('one\n  two', { statusCode: 404 }),
    'ClusterUnresolved',
    "eks a: can not be resolved: 404 one two; check the target's locator in the config",
  ],
];

describe('controlApiFailure', () => {
  it.each(table)('%s (asked for a %s)', (_, asked, error, name, message) => {
    const failure = controlApiFailure('eks a', asked, error);
    expect({ name: failure.name, message: failure.message }).toEqual({ name, message });
  });

  it('ends on an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(controlApiFailure('eks a', 'cluster', error).name).toBe('ClusterUnreachable');
  });
});
