import { expect, it } from 'vitest';
import { openRepository } from '../../shared/render/repository.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const repository = openRepository(
  new Map([
    ['b/2.yaml', bytes('id: 2')],
    ['b/1.yml', bytes('id: 1')],
    ['b/deep/3.json', bytes('{"id": 3}')],
    ['b/.git/4.yaml', bytes('id: 4')],
    ['b/.5.yaml', bytes('id: 5')],
    ['b/notes.txt', bytes('\ufeffnotes')],
    ['bc/6.yaml', bytes('id: 6')],
    ['picture.png', new Uint8Array([0x89, 0x50])],
  ]),
);

it.each<[string, readonly unknown[]]>([
  ['b', [{ id: 1 }, { id: 2 }, { id: 3 }]],
  ['b/', [{ id: 1 }, { id: 2 }, { id: 3 }]],
  ['./b//', [{ id: 1 }, { id: 2 }, { id: 3 }]],
  ['b/deep', [{ id: 3 }]],
  ['b/2.yaml', [{ id: 2 }]],
  ['.', [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 6 }]],
  ['b/2', []],
  ['c', []],
])('the manifests at %s are those of its files, sorted by path', (place, values) => {
  const found = repository.manifests(place).flatMap(({ documents }) => documents.map(({ value }) => value));
  expect(found).toEqual(values);
});

it('texts are the files that are UTF-8, without their byte order mark', () => {
  expect([...repository.texts.keys()]).not.toContain('picture.png');
  expect(repository.texts.get('b/notes.txt')).toBe('notes');
});

it('a file is parsed once', () => {
  expect(repository.manifests('b/2.yaml')[0]).toBe(repository.manifests('b')[1]);
});
