import { describe, expect, it } from 'vitest';
import { diffFields, overlay } from '../../shared/apply/field-diff.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';

const hash = (value: unknown) => digestOf(canonicalJson(value));
const paths = (before: unknown, after: unknown) => diffFields(before, after).map((change) => change.path);

describe('diffFields', () => {
  it('gives old and new value with their hashes', () => {
    expect(diffFields({ spec: { replicas: 2 } }, { spec: { replicas: 3 } })).toEqual([
      { path: '/spec/replicas', replaces: '2', replacesHash: hash(2), with: '3', withHash: hash(3) },
    ]);
  });

  it('gives only the side that is there for fields that come and go', () => {
    expect(diffFields({ a: 1 }, { b: 'x' })).toEqual([
      { path: '/a', replaces: '1', replacesHash: hash(1) },
      { path: '/b', with: 'x', withHash: hash('x') },
    ]);
  });

  it('shows nothing but hashes of what is hidden', () => {
    expect(diffFields({ data: { key: 'b2xk' } }, { data: { key: 'bmV3' } }, true)).toEqual([
      { path: '/data/key', replacesHash: hash('b2xk'), withHash: hash('bmV3') },
    ]);
  });

  it('caps the text of a long value and hashes all of it', () => {
    const long = 'x'.repeat(10_000);
    expect(diffFields({}, { a: long })).toEqual([{ path: '/a', with: `${'x'.repeat(199)}…`, withHash: hash(long) }]);
  });

  it.each([
    [
      'a container by its name',
      { c: [{ name: 'a', image: '1' }, { name: 'b' }] },
      { c: [{ name: 'b' }, { name: 'a', image: '2' }] },
      ['/c[name=a]/image'],
    ],
    [
      'a container port by number and protocol',
      { p: [{ containerPort: 80, protocol: 'TCP' }] },
      { p: [{ containerPort: 80, protocol: 'UDP' }] },
      ['/p[containerPort=80,protocol=TCP]', '/p[containerPort=80,protocol=UDP]'],
    ],
    [
      'a mount by its path',
      { m: [{ mountPath: '/a', readOnly: true }] },
      { m: [{ mountPath: '/a' }] },
      ['/m[mountPath=~1a]/readOnly'],
    ],
    ['a list without keys as one value', { args: ['a'] }, { args: ['a', 'b'] }, ['/args']],
    [
      'a list with two items of one key as one value',
      { e: [{ name: 'a' }, { name: 'a' }] },
      { e: [{ name: 'a' }] },
      ['/e'],
    ],
    [
      'another order of the same items',
      { e: [{ name: 'a' }, { name: 'b' }] },
      { e: [{ name: 'b' }, { name: 'a' }] },
      ['/e'],
    ],
    ['a name with a slash, escaped', { l: {} }, { l: { 'a/b~c': '' } }, ['/l/a~1b~0c']],
    ['nothing for another order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ])('finds %s', (_, before, after, expected) => {
    expect(paths(before, after)).toEqual(expected);
  });
});

describe('a difference in more than 200 fields', () => {
  const nested = (value: string, count: number) => ({
    spec: Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`group${at}`, { one: { a: value, b: value }, two: { a: value } }]),
    ),
  });
  const shape = (before: unknown, after: unknown) => {
    const fields = diffFields(before, after);
    return [fields.length, fields[0]?.path];
  };

  it.each([
    ['is told field by field up to there', 66, [198, '/spec/group0/one/a']],
    ['is told a step less deep', 90, [180, '/spec/group0/one']],
    ['is told two steps less deep', 150, [150, '/spec/group0']],
    ['is told as one where there is nothing between', 300, [1, '/spec']],
  ])('%s', (_, count, expected) => {
    expect(shape(nested('x', count), nested('y', count))).toEqual(expected);
  });

  it('covers every value by its hashes', () => {
    const before = nested('x', 300);
    const other = { spec: { ...nested('y', 300).spec, group7: { one: { a: 'z' } } } };
    const hashes = [nested('y', 300), other].map((after) => diffFields(before, after)[0]?.withHash);
    expect(new Set(hashes).size).toBe(2);
  });
});

describe('overlay', () => {
  it('puts stated values in place, keeps the rest, and leaves out list items that are not stated', () => {
    const before = { spec: { a: 1, list: [{ name: 'x', d: 1 }, { name: 'y' }] } };
    expect(overlay(before, { spec: { list: [{ name: 'x', e: 2 }] } })).toEqual({
      spec: { a: 1, list: [{ name: 'x', d: 1, e: 2 }] },
    });
  });
});
