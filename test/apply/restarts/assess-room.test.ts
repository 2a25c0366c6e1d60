import { describe, expect, test } from 'vitest';
import { assessRoom } from '../../../shared/apply/restarts/assess-room.ts';
import type { RestartRecord } from '../../../shared/apply/restarts/restart-log.ts';

const restarted = (pods: number, begunAt: number, settledAt?: number): RestartRecord => ({
  workload: 'apps/Deployment/shop/web',
  pods,
  begunAt,
  ...(settledAt === undefined ? {} : { settledAt }),
  isOurs: true,
});

describe('room under a cap of 40', () => {
  test.for([
    { because: 'nothing restarted', records: [], pods: 40, room: { ok: true } },
    { because: 'it is filled up exactly', records: [restarted(30, 0, 95_000)], pods: 10, room: { ok: true } },
    {
      because: 'one too many, until a minute after the others have settled',
      records: [restarted(30, 0, 95_000)],
      pods: 11,
      room: { ok: false, used: 30, untilMs: 155_000 },
    },
    {
      because: 'those that may still be restarting count however long ago they began',
      records: [restarted(30, 0)],
      pods: 11,
      room: { ok: false, used: 30 },
    },
    {
      because: 'settled a minute ago no longer counts',
      records: [restarted(40, 0, 40_000)],
      pods: 40,
      room: { ok: true },
    },
    {
      because: 'as soon as enough of several are through',
      records: [restarted(10, 0, 50_000), restarted(10, 0, 60_000), restarted(20, 0, 70_000)],
      pods: 15,
      room: { ok: false, used: 40, untilMs: 120_000 },
    },
  ])('at 100 s: $because', ({ records, pods, room }) => {
    expect(assessRoom(records, pods, 40, 100_000)).toEqual(room);
  });
});
