import { expect, test } from 'vitest';
import { reasonOf, unreachableCode } from '../../shared/outside/unreachable-code.ts';

const coded = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

test.each([
  ['ENOTFOUND', 'dns_failed'],
  ['EAI_AGAIN', 'resolver_failed'],
  ['EMFILE', 'own_fault'],
  ['EADDRNOTAVAIL', 'own_fault'],
  ['EAFNOSUPPORT', 'no_ipv6'],
  ['ENETUNREACH', 'connect_refused'],
  ['ECONNREFUSED', 'connect_refused'],
  ['EHOSTUNREACH', 'connect_refused'],
  ['ETIMEDOUT', 'connect_timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
  ['ECONNRESET', 'connection_lost'],
  ['UND_ERR_SOCKET', 'connection_lost'],
  ['CERT_HAS_EXPIRED', 'tls_expired'],
  ['CERT_NOT_YET_VALID', 'tls_expired'],
  ['CERT_REVOKED', 'tls_failed'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed'],
  ['ERR_ADDRESS_REFUSED', 'address_refused'],
  ['SOMETHING_NEW', 'connection_lost'],
])('%s is %s', (code, expected) => {
  expect(unreachableCode(coded(code))).toBe(expected);
});

test('an attempt at several addresses is called by its most telling failure', () => {
  expect(unreachableCode(new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]))).toBe('connect_timeout');
  expect(unreachableCode(new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]))).toBe('connect_refused');
  const routeless = Object.assign(coded('ENETUNREACH'), { address: '2606:4700::1' });
  expect(unreachableCode(routeless)).toBe('no_ipv6');
  expect(unreachableCode(new AggregateError([routeless, coded('ECONNREFUSED')]))).toBe('connect_refused');
  expect(unreachableCode(new AggregateError([routeless]))).toBe('no_ipv6');
  expect(unreachableCode(new AggregateError([]))).toBe('connection_lost');
});

test('what ends a request from outside is aborted', () => {
  expect(unreachableCode(new DOMException('x', 'AbortError'))).toBe('aborted');
  expect(unreachableCode(new DOMException('x', 'TimeoutError'))).toBe('aborted');
  expect(unreachableCode('no error at all')).toBe('connection_lost');
});

test('a reason is one short line', () => {
  expect(reasonOf(new Error('one\n  two\r\nthree'))).toBe('one two three');
  const openssl =
    '409D4234987F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/tlsany_meth.c:77:\n';
  expect(reasonOf(new Error(openssl))).toBe('SSL routines: wrong version number');
  expect(reasonOf(new Error('x'.repeat(1_000)))).toBe('x'.repeat(300));
  expect(reasonOf(new AggregateError([new Error('first'), new Error('second')]))).toBe('first');
});
