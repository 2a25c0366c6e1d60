import { describe, expect, test } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  afterTelling,
  changeTurn,
  freeWave,
  nextAfter,
  nextTurn,
  readTurn,
  type Turn,
  type TurnHolder,
} from '../../shared/ledger/turn.ts';
import { handClock } from './contract.ts';

/** Rollout `b` is newer than `a`, `c` newer than both. */
const asks = (rollout: 'a' | 'b' | 'c', token: string = rollout, since = 1): TurnHolder => ({
  rollout,
  token,
  since,
  startedAt: rollout.charCodeAt(0),
});
const turn = (holder: TurnHolder, ...queue: readonly TurnHolder[]): Turn => ({ holder, queue, superseded: [] });

describe('asking for a wave', () => {
  test('gets it when nobody has it', () => {
    expect(nextTurn(freeWave, asks('a'), 'queue')).toEqual(turn(asks('a')));
  });

  test.for(['queue', 'supersede'] as const)('gets it again under a new token, as after a crash (%s)', (whenTaken) => {
    expect(nextTurn(turn(asks('a'), asks('b')), asks('a', 'new'), whenTaken)).toEqual(
      turn(asks('a', 'new'), asks('b')),
    );
  });

  test('waits behind older rollouts and before newer ones', () => {
    expect(nextTurn(turn(asks('a'), asks('b')), asks('c'), 'queue')).toEqual(turn(asks('a'), asks('b'), asks('c')));
    expect(nextTurn(turn(asks('a'), asks('c')), asks('b'), 'queue')).toEqual(turn(asks('a'), asks('b'), asks('c')));
  });

  test('keeps its place, and the time since which it waits, when it asks again', () => {
    expect(nextTurn(turn(asks('a'), asks('b'), asks('c')), asks('b', 'new', 9), 'queue')).toEqual(
      turn(asks('a'), asks('b', 'new', 1), asks('c')),
    );
  });

  test('ends those that wait when the newest takes their place', () => {
    expect(nextTurn(turn(asks('a'), asks('b')), asks('c'), 'supersede')).toEqual({
      ...turn(asks('a'), asks('c')),
      superseded: [{ ...asks('b'), by: 'c' }],
    });
  });

  test('ends itself, and not the newer one that came in between, when an older one asks again', () => {
    expect(nextTurn(turn(asks('a'), asks('c')), asks('b', 'new'), 'supersede')).toEqual({
      ...turn(asks('a'), asks('c')),
      superseded: [{ ...asks('b', 'new'), by: 'c' }],
    });
    expect(nextTurn(turn(asks('c')), asks('b', 'new'), 'supersede')).toEqual({
      ...turn(asks('c')),
      superseded: [{ ...asks('b', 'new'), by: 'c' }],
    });
  });

  test('is told under its newest token only', () => {
    const before = { ...turn(asks('a'), asks('c')), superseded: [{ ...asks('b'), by: 'c' }] };
    expect(nextTurn(before, asks('b', 'new'), 'supersede').superseded).toEqual([{ ...asks('b', 'new'), by: 'c' }]);
  });
});

describe('leaving a wave', () => {
  test.for([
    { because: 'one waits', before: turn(asks('a'), asks('b'), asks('c')), after: turn(asks('b'), asks('c')) },
    { because: 'nobody waits', before: turn(asks('a')), after: freeWave },
    { because: 'another holds it by now', before: turn(asks('b')), after: turn(asks('b')) },
    { because: 'it only waited', before: turn(asks('b'), asks('a')), after: turn(asks('b')) },
  ])('when $because', ({ before, after }) => {
    expect(nextAfter(before, 'a')).toEqual(after);
  });

  test('keeps those that were superseded and not told', () => {
    const superseded = [{ ...asks('b'), by: 'c' }];
    expect(nextAfter({ ...turn(asks('a'), asks('c')), superseded }, 'a')).toEqual({ ...turn(asks('c')), superseded });
  });
});

test('what was stored is what is read, and only who was told is forgotten', async () => {
  const ledger = openSqliteLedger(':memory:', handClock(0));
  expect(await readTurn(ledger, 'staging')).toEqual(freeWave);
  await changeTurn(ledger, 'staging', (before) => nextTurn(before, asks('a'), 'supersede'));
  await changeTurn(ledger, 'staging', (before) => nextTurn(before, asks('b'), 'supersede'));
  const { superseded } = await changeTurn(ledger, 'staging', (before) => nextTurn(before, asks('c'), 'supersede'));
  expect(await readTurn(ledger, 'staging')).toEqual({
    ...turn(asks('a'), asks('c')),
    superseded: [{ ...asks('b'), by: 'c' }],
  });
  await changeTurn(ledger, 'staging', (before) => afterTelling(before, superseded));
  expect(await readTurn(ledger, 'staging')).toEqual(turn(asks('a'), asks('c')));
  ledger.close();
});
