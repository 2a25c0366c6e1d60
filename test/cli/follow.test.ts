import { expect, test } from 'vitest';
import { followRollout } from '../../cli/follow.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { recordEvent } from '../../shared/ledger/events.ts';
import { endRollout, openRollout } from '../../shared/ledger/rollouts.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const options = { decide: undefined, json: false, server: { url: 'http://localhost', signIn: '' } };
const end = { outcome: 'rolled_back', because: 'a probe failed', at: 0 } as const;

/** A rollout that has its end, and a clock that moves whenever somebody waits. */
const ended = async () => {
  const { ledger, clock, move } = ledgerAndClock();
  const rollout = 'ro-1';
  await openRollout(ledger, { rollout, repository: 'o/r', commit: 'c', startedAt: 0, startedBy: 'x', authors: [] });
  await endRollout(ledger, rollout, end);
  const walking = { ...clock, sleep: async (ms: number) => move(ms) };
  const terminal: Terminal = {
    out: () => {},
    say: () => {},
    draw: () => {},
    style: (_, text) => text,
    canRedraw: false,
    canAsk: false,
    columns: 100,
    ask: () => Promise.reject(new Error('nobody is there')),
    env: {},
    directory: '',
    clock: walking,
    interrupted: new AbortController().signal,
  };
  return { rollout, terminal, outside: { ledger, clock: walking } };
};

test('a rollout whose last event never comes is followed for 20 s after its end', async () => {
  const { rollout, outside, terminal } = await ended();
  expect(await followRollout(rollout, outside, options, terminal)).toMatchObject({ end });
  expect(outside.clock.now()).toBe(20_000);
});

test('a rollout is followed to its last event', async () => {
  const { rollout, outside, terminal } = await ended();
  await recordEvent(outside.ledger, rollout, 'ended', { at: 0, kind: 'ended', text: 'rolled_back: a probe failed' });
  expect(await followRollout(rollout, outside, options, terminal)).toMatchObject({ end });
  expect(outside.clock.now()).toBe(0);
});
