import { expect, test } from 'vitest';
import { type EndFacts, endOf } from '../../shared/rollout/end-of.ts';

const facts = (changes: Partial<EndFacts>): EndFacts => ({
  outcome: 'failed',
  because: 'a probe failed',
  standings: {},
  debt: [],
  ...changes,
});

test.for([
  {
    facts: facts({ outcome: 'passed', standings: { a: 'new', b: 'new' } }),
    outcome: 'succeeded',
    because: '2 targets have the release, verified',
  },
  {
    facts: facts({ outcome: 'passed', standings: { a: 'new' }, debt: ['b'] }),
    outcome: 'partial',
    because: 'not on the release: b',
  },
  {
    facts: facts({ outcome: 'passed', standings: { a: 'new', b: 'kept', c: 'back' }, debt: ['d', 'b'] }),
    outcome: 'partial',
    because: 'not on the release: d, b, c',
  },
  {
    facts: facts({ outcome: 'passed', standings: { a: 'new', b: 'passed-on' } }),
    outcome: 'succeeded',
    because: '1 targets have the release, verified; 1 had it and passed on to another rollout since',
  },
  { facts: facts({ standings: { a: 'back', b: 'passed-on' } }), outcome: 'rolled_back', because: 'a probe failed' },
  { facts: facts({ outcome: 'refused', because: 'bad config' }), outcome: 'refused', because: 'bad config' },
  { facts: facts({ outcome: 'superseded', because: 'newer' }), outcome: 'superseded', because: 'newer' },
  { facts: facts({ outcome: 'held', because: 'held by ana' }), outcome: 'aborted', because: 'held by ana' },
  {
    facts: facts({ outcome: 'held', because: 'held by ana', standings: { a: 'new', b: 'kept', c: 'back' } }),
    outcome: 'partial',
    because: 'held by ana; stays on a, b',
  },
  { facts: facts({ outcome: 'aborted', because: 'nobody decided' }), outcome: 'aborted', because: 'nobody decided' },
  { facts: facts({ standings: { a: 'back', b: 'back' } }), outcome: 'rolled_back', because: 'a probe failed' },
  { facts: facts({ standings: { a: 'back', b: 'kept' } }), outcome: 'failed', because: 'a probe failed; not back: b' },
  { facts: facts({ standings: { a: 'kept' } }), outcome: 'failed', because: 'a probe failed; not back: a' },
  {
    facts: facts({ outcome: 'aborted', standings: { a: 'kept' } }),
    outcome: 'aborted',
    because: 'a probe failed; not back: a',
  },
  { facts: facts({ outcome: 'aborted', standings: { a: 'back' } }), outcome: 'rolled_back', because: 'a probe failed' },
  {
    facts: facts({ outcome: 'superseded', standings: { a: 'new' } }),
    outcome: 'superseded',
    because: 'a probe failed',
  },
] as const)('$facts.outcome with $facts.standings ends $outcome', ({ facts: given, outcome, because }) => {
  expect(endOf(given)).toEqual({ outcome, because });
});
