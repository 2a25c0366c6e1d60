import { describe, expect, test } from 'vitest';
import { type BatchFacts, cutBatches, nextBatch } from '../../shared/rollout/next-batch.ts';

const wave = { name: 'external', batches: [1, 2, '50%'] as const, maxFailures: 0 };
const targets = ['a', 'b', 'c', 'd', 'e', 'f'];
const deployed = { outcome: 'deployed', because: 'fine' } as const;
const lost = { outcome: 'lost', because: 'no answer' } as const;
const facts = (changes: Partial<BatchFacts>): BatchFacts => ({
  targets,
  results: new Map(),
  handed: new Map(),
  ...changes,
});

describe('cutting a wave into batches', () => {
  test.for([
    { sizes: [1, 2, '50%'] as const, batches: [['a'], ['b', 'c'], ['d', 'e', 'f']] },
    { sizes: ['100%'] as const, batches: [targets] },
    { sizes: ['1%'] as const, batches: [['a'], ['b'], ['c'], ['d'], ['e'], ['f']] },
    {
      sizes: [4] as const,
      batches: [
        ['a', 'b', 'c', 'd'],
        ['e', 'f'],
      ],
    },
  ])('$sizes', ({ sizes, batches }) => {
    expect(cutBatches(targets, sizes)).toEqual(batches);
  });
});

describe('the next batch of a wave', () => {
  test.for([
    { because: 'nothing is done', changes: {}, next: { kind: 'batch', targets: ['a'] } },
    {
      because: 'the first batch is through',
      changes: { results: new Map([['a', deployed]]) },
      next: { kind: 'batch', targets: ['b', 'c'] },
    },
    {
      because: 'one of a batch is through, as after a crash',
      changes: {
        results: new Map([
          ['a', deployed],
          ['c', deployed],
        ]),
        handed: new Map([['b', 1]]),
      },
      next: { kind: 'batch', targets: ['b'] },
    },
    {
      because: 'all are through',
      changes: { results: new Map(targets.map((target) => [target, deployed] as const)) },
      next: { kind: 'deployed', lost: [] },
    },
    {
      because: 'a target is lost and none may be',
      changes: { results: new Map([['a', lost]]) },
      next: { kind: 'failed', because: '1 of 6 targets lost, 0 may be: a: no answer' },
    },
    {
      because: 'a target was handed out twice and never answered',
      changes: { handed: new Map([['a', 2]]) },
      next: { kind: 'failed', because: '1 of 6 targets lost, 0 may be: a: its deployment ended without a result' },
    },
    {
      because: 'the first target is held, which no batch waits for',
      changes: { held: new Set(['a']) },
      next: { kind: 'batch', targets: ['b'] },
    },
    {
      because: 'targets are held and a batch is through: no batch grows for them',
      changes: { results: new Map([['b', deployed]]), held: new Set(['a', 'c']) },
      next: { kind: 'batch', targets: ['d', 'e'] },
    },
    {
      because: 'a held target may be entered again, it comes in its place',
      changes: { results: new Map([['b', deployed]]), held: new Set(['c']) },
      next: { kind: 'batch', targets: ['a'] },
    },
    {
      because: 'only held ones are left',
      changes: { results: new Map(targets.slice(2).map((target) => [target, deployed])), held: new Set(['a', 'b']) },
      next: { kind: 'waiting', targets: ['a', 'b'] },
    },
    {
      because: 'all are held',
      changes: { held: new Set(targets) },
      next: { kind: 'waiting', targets },
    },
    {
      because: 'a target that was handed out is held since: it goes on',
      changes: { handed: new Map([['a', 1]]), held: new Set(targets) },
      next: { kind: 'batch', targets: ['a'] },
    },
    {
      because: 'the wave is stopped, whatever else is',
      changes: { results: new Map([['a', deployed]]), stop: 'a probe fails on a' },
      next: { kind: 'failed', because: 'a probe fails on a' },
    },
  ])('is $next.kind when $because', ({ changes, next }) => {
    expect(nextBatch(wave, facts(changes))).toEqual(next);
  });

  test('goes on without a lost target when the wave may lose one', () => {
    const results = new Map<string, typeof lost | typeof deployed>([
      ['a', lost],
      ...targets.slice(1).map((target) => [target, deployed] as const),
    ]);
    expect(nextBatch({ ...wave, maxFailures: 1 }, facts({ results }))).toEqual({ kind: 'deployed', lost: ['a'] });
  });
});
