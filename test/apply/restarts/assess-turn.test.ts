import { describe, expect, test } from 'vitest';
import { assessStart, assessTurn, type Standing } from '../../../shared/apply/restarts/assess-turn.ts';
import type { RestartStep } from '../../../shared/rollout/restarts.ts';

const idOf = (name: string) => `apps/Deployment/shop/${name}` as const;
const step = (name: string, given: Partial<RestartStep> = {}): RestartStep => ({
  workload: idOf(name),
  service: 'shop',
  pods: 2,
  after: [],
  apart: [],
  causes: [],
  ...given,
});
const waiting: Standing = { stage: 'waiting', isWell: true, isServing: true, because: '' };
const settled: Standing = { ...waiting, stage: 'settled', settledAt: 5000 };
const busy: Standing = {
  ...waiting,
  stage: 'under-way',
  isWell: false,
  because: 'LessReady: 1 of 2 replicas are ready',
};
const sick: Standing = { ...waiting, isWell: false, because: 'LessReady: 1 of 2 replicas are ready' };
const down: Standing = { ...sick, isServing: false };
const failed: Standing = { ...busy, stage: 'failed', because: 'CrashLoopBackOff: container main ended' };
const isBusy = 'has not settled (LessReady: 1 of 2 replicas are ready)';

interface Case {
  readonly because: string;
  readonly own?: RestartStep;
  readonly others: readonly (readonly [RestartStep, Standing])[];
  readonly standing?: Standing;
  readonly isBack?: boolean;
  readonly now?: number;
  readonly turn: ReturnType<typeof assessTurn>;
}

const afterDb = step('api', { after: [idOf('db')] });
const inZone = (name: string, zone: string, given: Partial<RestartStep> = {}) => step(name, { zone, ...given });
const apartOf = (name: string, ...partners: readonly string[]) => step(name, { apart: partners.map(idOf) });

describe('a workload may restart', () => {
  test.for<Case>([
    { because: 'nothing concerns it', others: [[step('db'), busy]], turn: { is: 'ours' } },
    {
      because: 'what it depends on has settled, and the gate asks since then',
      own: afterDb,
      others: [[step('db'), settled]],
      turn: { is: 'ours', since: 5000 },
    },
    {
      because: 'not before that has stood for a while, so that everybody knows',
      own: afterDb,
      others: [[step('db'), settled]],
      now: 9_999,
      turn: { is: 'waiting', because: 'Deployment shop/db has been settled for less than 5 s' },
    },
    {
      because: 'part by part, each when the one before has stood for a while',
      standing: { ...waiting, stage: 'under-way', settledAt: 6000 },
      others: [],
      turn: { is: 'waiting', because: 'Deployment shop/api has been settled for less than 5 s' },
    },
    {
      because: 'not before that: it has not begun',
      own: afterDb,
      others: [[step('db'), waiting]],
      turn: { is: 'waiting', because: 'Deployment shop/db has not settled', onOrder: true },
    },
    {
      because: 'not before that: it is restarting',
      own: afterDb,
      others: [[step('db'), busy]],
      turn: { is: 'waiting', because: `Deployment shop/db ${isBusy}`, onOrder: true },
    },
    { because: 'never where one failed', others: [[step('db'), failed]], turn: { is: 'lost', on: idOf('db') } },
    {
      because: 'on the way back all the same',
      own: afterDb,
      others: [[step('db'), failed]],
      isBack: true,
      turn: { is: 'ours' },
    },
    {
      because: 'on the way back at once where it serves nothing',
      own: afterDb,
      others: [[step('db'), busy]],
      standing: down,
      isBack: true,
      turn: { is: 'ours' },
    },
    {
      because: 'on the way forward not even then: what it needs is not there yet',
      own: afterDb,
      others: [[step('db'), busy]],
      standing: down,
      turn: { is: 'waiting', because: `Deployment shop/db ${isBusy}`, onOrder: true },
    },
    {
      because: 'not while another zone restarts, of whatever service',
      own: inZone('b', 'b'),
      others: [[inZone('x', 'a', { service: 'other' }), busy]],
      turn: { is: 'waiting', because: `Deployment shop/x of zone a ${isBusy}` },
    },
    {
      because: 'not before the zones of its service that come first',
      own: inZone('b', 'b'),
      others: [[inZone('a', 'a'), waiting]],
      turn: { is: 'waiting', because: 'Deployment shop/a of zone a has not settled' },
    },
    {
      because: 'before them where it is not well: it has less to lose',
      own: inZone('b', 'b'),
      others: [[inZone('a', 'a'), waiting]],
      standing: sick,
      turn: { is: 'ours' },
    },
    {
      because: 'together with others of its zone',
      own: inZone('b', 'a'),
      others: [[inZone('a', 'a'), busy]],
      turn: { is: 'ours' },
    },
    {
      because: 'never at once with a partner',
      own: apartOf('b', 'a'),
      others: [[step('a'), busy]],
      turn: { is: 'waiting', because: `Deployment shop/a, its redundant partner, ${isBusy}` },
    },
    {
      because: 'not while a partner that does not restart lacks a pod',
      own: apartOf('b', 'a'),
      others: [[step('a'), sick]],
      turn: {
        is: 'waiting',
        because: 'Deployment shop/a, its redundant partner, lacks a ready pod (LessReady: 1 of 2 replicas are ready)',
      },
    },
    {
      because: 'where both lack one: somebody has to begin',
      own: apartOf('b', 'a'),
      others: [[step('a'), sick]],
      standing: sick,
      turn: { is: 'ours' },
    },
    {
      because: 'never where its partner did not come back, on the way back either',
      own: apartOf('b', 'a'),
      others: [[step('a'), failed]],
      isBack: true,
      turn: {
        is: 'waiting',
        because: 'Deployment shop/a, its redundant partner, lacks a ready pod (CrashLoopBackOff: container main ended)',
      },
    },
  ])('$because', ({ own = step('api'), others, standing = waiting, isBack = false, now = 10_000, turn }) => {
    const steps = [...others.map(([each]) => each), own];
    const standings = new Map([
      ...others.map(([each, how]) => [each.workload, how] as const),
      [own.workload, standing],
    ]);
    expect(assessTurn(own, { steps, starts: [] }, standings, { now, isBack })).toEqual(turn);
  });
});

describe('a workload that is new may start', () => {
  const start = { workload: idOf('new'), after: [idOf('db')] };
  const steps = [step('db')];
  test.for([
    { because: 'when what it depends on has settled', standing: settled, turn: { is: 'ours', since: 5000 } },
    {
      because: 'not before',
      standing: busy,
      turn: { is: 'waiting', because: `Deployment shop/db ${isBusy}` },
    },
    { because: 'never where that failed', standing: failed, turn: { is: 'lost', on: idOf('db') } },
    { because: 'on the way back all the same', standing: failed, isBack: true, turn: { is: 'ours' } },
  ])('$because', ({ standing, isBack = false, turn }) => {
    expect(assessStart(start, { steps }, new Map([[idOf('db'), standing]]), { now: 10_000, isBack })).toEqual(turn);
  });
});
