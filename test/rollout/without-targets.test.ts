import { expect, test } from 'vitest';
import { withoutTargets } from '../../shared/rollout/without-targets.ts';

const hidden = new Set(['acme', 'big.corp']);
const id = 'ro-0123456789abcdef0123';

test.each<[string, unknown, unknown]>([
  [
    'an entry about it goes, with all it holds',
    [{ target: 'acme', logs: ['panic'] }, { target: 'a' }],
    [{ target: 'a' }],
  ],
  [
    'so does one about its wave, or a rollout for it alone',
    [{ wave: 'acme' }, { only: 'acme' }, { wave: 'external' }],
    [{ wave: 'external' }],
  ],
  ['an entry whose target is an object', [{ target: { name: 'acme' }, plan: 1 }], []],
  [
    'a hold on it or its wave, and not one of a service with its name',
    [
      { scope: 'target', name: 'acme' },
      { scope: 'wave', name: 'acme' },
      { scope: 'service', name: 'acme' },
    ],
    [{ scope: 'service', name: '(of a private target)' }],
  ],
  [
    'a series of it',
    {
      samples: [
        { labels: { target: 'acme' }, value: 1 },
        { labels: { target: 'a' }, value: 2 },
      ],
    },
    { samples: [{ labels: { target: 'a' }, value: 2 }] },
  ],
  ['its name in a list', { targets: ['a', 'acme'] }, { targets: ['a'] }],
  [
    'a group of which none is left',
    [
      { targets: ['acme'], diff: 'secret' },
      { targets: ['acme', 'a'], diff: 'shared' },
    ],
    [{ targets: ['a'], diff: 'shared' }],
  ],
  ['a member of its name', { byTarget: { acme: 1, a: 2 } }, { byTarget: { a: 2 } }],
  ['a text that names it, as a whole', { text: 'lost: acme: its log says panic' }, { text: '(of a private target)' }],
  ['also within an address', 'https://acme.example.com/health', '(of a private target)'],
  [
    'and the name of an execution of its wave, and of no wave with a longer name',
    ['', '-2', '-0a1b2c3d', '-2-0a1b2c3d-2'].flatMap((again) =>
      ['acme-forward', 'acme-back', 'big-acme-forward', 'acme-eu-back', 'acme-back-2'].map(
        (wave) => `wave:${id}${again}-${wave}`,
      ),
    ),
    ['', '-2', '-0a1b2c3d', '-2-0a1b2c3d-2'].flatMap((again) => [
      ...['(of a private target)', '(of a private target)'],
      ...['big-acme-forward', 'acme-eu-back'].map((wave) => `wave:${id}${again}-${wave}`),
      '(of a private target)',
    ]),
  ],
  ['and not a longer name', ['acme-2', 'xacme', 'acmex', 'bigXcorp'], ['acme-2', 'xacme', 'acmex', 'bigXcorp']],
  ['numbers, nothing and truth stay', { a: 1, b: null, c: true }, { a: 1, b: null, c: true }],
])('%s', (_, view, seen) => {
  expect(withoutTargets(view, hidden)).toEqual(seen);
});

test('where nothing is hidden the view is the same one', () => {
  const view = { target: 'acme' };
  expect(withoutTargets(view, new Set())).toBe(view);
});
