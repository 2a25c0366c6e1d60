import { describe, expect, it } from 'vitest';
import { type Attempt, type Ended, nextAttempt } from '../../../shared/apply/watch/next-attempt.ts';

const cut = (livedMs: number): Ended => ({ how: 'cut', because: 'reset', livedMs });
const busy = (retryAfterMs?: number): Ended => ({
  ...{ how: 'busy', because: '429', livedMs: 10 },
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe('nextAttempt', () => {
  it.each<[string, Ended, number, Attempt]>([
    [
      'goes on at once after one that lasted',
      { how: 'in-time', livedMs: 25_000 },
      3,
      { do: 'watch', afterMs: 0, early: 0 },
    ],
    ['resumes a first cut at once', cut(100), 0, { do: 'watch', afterMs: 0, early: 1 }],
    ['waits after a second one', cut(100), 1, { do: 'watch', afterMs: 250, early: 2 }],
    ['waits twice as long each time', cut(100), 4, { do: 'watch', afterMs: 2000, early: 5 }],
    ['takes a cut of one that had lived as the first', cut(5000), 5, { do: 'watch', afterMs: 0, early: 1 }],
    [
      'gives up watching after the seventh in a row',
      cut(100),
      6,
      { do: 'poll', because: 'it broke 7 times in a row, last because reset' },
    ],
    ['lists anew what is no longer kept', { how: 'expired', livedMs: 5 }, 0, { do: 'list', afterMs: 0, early: 1 }],
    [
      'gives up where nothing is ever kept long enough',
      { how: 'expired', livedMs: 5 },
      6,
      { do: 'poll', because: 'it broke 7 times in a row, last because its resourceVersion is no longer kept' },
    ],
    ['waits as long as a busy server asks', busy(7000), 0, { do: 'watch', afterMs: 7000, early: 1 }],
    ['and longer where it keeps being busy', busy(100), 5, { do: 'watch', afterMs: 4000, early: 6 }],
    ['waits a little where a busy server does not say', busy(), 0, { do: 'watch', afterMs: 500, early: 1 }],
    ['polls where it is refused', { how: 'refused', because: '403', livedMs: 5 }, 0, { do: 'poll', because: '403' }],
  ])('%s', (_, ended, early, expected) => {
    expect(nextAttempt(ended, early)).toEqual(expected);
  });

  it('begins at most seven watches within 8 s where each breaks at once', () => {
    let early = 0;
    let waited = 0;
    for (let watches = 1; ; watches++) {
      const next = nextAttempt(cut(1), early);
      if (next.do === 'poll') {
        expect([watches, waited]).toEqual([7, 7750]);
        return;
      }
      early = next.early;
      waited += next.afterMs;
    }
  });
});
