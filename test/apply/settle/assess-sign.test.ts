import { describe, expect, it } from 'vitest';
import { assessSign, findFailedCreate, needsEvents } from '../../../shared/apply/settle/assess-sign.ts';
import type { Sign } from '../../../shared/apply/settle/find-signs.ts';
import type { Occurrence } from '../../../shared/apply/settle/read-events.ts';
import { live } from '../manifests.ts';

const now = 1_000_000;
const subject = live('v1', 'Pod', { metadata: { name: 'web-1' } });
const sign = (is: Sign['is'], patienceMs: number, ageMs = 60_000): Sign => ({
  ...{ subject, is, reason: 'Reason', message: 'so it is', since: now - ageMs, patienceMs },
});
const event = (reason: string, message: string, firstMs: number, lastMs = firstMs, type = 'Warning'): Occurrence => ({
  ...{ type, reason, message, first: now - firstMs, last: now - lastMs, count: 1 },
});
const scaleUp = event('TriggeredScaleUp', 'pod triggered scale-up: [{pool 1->2 (max: 8)}]', 20_000, 20_000, 'Normal');
const nominated = event('Nominated', 'Pod should schedule on: nodeclaim/default-x', 5000, 5000, 'Normal');
const refused = event(
  'NotTriggerScaleUp',
  "pod didn't trigger scale-up: 1 max limit reached",
  10_000,
  10_000,
  'Normal',
);
const pulled = event('Failed', 'Failed to pull image "web:v2": i/o timeout', 9000);

/** `doomed` or not, what is said, and since how many seconds. */
const judged = (given: Sign, events: readonly Occurrence[] = [], firstSeen?: number) => {
  const { doomed, message, since } = assessSign(given, events, now, firstSeen);
  return `${doomed ? 'doomed' : 'waits'}: ${message}, ${(now - since) / 1000} s`;
};

describe('assessSign', () => {
  it.each<[string, string, string]>([
    ['what has no patience is doomed', judged(sign('pull', 0, 0)), 'doomed: so it is, 0 s'],
    ['what passes by itself is not', judged(sign('slow', Infinity)), 'waits: so it is, 60 s'],
    ['trouble that is older than its patience', judged(sign('start', 15_000, 15_000)), 'doomed: so it is, 15 s'],
    ['trouble that is younger', judged(sign('start', 15_000, 14_000)), 'waits: so it is, 14 s'],
    ['trouble since nobody knows when', judged(sign('create', 15_000, Number.NaN)), 'waits: so it is, NaN s'],
    ['a pull that began to fail later than its pod', judged(sign('pull', 15_000), [pulled]), 'waits: so it is, 9 s'],
    ['trouble that was seen to come', judged(sign('pull', 15_000), [pulled], now - 3000), 'waits: so it is, 3 s'],
    [
      'a container that could not be created for longer than its image could not be had',
      judged(sign('start', 15_000), [pulled, event('Failed', 'Error: secret "x" not found', 20_000)]),
      'doomed: so it is, 20 s',
    ],
    ['no node for half a minute', judged(sign('nodes', 30_000)), 'doomed: so it is, 60 s'],
    [
      'no node, while the autoscaler brings one',
      judged(sign('nodes', 30_000), [scaleUp]),
      'waits: so it is; pod triggered scale-up: [{pool 1->2 (max: 8)}], 60 s',
    ],
    [
      'no node, while Karpenter brings one',
      judged(sign('nodes', 30_000), [nominated]),
      'waits: so it is; Pod should schedule on: nodeclaim/default-x, 60 s',
    ],
    [
      'no node, and none will come',
      judged(sign('nodes', 30_000), [scaleUp, refused]),
      "doomed: so it is; pod didn't trigger scale-up: 1 max limit reached, 60 s",
    ],
    ['a container being created, nothing being reported', judged(sign('volumes', Infinity)), 'waits: so it is, 60 s'],
    [
      'a volume made from what is not there',
      judged(sign('volumes', Infinity), [
        event('FailedMount', 'MountVolume.SetUp failed for volume "c" : configmap "settings" not found', 16_000, 2000),
      ]),
      'doomed: MountVolume.SetUp failed for volume "c" : configmap "settings" not found, 16 s',
    ],
    [
      'a volume that is missing only now, of a container that was seen to come long ago',
      judged(sign('volumes', Infinity), [event('FailedMount', 'secret "s" not found', 3000)], now - 50_000),
      'waits: secret "s" not found, 3 s',
    ],
    [
      'a disk that is late',
      judged(sign('volumes', Infinity), [event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"', 50_000)]),
      'waits: Multi-Attach error for volume "pvc-1", 50 s',
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  it('asks for events only of what lasts, and where they tell more', () => {
    const asks = (is: Sign['is'], patienceMs: number, ageMs: number) => needsEvents(sign(is, patienceMs, ageMs), now);
    expect([
      asks('pull', 15_000, 15_000),
      asks('volumes', Infinity, 20_000),
      asks('pull', 15_000, 14_000),
      asks('pull', 0, 60_000),
      asks('crash', 15_000, 60_000),
      asks('slow', Infinity, 60_000),
    ]).toEqual([true, true, false, false, false, false]);
  });
});

describe('findFailedCreate', () => {
  const owner = live('apps/v1', 'StatefulSet', { metadata: { name: 'db' } });
  const failure = event('FailedCreate', 'create Pod db-0 failed: exceeded quota', 40_000, 2000);
  const success = event('SuccessfulCreate', 'create Pod db-0 successful', 1000, 1000, 'Normal');

  it('says why the controller makes no pods, since our write at the earliest', () => {
    expect(findFailedCreate(owner, [failure], now - 30_000)).toEqual({
      ...{ subject: owner, is: 'create', reason: 'FailedCreate', message: failure.message },
      ...{ since: now - 30_000, patienceMs: 15_000 },
    });
  });

  it.each([
    ['it has made one since', [failure, success], now - 30_000],
    ['it was before our write', [failure], now - 1000],
    ['there is none', [success], 0],
  ])('says nothing where %s', (_, events, written) => {
    expect(findFailedCreate(owner, events, written)).toBeUndefined();
  });
});
