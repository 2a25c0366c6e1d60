import { expect, it } from 'vitest';
import { isExpired, readWatchEvent } from '../../../shared/apply/watch/watch-event.ts';

const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'shop', uid: 'u', resourceVersion: '7' },
};
const status = (code: number, reason: string, details?: object) => ({
  kind: 'Status',
  code,
  reason,
  message: 'so',
  details,
});
const refused = (code: number, reason: string, more: object = {}) => ({
  ...{ code, reason, message: 'so', causes: [], details: { kind: '', name: '' } },
  ...more,
});
const bookmark = { kind: 'ConfigMap', metadata: { resourceVersion: '9', creationTimestamp: null } };

it.each([
  ['ADDED', { type: 'ADDED', object }, { is: 'present', object, version: '7' }],
  ['MODIFIED', { type: 'MODIFIED', object }, { is: 'present', object, version: '7' }],
  ['DELETED', { type: 'DELETED', object }, { is: 'gone', object, version: '7' }],
  ['BOOKMARK', { type: 'BOOKMARK', object: bookmark }, { is: 'bookmark', version: '9' }],
  ['ERROR', { type: 'ERROR', object: status(410, 'Expired') }, { is: 'error', refused: refused(410, 'Expired') }],
  [
    'ERROR that says when to come back',
    { type: 'ERROR', object: status(429, 'TooManyRequests', { retryAfterSeconds: 3 }) },
    { is: 'error', refused: refused(429, 'TooManyRequests', { retryAfterSeconds: 3 }) },
  ],
  ['ERROR without a Status', { type: 'ERROR' }, { is: 'error', refused: { ...refused(500, ''), message: '{}' } }],
  ['a type that nobody knows', { type: 'PING', object }, { is: 'unreadable' }],
  ['a type that every object has', { type: 'toString', object }, { is: 'unreadable' }],
  ['an object without version', { type: 'ADDED', object: { metadata: { name: 'a' } } }, { is: 'unreadable' }],
  ['an object without name', { type: 'ADDED', object: { metadata: { resourceVersion: '7' } } }, { is: 'unreadable' }],
  ['a list, from a server that does not watch', { kind: 'ConfigMapList', items: [] }, { is: 'unreadable' }],
  ['JSON that is no object', [1], { is: 'unreadable' }],
])('reads %s', (_, line, expected) => {
  expect(readWatchEvent(JSON.stringify(line))).toEqual(expected);
});

it('reads a page of a proxy as nothing', () => {
  expect(['<html>', '', '{"type":'].map(readWatchEvent)).toEqual(Array(3).fill({ is: 'unreadable' }));
});

it('tells what is no longer kept by code or by reason', () => {
  const cases = [
    refused(410, 'Expired'),
    refused(410, 'Gone'),
    refused(500, 'Expired'),
    refused(410, ''),
    refused(500, 'Gone'),
  ];
  expect(cases.map(isExpired)).toEqual([true, true, true, true, true]);
  expect([refused(429, 'TooManyRequests'), refused(504, 'Timeout')].map(isExpired)).toEqual([false, false]);
});
