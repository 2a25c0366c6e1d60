import { describe, expect, test } from 'vitest';
import { endRollout, notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { markBegun } from '../../shared/ledger/target-state.ts';
import { readTurn } from '../../shared/ledger/turn.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Direction } from '../../shared/rollout/plan.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { sweepTurns } from '../../shared/wave/sweep-turns.ts';
import { freeTurn, takeTurn } from '../../shared/wave/take-turn.ts';
import { ledgerAndClock, waitingMachines } from '../approval/waiting-machines.ts';
import { exampleRelease } from '../console/example-release.ts';

const release = digestOf('release');
const [example] = exampleRelease('1').waves;
if (example === undefined) throw new Error('the example has waves');
const wave = (whenTaken: Wave['whenTaken']): Wave => ({ ...example, name: 'staging', targets: ['eks-a'], whenTaken });

/** Rollouts that were started one after the other. */
const rollouts = async (...names: readonly string[]) => {
  const outside = ledgerAndClock();
  const machines = waitingMachines();
  for (const rollout of names) {
    outside.move(1000);
    const row = {
      rollout,
      repository: 'o/r',
      commit: 'c',
      startedAt: outside.clock.now(),
      startedBy: 'x',
      authors: [],
    };
    await openRollout(outside.ledger, row);
    await notePrepared(outside.ledger, rollout, release, ['staging']);
  }
  const take = (rollout: string, token: string, whenTaken: Wave['whenTaken'], direction: Direction = 'forward') =>
    takeTurn({ rollout, release, wave: 'staging', direction }, wave(whenTaken), token, machines.steps, outside);
  return { ...outside, ...machines, outside, take };
};
const taken = { status: 'taken', because: 'wave staging is free' };

describe('a turn that was given by a process that died before telling it', () => {
  const lost = async () => {
    const story = await rollouts('a', 'b');
    await story.take('a', 'a1', 'queue');
    await story.take('b', 'b1', 'queue');
    story.lose(1);
    await expect(freeTurn('staging', 'a', story.steps, story.outside)).rejects.toThrow('the process died');
    expect(story.answers).toEqual([['a1', taken]]);
    return story;
  };

  test('is told when the step is tried again', async () => {
    const { steps, outside, answers } = await lost();
    await freeTurn('staging', 'a', steps, outside);
    expect(answers).toEqual([
      ['a1', taken],
      ['b1', taken],
    ]);
  });

  test('is told by the next sweep, however many rollouts of private targets were started since', async () => {
    const { steps, outside, answers, ledger, move, clock } = await lost();
    for (let number = 1; number <= 30; number += 1) {
      move(1000);
      const following = { rollout: `f-${number}`, only: 'acme', startedAt: clock.now(), startedBy: 'tidegate' };
      await openRollout(ledger, { repository: 'o/r', commit: 'c', authors: [], ...following });
    }
    await sweepTurns(steps, outside);
    expect(answers).toEqual([
      ['a1', taken],
      ['b1', taken],
    ]);
  });
});

test('a wave that can not be looked at holds up no other, and is said', async () => {
  const { take, lose, steps, outside, answers, ledger, clock } = await rollouts('a', 'b');
  await take('a', 'a1', 'queue');
  await take('b', 'b1', 'queue');
  lose(1);
  await expect(freeTurn('staging', 'a', steps, outside)).rejects.toThrow('the process died');
  const other = { rollout: 'c', repository: 'o/r', commit: 'c', startedAt: clock.now(), startedBy: 'x', authors: [] };
  await openRollout(ledger, other);
  await notePrepared(ledger, 'c', release, ['internal']);
  const get: typeof ledger.get = (key) =>
    JSON.stringify(key).includes('internal') ? Promise.reject(new Error('away')) : ledger.get(key);
  const sweeping = sweepTurns(steps, { ...outside, ledger: { ...ledger, get } });
  await expect(sweeping).rejects.toThrow('internal: away');
  expect(answers).toEqual([
    ['a1', taken],
    ['b1', taken],
  ]);
});

test('one that was superseded by a process that died is told by the next sweep, and then forgotten', async () => {
  const { take, lose, steps, outside, answers, ledger } = await rollouts('a', 'b', 'c');
  await take('a', 'a1', 'supersede');
  await take('b', 'b1', 'supersede');
  lose(1);
  await expect(take('c', 'c1', 'supersede')).rejects.toThrow('the process died');
  expect((await readTurn(ledger, 'staging')).superseded).toMatchObject([{ rollout: 'b', token: 'b1', by: 'c' }]);
  await sweepTurns(steps, outside);
  const because = 'rollout c is newer and took the place in the queue of wave staging';
  expect(answers).toEqual([
    ['a1', taken],
    ['b1', { status: 'superseded', because }],
  ]);
  expect((await readTurn(ledger, 'staging')).superseded).toEqual([]);
});

test('an older rollout that asks again ends itself and not the newer one that waits', async () => {
  const { take, answers, ledger } = await rollouts('a', 'b', 'c');
  await take('a', 'a1', 'supersede');
  await take('c', 'c1', 'supersede');
  await take('b', 'b2', 'supersede');
  const because = 'rollout c is newer and took the place in the queue of wave staging';
  expect(answers).toEqual([
    ['a1', taken],
    ['b2', { status: 'superseded', because }],
  ]);
  expect((await readTurn(ledger, 'staging')).queue.map(({ rollout }) => rollout)).toEqual(['c']);
});

test.each(['forward', 'back'] as const)('a rollout that has ended is given no turn %s', async (direction) => {
  const { take, answers, ledger } = await rollouts('a');
  await markBegun(ledger, 'eks-a', { release, rendered: digestOf('rendered'), commit: 'c', rollout: 'a', at: 1 });
  await endRollout(ledger, 'a', {
    outcome: 'failed',
    at: 2,
    because: 'its execution ended without an answer: ABORTED',
  });
  await take('a', 'a1', 'queue', direction);
  expect(answers).toEqual([
    ['a1', { status: 'aborted', because: 'rollout a has ended: failed; tidegate retry begins it anew' }],
  ]);
  expect((await readTurn(ledger, 'staging')).holder).toBeUndefined();
});

describe('the way back', () => {
  test('of a wave in which nothing was begun has passed without waiting', async () => {
    const { take, answers, ledger } = await rollouts('a', 'b');
    await take('a', 'a1', 'queue');
    await take('b', 'b-back', 'queue', 'back');
    expect(answers.at(-1)).toEqual([
      'b-back',
      { status: 'passed', because: 'nothing of this rollout is in wave staging' },
    ]);
    expect((await readTurn(ledger, 'staging')).queue).toEqual([]);
  });

  test('of a wave with a target that was begun waits for its turn', async () => {
    const { take, answers, ledger } = await rollouts('a', 'b');
    const standing = { release, rendered: digestOf('rendered'), commit: 'c', rollout: 'b', at: 1 };
    await markBegun(ledger, 'eks-a', standing);
    await take('a', 'a1', 'queue');
    await take('b', 'b-back', 'queue', 'back');
    expect(answers).toEqual([['a1', taken]]);
    expect((await readTurn(ledger, 'staging')).queue).toMatchObject([{ rollout: 'b', token: 'b-back' }]);
  });

  test('of a wave that is held is granted, for something may be written there', async () => {
    const { take, answers } = await rollouts('a');
    await take('a', 'a1', 'queue');
    await take('a', 'a-back', 'queue', 'back');
    expect(answers.at(-1)).toEqual(['a-back', taken]);
  });
});
