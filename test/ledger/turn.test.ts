import { describe, expect, test } from 'vitest';
import { nextAfter, nextTurn, type TurnHolder } from '../../shared/ledger/turn.ts';

const asks = (rollout: string, token = rollout): TurnHolder => ({ rollout, token, since: 1 });

describe('asking for a wave', () => {
  test('gets it when nobody has it', () => {
    expect(nextTurn({ queue: [] }, asks('a'), 'queue')).toEqual({
      turn: { holder: asks('a'), queue: [] },
      granted: [asks('a')],
      superseded: [],
    });
  });

  test('gets it again under a new token, as after a crash', () => {
    expect(nextTurn({ holder: asks('a'), queue: [asks('b')] }, asks('a', 'new'), 'queue')).toEqual({
      turn: { holder: asks('a', 'new'), queue: [asks('b')] },
      granted: [asks('a', 'new')],
      superseded: [],
    });
  });

  test('waits behind those that asked before, once', () => {
    const turn = { holder: asks('a'), queue: [asks('c'), asks('b')] };
    expect(nextTurn(turn, asks('c', 'new'), 'queue')).toEqual({
      turn: { holder: asks('a'), queue: [asks('b'), asks('c', 'new')] },
      granted: [],
      superseded: [],
    });
  });

  test('ends those that wait when the newest takes their place', () => {
    expect(nextTurn({ holder: asks('a'), queue: [asks('b')] }, asks('c'), 'supersede')).toEqual({
      turn: { holder: asks('a'), queue: [asks('c')] },
      granted: [],
      superseded: [asks('b')],
    });
  });
});

describe('leaving a wave', () => {
  test.for([
    {
      because: 'one waits',
      turn: { holder: asks('a'), queue: [asks('b'), asks('c')] },
      next: { turn: { holder: asks('b'), queue: [asks('c')] }, granted: [asks('b')], superseded: [] },
    },
    {
      because: 'nobody waits',
      turn: { holder: asks('a'), queue: [] },
      next: { turn: { queue: [] }, granted: [], superseded: [] },
    },
    {
      because: 'another holds it by now',
      turn: { holder: asks('b'), queue: [] },
      next: { turn: { holder: asks('b'), queue: [] }, granted: [], superseded: [] },
    },
    {
      because: 'it only waited',
      turn: { holder: asks('b'), queue: [asks('a')] },
      next: { turn: { holder: asks('b'), queue: [] }, granted: [], superseded: [] },
    },
  ])('when $because', ({ turn, next }) => {
    expect(nextAfter(turn, 'a')).toEqual(next);
  });
});
