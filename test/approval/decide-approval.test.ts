import { describe, expect, test } from 'vitest';
import type { Actor } from '../../shared/access/authorise.ts';
import { decideApproval } from '../../shared/approval/decide-approval.ts';
import { type AskTools, requestApproval } from '../../shared/approval/request-approval.ts';
import { openKey, readApproval, readOpenApprovals } from '../../shared/approval/rows.ts';
import { sweepApprovals } from '../../shared/approval/tell-decision.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import type { WaveRef } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { ledgerAndClock, waitingMachines } from './waiting-machines.ts';

const plan = digestOf('plan');
const ref: WaveRef = { rollout: 'ro-1', release: digestOf('release'), wave: 'external', direction: 'forward' };
const person = (name: string): Actor => ({ name, kind: 'person', roles: ['release-managers'] });
const yes = { plan, vote: 'approve', comment: '' } as const;

const ask = async (noticeOf: AskTools['noticeOf'] = async () => []) => {
  const outside = ledgerAndClock();
  const machines = waitingMachines();
  const request = (token: string, of: WaveRef = ref) =>
    requestApproval(
      of,
      plan,
      { roles: ['release-managers'], people: 1, expiresMs: 1000 },
      {},
      token,
      { steps: machines.steps, noticeOf },
      outside,
    );
  const { approval } = await request('first');
  const decide = (name: string, decision: Parameters<typeof decideApproval>[1] = yes, of = approval) =>
    decideApproval(of, decision, person(name), machines.steps, outside);
  return { ...outside, ...machines, request, decide, approval };
};
const approved = { decision: 'approved', because: 'approved by ana' };

test('people are told in the write that says they were asked, and once, however often the wave asks', async () => {
  const { request, ledger, approval } = await ask(async (id) => [
    { partition: 'told', sort: id, data: {}, expect: 'absent' },
  ]);
  expect((await ledger.query('told')).map(({ sort }) => sort)).toEqual([approval]);
  await request('second');
  expect((await readEvents(ledger, ref.rollout)).map(({ event }) => event.kind)).toEqual(['approval']);
});

test('what somebody else has told meanwhile keeps nobody from being asked', async () => {
  const rows = [{ partition: 'told', sort: 'x', data: {}, expect: 'absent' }] as const;
  // The second is refused: it is there already when the transaction is.
  const { ledger } = await ask(async () => [...rows, { ...rows[0], sort: 'y', expect: 1 }]);
  expect(await ledger.query('told')).toEqual([]);
  expect((await readEvents(ledger, ref.rollout)).map(({ event }) => event.kind)).toEqual(['approval']);
});

test('a decision is told to the wave that waits, and nobody is asked any more', async () => {
  const { decide, answers, ledger } = await ask();
  expect(await readOpenApprovals(ledger)).toHaveLength(1);
  expect(await decide('ana')).toMatchObject({ status: 'decided', because: 'approved by ana' });
  expect(answers).toEqual([['first', approved]]);
  expect(await readOpenApprovals(ledger)).toEqual([]);
});

describe('a decision that was stored by a process that died before telling it', () => {
  const lost = async () => {
    const asked = await ask();
    asked.lose(1);
    await expect(asked.decide('ana')).rejects.toThrow('the process died');
    expect(asked.answers).toEqual([]);
    expect(await asked.ledger.get(openKey(asked.approval))).toBeDefined();
    return asked;
  };

  test.for(['ana', 'eva'])('is told when %s decides the same again, and is not counted twice', async (name) => {
    const { decide, answers, ledger, approval, move } = await lost();
    move(5);
    expect(await decide(name)).toMatchObject({ status: 'decided', because: 'approved by ana' });
    expect(answers).toEqual([['first', approved]]);
    expect((await readApproval(ledger, approval))?.votes).toEqual([{ by: 'ana', vote: 'approve', comment: '', at: 0 }]);
    const events = await readEvents(ledger, ref.rollout);
    expect(events.map(({ event }) => event.text).slice(1)).toEqual(['external approved by ana']);
  });

  test('is told by the next sweep, once', async () => {
    const { steps, answers, ledger, approval } = await lost();
    expect(await sweepApprovals(steps, ledger)).toEqual({ told: [approval] });
    expect(answers).toEqual([['first', approved]]);
    expect(await sweepApprovals(steps, ledger)).toEqual({ told: [] });
  });

  test('holds up no other that is told, where it can not be', async () => {
    const { steps, answers, ledger, request, lose, decide } = await lost();
    const { approval } = await request('second', { ...ref, rollout: 'ro-2' });
    lose(1);
    await expect(decide('ana', yes, approval)).rejects.toThrow('the process died');
    const succeed: typeof steps.succeed = async (token, output) => {
      if (token === 'first') throw new Error('away');
      return steps.succeed(token, output);
    };
    await expect(sweepApprovals({ ...steps, succeed }, ledger)).rejects.toThrow('away');
    expect(answers).toEqual([['second', approved]]);
  });

  test('is not told for somebody who decides otherwise, about another plan or without the role', async () => {
    const { decide, answers } = await lost();
    expect(await decide('eva', { ...yes, vote: 'reject' })).toMatchObject({ status: 'refused', code: 'decided' });
    expect(await decide('eva', { ...yes, plan: digestOf('other') })).toMatchObject({
      status: 'refused',
      code: 'decided',
    });
    expect(await decide('')).toMatchObject({ status: 'refused', code: 'not-allowed' });
    expect(answers).toEqual([]);
  });
});

test('a wave that asks again after the decision is answered at once, under its new token', async () => {
  const { decide, request, answers, ledger } = await ask();
  await decide('ana');
  expect(await request('second')).toMatchObject({ decision: 'approved' });
  expect(answers).toEqual([
    ['first', approved],
    ['second', approved],
  ]);
  expect(await readOpenApprovals(ledger)).toEqual([]);
});

test('a wave that asks again before the decision keeps the question and is told under its new token', async () => {
  const { decide, request, answers, ledger } = await ask();
  await request('second');
  expect(await readOpenApprovals(ledger)).toHaveLength(1);
  await decide('ana');
  expect(answers).toEqual([['second', approved]]);
});
