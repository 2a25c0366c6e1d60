import { describe, expect, test } from 'vitest';
import { readEvents } from '../../shared/ledger/events.ts';
import { readHolds } from '../../shared/ledger/holds.ts';
import type { Ledger, Row, Write } from '../../shared/ledger/ledger.ts';
import { endRollout, listOpenRollouts, openRollout, type Rollout, readRollout } from '../../shared/ledger/rollouts.ts';
import { markBegun, markVerified } from '../../shared/ledger/target-state.ts';
import { concludeRollout, type Ended } from '../../shared/release/conclude-rollout.ts';
import { sweepRollouts } from '../../shared/release/sweep-rollouts.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock, waitingMachines } from '../approval/waiting-machines.ts';

const commit = 'c0ffee';
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

/** The row that tells of an end, where it is not there. */
const toldOf = (rows: readonly Row[], sort: string): readonly Write[] =>
  rows.some((row) => row.sort === sort) ? [] : [{ partition: 'told', sort, data: {}, expect: 'absent' }];

const started = async (...names: readonly string[]) => {
  const outside = ledgerAndClock();
  for (const rollout of names) {
    outside.move(1000);
    const startedAt = outside.clock.now();
    await openRollout(outside.ledger, { rollout, repository: 'o/r', commit, startedAt, startedBy: 'x', authors: [] });
  }
  const reverts: string[] = [];
  const followed: string[] = [];
  const answers: (() => string)[] = [];
  const tools = {
    revert: async (reverted: string) => {
      reverts.push(reverted);
      return (answers.shift() ?? (() => 'git is true again'))();
    },
    freeTurn: async () => undefined,
    follow: async ({ rollout }: Rollout) => {
      followed.push(rollout);
      return [];
    },
    noticeOf: async ({ rollout, outcome }: Ended) =>
      toldOf(await outside.ledger.query('told'), `${rollout} ${outcome}`),
  };
  const told = async () => (await outside.ledger.query('told')).map(({ sort }) => sort);
  const conclude = (rollout: string, outcome: string) =>
    concludeRollout(rollout, { outcome, because: 'so it was' }, tools, outside);
  const texts = async (rollout: string) => (await readEvents(outside.ledger, rollout)).map(({ event }) => event.text);
  const standing = (rollout: string) => ({ release: digestOf('r'), rendered: digestOf('d'), commit, rollout, at: 1 });
  return { ...outside, outside, tools, told, reverts, followed, answers, conclude, texts, standing };
};

describe('git', () => {
  test('is made true again when people said no before anything was begun', async () => {
    const { conclude, reverts, texts } = await started('a');
    expect(await conclude('a', 'aborted')).toMatchObject({ outcome: 'aborted' });
    expect(reverts).toEqual([commit]);
    expect(await texts('a')).toEqual(['git is true again', 'aborted: so it was']);
  });

  test('is left as it is when something of an aborted rollout is still on a target', async () => {
    const { conclude, reverts, ledger, standing } = await started('a');
    await markBegun(ledger, 'eks-a', standing('a'));
    expect(await conclude('a', 'aborted')).toMatchObject({ outcome: 'aborted', because: 'so it was; not back: eks-a' });
    expect(reverts).toEqual([]);
  });

  test('that refuses the revert is an event, and the rollout ends', async () => {
    const { conclude, answers, texts } = await started('a');
    answers.push(() => {
      throw named('ConfigRepositoryRefused', 'config repository o/r: answered 401');
    });
    await conclude('a', 'aborted');
    expect(await texts('a')).toEqual([
      'git could not be made true: config repository o/r: answered 401',
      'aborted: so it was',
    ]);
  });

  test('that does not answer fails the step, and the next try goes on from there', async () => {
    const { conclude, answers, texts, reverts } = await started('a');
    answers.push(() => {
      throw named('ConfigRepositoryUnavailable', 'config repository o/r: answered 503');
    });
    await expect(conclude('a', 'aborted')).rejects.toThrow('answered 503');
    expect(await texts('a')).toEqual([]);
    await conclude('a', 'aborted');
    expect(reverts).toEqual([commit, commit]);
    expect(await texts('a')).toEqual(['git is true again', 'aborted: so it was']);
  });
});

test('a source of machines is frozen for what was refused, though what followed the good ones went well', async () => {
  const { conclude, ledger } = await started();
  const rows: readonly (readonly [rollout: string, outcome: string, only?: string])[] = [
    ['bad', 'refused'],
    ['good', 'passed'],
    ...['a', 'b', 'c', 'd'].map((only) => [`good-${only}`, 'passed', only] as const),
    ['worse', 'refused'],
  ];
  const row = { repository: 'o/r', commit, startedBy: 'x', authors: ['pins[bot]'] };
  for (const [at, [rollout, outcome, only]] of rows.entries()) {
    await openRollout(ledger, { ...row, rollout, startedAt: at, ...(only === undefined ? {} : { only }) });
    await conclude(rollout, outcome);
  }
  expect(await readHolds(ledger)).toMatchObject([
    { scope: 'source', name: 'o/r', because: '2 of the last 3 releases that machines made were refused' },
  ]);
});

test('a rollout that passed keeps its success when another has taken a target over since', async () => {
  const { conclude, ledger, standing } = await started('a', 'b');
  for (const target of ['eks-a', 'eks-b']) {
    await markBegun(ledger, target, standing('a'));
    await markVerified(ledger, target, standing('a'));
  }
  await markBegun(ledger, 'eks-a', standing('b'));
  expect(await conclude('a', 'passed')).toMatchObject({
    outcome: 'succeeded',
    because: '1 targets have the release, verified; 1 had it and passed on to another rollout since',
  });
});

describe('private targets', () => {
  test.each([
    { outcome: 'passed', end: 'partial', follow: ['a'], because: 'the fleet has it, without a target that was lost' },
    { outcome: 'held', end: 'partial', follow: [], because: 'somebody holds it, or its flags were to blame' },
    { outcome: 'failed', end: 'failed', follow: [], because: 'it has failed' },
  ])('where $because, $follow goes on to them', async ({ outcome, end, follow }) => {
    const { conclude, ledger, standing, followed } = await started('a');
    await markBegun(ledger, 'eks-a', standing('a'));
    await markBegun(ledger, 'eks-b', standing('a'));
    await markVerified(ledger, 'eks-b', standing('a'));
    expect(await conclude('a', outcome)).toMatchObject({ outcome: end });
    expect(followed).toEqual(follow);
    expect((await readRollout(ledger, 'a'))?.end?.passed === true).toBe(follow.length > 0);
    // Whoever ends what died on the way knows it from the end that was written.
    await conclude('a', 'failed');
    expect(followed).toEqual([...follow, ...follow]);
  });
});

/** A transaction that dies where the rollout would be closed. */
const diesAtClosing =
  (ledger: Ledger): Ledger['transact'] =>
  async (changes) => {
    if (changes.some(({ partition }) => partition === 'rollouts-open')) throw new Error('killed');
    return ledger.transact(changes);
  };

describe('the sweep', () => {
  test('goes on over one that can not be concluded, and tells of each end as it comes', async () => {
    const { tools, outside, told } = await started('gone', 'stuck');
    const { steps, ends } = waitingMachines();
    ends('gone', 'FAILED');
    ends('stuck', 'FAILED');
    const toolsFor = (rollout: string) => {
      if (rollout === 'stuck') throw new Error('git does not answer');
      return tools;
    };
    await expect(sweepRollouts(toolsFor, steps, outside)).rejects.toThrow('git does not answer');
    expect(await told()).toEqual(['gone failed']);
  });

  test('ends a rollout whose execution ended without an answer, once, and leaves the others alone', async () => {
    const { tools, outside, ledger, texts } = await started('gone', 'runs', 'over');
    const { steps, ends } = waitingMachines();
    ends('gone', 'FAILED');
    ends('over', 'SUCCEEDED');
    await concludeRollout('over', { outcome: 'passed', because: 'all waves passed' }, tools, outside);
    expect(await sweepRollouts(() => tools, steps, outside)).toEqual({
      ended: [{ rollout: 'gone', outcome: 'failed', because: 'its execution ended without an answer: FAILED' }],
    });
    expect((await readRollout(ledger, 'gone'))?.end).toMatchObject({
      outcome: 'failed',
      because: 'its execution ended without an answer: FAILED',
    });
    expect((await readRollout(ledger, 'runs'))?.end).toBeUndefined();
    expect(await texts('over')).toEqual(['succeeded: 0 targets have the release, verified']);
    expect(await sweepRollouts(() => tools, steps, outside)).toEqual({ ended: [] });
  });

  test('ends one that died however many rollouts of private targets have come and gone since, and closes what ended', async () => {
    const { tools, outside, ledger } = await started('gone');
    const { steps, ends } = waitingMachines();
    ends('gone', 'FAILED');
    for (let number = 1; number <= 30; number += 1) {
      outside.move(1000);
      const following = { rollout: `f-${number}`, only: 'acme', startedAt: outside.clock.now(), startedBy: 'tidegate' };
      await openRollout(ledger, { repository: 'o/r', commit, authors: [], ...following });
      await concludeRollout(following.rollout, { outcome: 'passed', because: 'all waves passed' }, tools, outside);
    }
    expect((await listOpenRollouts(ledger)).map(({ rollout }) => rollout)).toEqual(['gone']);
    expect(await sweepRollouts(() => tools, steps, outside)).toMatchObject({ ended: [{ rollout: 'gone' }] });
    expect(await listOpenRollouts(ledger)).toEqual([]);
  });

  test('tells of an end that was recorded by one who died before people were told, and once', async () => {
    const { tools, outside, ledger, told, texts } = await started('a');
    const dying = { ...ledger, transact: diesAtClosing(ledger) };
    const cause = { outcome: 'aborted', because: 'so it was' };
    await expect(concludeRollout('a', cause, tools, { ...outside, ledger: dying })).rejects.toThrow('killed');
    expect([await told(), (await texts('a')).at(-1)]).toEqual([[], 'aborted: so it was']);
    const { steps } = waitingMachines();
    expect(await sweepRollouts(() => tools, steps, outside)).toEqual({ ended: [] });
    expect([await told(), await listOpenRollouts(ledger)]).toEqual([['a aborted'], []]);
    await concludeRollout('a', cause, tools, outside);
    expect(await told()).toEqual(['a aborted']);
  });

  test('finishes what died between the end and its last event, under the end that was written', async () => {
    const { tools, outside, ledger, reverts, texts } = await started('a');
    const { steps, ends } = waitingMachines();
    ends('a', 'FAILED');
    await endRollout(ledger, 'a', { outcome: 'rolled_back', because: 'a probe failed', at: 5 });
    expect(await sweepRollouts(() => tools, steps, outside)).toEqual({
      ended: [{ rollout: 'a', outcome: 'rolled_back', because: 'a probe failed' }],
    });
    expect(reverts).toEqual([commit]);
    expect(await texts('a')).toEqual(['git is true again', 'rolled_back: a probe failed']);
  });
});
