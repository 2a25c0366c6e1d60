import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { nextSteadiness, type Steadiness, unsteady } from '../../../shared/apply/settle/steadiness.ts';
import { live } from '../manifests.ts';

const pod = (restartCount: number, state: object = { running: {} }, metadata: object = {}): LiveObject =>
  live('v1', 'Pod', {
    metadata: { name: 'web-1', uid: 'p', ...metadata },
    status: { containerStatuses: [{ name: 'main', ready: true, restartCount, state }] },
  });

/** What keeps a workload from being settled, at each of the given moments (seconds), with a pod restarted so often by then. */
const story = (...moments: readonly (readonly [second: number, restarts: number])[]) => {
  let steadiness: Steadiness = new Map();
  return moments.map(([second, restarts]) => {
    steadiness = nextSteadiness(steadiness, [pod(restarts)], { now: second * 1000, written: Number.NaN });
    return unsteady(steadiness, second * 1000);
  });
};

const once = 'container main of pod web-1 was restarted once; it has to run for 10 s';

describe('steadiness', () => {
  it('is there at once where nothing was ever restarted', () => {
    expect(story([0, 0], [5, 0])).toEqual([undefined, undefined]);
  });

  it('comes 10 s after the last restart that was seen', () => {
    expect(story([0, 1], [9, 1], [10, 1])).toEqual([once, once, undefined]);
  });

  it('begins anew with every further restart', () => {
    expect(story([0, 1], [9, 2], [15, 2], [19, 2]).map((because) => because === undefined)).toEqual([
      ...[false, false, false, true],
    ]);
  });

  it('is not asked of pods that go, nor of containers that do not run', () => {
    const pods = [pod(3, { running: {} }, { deletionTimestamp: '2026-03-01T12:00:00Z' }), pod(3, { waiting: {} })];
    expect(unsteady(nextSteadiness(new Map(), pods, { now: 0, written: 0 }), 0)).toBeUndefined();
  });

  it('is not asked of restarts from before we wrote', () => {
    const ended = (at: string) => ({ lastState: { terminated: { exitCode: 1, finishedAt: at } } });
    const old = live('v1', 'Pod', {
      status: {
        containerStatuses: [
          { name: 'main', restartCount: 57, state: { running: {} }, ...ended('2026-03-01T10:00:00Z') },
        ],
      },
    });
    const since = (written: string) =>
      unsteady(nextSteadiness(new Map(), [old], { now: 0, written: Date.parse(written) }), 0) !== undefined;
    expect([since('2026-03-01T11:00:00Z'), since('2026-03-01T09:00:00Z')]).toEqual([false, true]);
  });

  it('counts sidecars', () => {
    const sidecar = live('v1', 'Pod', {
      metadata: { name: 'web-1' },
      status: { initContainerStatuses: [{ name: 'proxy', restartCount: 2, state: { running: {} } }] },
    });
    expect(unsteady(nextSteadiness(new Map(), [sidecar], { now: 0, written: 0 }), 0)).toBe(
      'container proxy of pod web-1 was restarted 2 times; it has to run for 10 s',
    );
  });
});
