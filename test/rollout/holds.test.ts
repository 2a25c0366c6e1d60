import { describe, expect, test } from 'vitest';
import { type Hold, type HoldSubject, holdOn, waitOf } from '../../shared/rollout/holds.ts';

const subject: HoldSubject = {
  rollout: 'ro-1',
  source: 'acme/fleet',
  wave: 'external',
  target: 'eks-a',
  services: ['web'],
  direction: 'forward',
  isRollback: false,
};
const hold = (given: Partial<Hold>): Hold => ({
  kind: 'freeze',
  scope: 'fleet',
  name: '',
  by: 'ana',
  because: 'a sale',
  at: 0,
  allowsRollback: true,
  ...given,
});
const halt = hold({ kind: 'halt', allowsRollback: false });

describe('whether a write is held', () => {
  test.for<readonly [string, Partial<Hold>, boolean, boolean]>([
    ['the fleet', {}, true, false],
    ['the fleet, ways back too', { allowsRollback: false }, true, true],
    ['a halt', halt, true, true],
    ['its wave', { scope: 'wave', name: 'external' }, true, false],
    ['another wave', { scope: 'wave', name: 'staging' }, false, false],
    ['its target', { scope: 'target', name: 'eks-a', allowsRollback: false }, true, true],
    ['a target whose name begins as its own', { scope: 'target', name: 'eks-' }, false, false],
    ['a service that it changes', { scope: 'service', name: 'web' }, true, false],
    ['a service that it leaves alone', { scope: 'service', name: 'storage' }, false, false],
    ['its source', { scope: 'source', name: 'acme/fleet' }, true, false],
    ['its rollout, paused', { kind: 'pause', scope: 'rollout', name: 'ro-1', allowsRollback: false }, true, true],
    ['another rollout', { kind: 'pause', scope: 'rollout', name: 'ro-2', allowsRollback: false }, false, false],
  ])('by %s', ([, given, forward, back]) => {
    const held = (changes: Partial<HoldSubject>) => holdOn([hold(given)], { ...subject, ...changes }) !== undefined;
    expect([held({}), held({ direction: 'back' }), held({ isRollback: true })]).toEqual([forward, back, back]);
  });

  test('of several the one that holds most and longest speaks', () => {
    const [short, long] = [hold({ until: 5 }), hold({ until: 9 })];
    expect(holdOn([short, long], subject)).toBe(long);
    expect(holdOn([short, halt, long], subject)).toBe(halt);
    expect(holdOn([], subject)).toBeUndefined();
  });
});

test.for([
  [halt, { because: 'the fleet is halted by ana: a sale' }],
  [
    hold({ scope: 'target', name: 'eks-a', until: 60_000 }),
    { because: 'target eks-a is frozen by ana, until 1970-01-01T00:01:00.000Z: a sale', until: 60_000 },
  ],
] as const)('a hold says who, why and until when', ([given, wait]) => {
  expect(waitOf(given)).toEqual(wait);
});
