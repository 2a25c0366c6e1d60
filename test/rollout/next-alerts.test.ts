import { describe, expect, test } from 'vitest';
import { type AlertReport, type AlertsAt, alertHold, type FiringAlert } from '../../shared/rollout/alerts.ts';
import { nextAlerts, unacted, withoutSilent } from '../../shared/rollout/next-alerts.ts';

const now = 100_000_000;
const minute = 60_000;
const place = { scope: 'target', name: 'a' } as const;
const none: AlertsAt = { ...place, firing: [], resolved: {} };
const fires = (id: string, more: Partial<AlertReport> = {}): AlertReport => ({
  id,
  name: `Alert${id}`,
  status: 'firing',
  labels: {},
  startsAt: now - minute,
  ...more,
});
const ends = (id: string, more: Partial<AlertReport> = {}): AlertReport => ({
  ...fires(id),
  status: 'resolved',
  endsAt: now,
  ...more,
});
const firing = (id: string, more: Partial<FiringAlert> = {}): FiringAlert => ({
  id,
  name: `Alert${id}`,
  startsAt: now - minute,
  at: now,
  heardAt: now,
  ...more,
});
const known = (...alerts: readonly FiringAlert[]): AlertsAt => ({ ...none, firing: alerts });
const waived = { by: 'ana', because: 'known', at: 1 };

describe('what is known of alerts at a place', () => {
  test.each<[string, AlertsAt, readonly AlertReport[], AlertsAt]>([
    ['one that fires is kept', none, [fires('1')], known(firing('1'))],
    [
      'told again it is the same one, acted on and waived as it was',
      known(firing('1', { at: 5, heardAt: 5, actedAt: 6, waived })),
      [fires('1', { startsAt: 4 })],
      known(firing('1', { at: 5, heardAt: now, everyMs: now - 5, actedAt: 6, waived })),
    ],
    [
      'told by another with a later beginning it is the same one, as long as it was heard of since',
      known(firing('1', { at: now - minute, heardAt: now - minute, actedAt: 6 })),
      [fires('1', { startsAt: now - 30_000 })],
      known(firing('1', { at: now - minute, heardAt: now, everyMs: minute, actedAt: 6 })),
    ],
    [
      'one that began long after it was heard of last has fired anew, though nobody said that it ended',
      known(firing('1', { at: 5, heardAt: 5, actedAt: 6, waived })),
      [fires('1')],
      known(firing('1')),
    ],
    [
      'one that is waived stays so while it is about what was waived, or less',
      known(firing('1', { own: true, at: 5, heardAt: 5, parts: ['a', 'b'], summary: 'two', waived })),
      [fires('1', { own: true, startsAt: 4, parts: ['b'], summary: 'one' })],
      known(firing('1', { own: true, at: 5, heardAt: now, everyMs: now - 5, parts: ['b'], summary: 'one', waived })),
    ],
    [
      'one that is about more than was waived holds again',
      known(firing('1', { own: true, at: 5, heardAt: 5, parts: ['a'], summary: 'one', waived })),
      [fires('1', { own: true, startsAt: 4, parts: ['a', 'b'], summary: 'two' })],
      known(
        firing('1', { own: true, heardAt: now, everyMs: now - 5, parts: ['a', 'b'], summary: 'two', outgrownAt: now }),
      ),
    ],
    [
      'one that was waived before it said what it is about holds again',
      known(firing('1', { own: true, at: 5, heardAt: 5, waived })),
      [fires('1', { own: true, startsAt: 4, parts: ['a'] })],
      known(firing('1', { own: true, heardAt: now, everyMs: now - 5, parts: ['a'], outgrownAt: now })),
    ],
    [
      'one that ends is gone',
      known(firing('1'), firing('2')),
      [ends('1')],
      { ...known(firing('2')), resolved: { 1: now } },
    ],
    ['one that ends and was never seen holds nothing', none, [ends('1')], { ...none, resolved: { 1: now } }],
    [
      'what is told late of a time before its end changes nothing',
      { ...none, resolved: { 1: now } },
      [fires('1', { startsAt: now - 1 })],
      { ...none, resolved: { 1: now } },
    ],
    [
      'what begins after its end fires anew',
      { ...none, resolved: { 1: now - 10 } },
      [fires('1', { startsAt: now - 1 })],
      { ...known(firing('1', { startsAt: now - 1 })), resolved: { 1: now - 10 } },
    ],
    [
      'the end of an earlier time does not end it',
      known(firing('1', { startsAt: now })),
      [ends('1', { startsAt: now - minute, endsAt: now - 1 })],
      known(firing('1', { startsAt: now })),
    ],
    [
      'in one message an end makes room, and the same alert may begin again',
      known(firing('1')),
      [fires('1', { startsAt: now + 1 }), ends('1')],
      {
        ...known(firing('1', { startsAt: now + 1 })),
        resolved: { 1: now },
      },
    ],
    ['an end is forgotten after an hour', { ...none, resolved: { 1: now - 60 * minute } }, [], none],
    [
      'clocks may differ: a beginning in the future is one, too',
      none,
      [fires('1', { startsAt: now + 4 * minute })],
      known(firing('1', { startsAt: now + 4 * minute })),
    ],
  ])('%s', (_, before, reports, after) => {
    expect(nextAlerts(before, reports, now)).toEqual(after);
    // Twice is as once.
    expect(nextAlerts(after, reports, now)).toEqual(after);
  });

  test('is at most two hundred at a place, and of those it holds until they have ended', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => fires(String(at)));
    const kept = nextAlerts(none, many, now);
    expect(kept.firing).toHaveLength(200);
    expect(JSON.stringify(kept).length).toBeLessThan(350 * 1024);
    const ended = nextAlerts(
      kept,
      many.slice(0, 4_000).map(({ id }) => ends(id)),
      now,
    );
    expect(ended.firing).toEqual([]);
    expect(Object.keys(ended.resolved)).toHaveLength(200);
  });
});

test.each<[string, Partial<FiringAlert>, number]>([
  ['told of once: twelve hours later, three times the usual repetition', {}, 12 * 60],
  ['repeated every six hours: eighteen hours later', { everyMs: 6 * 60 * minute }, 18 * 60],
  ['told of again within minutes, as its group changed: no sooner', { everyMs: 5 * minute }, 12 * 60],
  ['with an end of its own: when that is over, by any clock', { endsAt: now + 10 * minute }, 15],
  ['with an end that was over when it was told of', { endsAt: now - 60 * minute }, 5],
])('one that is not told of again is over, %s', (_, more, minutes) => {
  const before = known(firing('1', more), firing('2', { everyMs: minute, own: true }));
  const over = now + minutes * minute;
  expect(withoutSilent(before, over - 1)).toBe(before);
  expect(withoutSilent(before, over)).toEqual(known(firing('2', { everyMs: minute, own: true })));
});

test('what runs is stopped for those that nobody has acted on, and not for those that are waived or our own', () => {
  const fire = known(firing('1', { actedAt: 1 }), firing('2'), firing('3', { waived }), firing('4', { own: true }));
  expect(unacted(fire)).toEqual([firing('2')]);
});

test.each<[string, AlertsAt, unknown]>([
  ['nothing, where none fires', none, undefined],
  ['nothing, where all are waived', known(firing('1', { waived })), undefined],
  [
    'the entry, by its name and what it says',
    known(firing('1', { summary: 'slow', at: 7 })),
    { kind: 'alert', ...place, by: 'alert Alert1', because: 'slow', at: 7, allowsRollback: true },
  ],
  [
    'the entry, by how many they are',
    known(firing('0', { waived }), firing('1', { at: 7 }), firing('2')),
    {
      kind: 'alert',
      ...place,
      by: '2 alerts, the first of them Alert1',
      because: 'it fires',
      at: 7,
      allowsRollback: true,
    },
  ],
])('alerts hold %s', (_, alerts, hold) => {
  expect(alertHold(alerts)).toEqual(hold);
});
