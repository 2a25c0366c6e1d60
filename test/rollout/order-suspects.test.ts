import { expect, test } from 'vitest';
import { type Change, orderSuspects } from '../../shared/rollout/order-suspects.ts';

const hour = 3_600_000;
const change = (rollout: string, at: number, more: Partial<Change> = {}): Change => ({
  rollout,
  commit: rollout.repeat(40),
  at,
  isOwn: false,
  isBack: false,
  ...more,
});

test('the rollout that found it comes first, then what others changed and what shows late, then the newest; what is back comes last', () => {
  const now = 10 * hour;
  const suspects = orderSuspects(
    [
      change('d', now - 30 * 60_000, { isBack: true }),
      change('c', now - 5 * hour),
      { outside: 'apps/Deployment/shop/web (it is gone)', at: now - 4 * hour },
      change('e', now - 3 * hour),
      change('a', now - 2 * 60_000, { isOwn: true }),
      change('b', now - 8 * hour - 4 * 60_000, {
        mayShowLater: 'networking.k8s.io/Ingress/web/web changes what others stand on',
      }),
    ],
    now,
  );
  expect(suspects.map((each) => `${'outside' in each ? each.outside : each.rollout}: ${each.because}`)).toEqual([
    'a: 2 min before, this rollout',
    'apps/Deployment/shop/web (it is gone): 4 h 00 min before, changed by no rollout',
    'b: 8 h 04 min before, still there; networking.k8s.io/Ingress/web/web changes what others stand on',
    'e: 3 h 00 min before, still there',
    'c: 5 h 00 min before, still there',
    'd: 30 min before, taken back since',
  ]);
});
