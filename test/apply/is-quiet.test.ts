import { expect, test } from 'vitest';
import { isQuiet } from '../../shared/apply/alone/is-quiet.ts';
import type { AloneAction, AloneLine } from '../../shared/apply/alone-words.ts';

const id = (name: string) => `/ConfigMap/shop/${name}` as const;

/** Objects by how they ended and the resourceVersion that they have now. */
const written = (objects: Readonly<Record<string, readonly [AloneAction, string]>>, writes: number) => ({
  lines: new Map(
    Object.entries(objects).map(([name, [action]]): [AloneLine['identity'], AloneLine] => [
      id(name),
      { identity: id(name), action, reason: '' },
    ]),
  ),
  landed: new Map(
    Object.entries(objects).map(([name, [, resourceVersion]]) => [
      id(name),
      { uid: name, generation: 1, resourceVersion },
    ]),
  ),
  writes,
});

test.each<[string, string | undefined, Parameters<typeof written>, boolean]>([
  ['one was written, and it is the next revision', '100', [{ a: ['changed', '101'], b: ['unchanged', '7'] }, 1], true],
  [
    'three were, in any order',
    '100',
    [{ a: ['changed', '103'], b: ['created', '101'], c: ['changed', '102'] }, 3],
    true,
  ],
  ['one of two writes was of the inventory', '100', [{ a: ['created', '102'] }, 2], true],
  ['somebody else wrote in between', '100', [{ a: ['changed', '102'] }, 1], false],
  ['somebody else wrote before the first', '100', [{ a: ['changed', '102'], b: ['changed', '103'] }, 2], false],
  ['the last write was of no object of the set', '100', [{ a: ['changed', '101'] }, 2], false],
  ['a write changed nothing', '100', [{ a: ['changed', '100'] }, 1], false],
  ['it was not read at one moment', undefined, [{ a: ['changed', '101'] }, 1], false],
  ['the server told no version of its list', '', [{ a: ['changed', '1'] }, 1], false],
  ['a version is no number', '100', [{ a: ['changed', 'abc'] }, 1], false],
  ['of what was written no version is known', '100', [{ b: ['unchanged', '101'] }, 1], false],
])('%s: quiet is %4$s', (_, seenAt, given, expected) => {
  expect(isQuiet(seenAt === undefined ? {} : { seenAt }, written(...given))).toBe(expected);
});
