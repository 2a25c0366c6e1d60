import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { findCreateFailure, findLastEnd, findSigns, type Sign } from '../../../shared/apply/settle/find-signs.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

const pod = (status: object, spec: object = {}, name = 'web-1'): LiveObject =>
  live('v1', 'Pod', {
    metadata: { name, creationTimestamp: ago(60) },
    spec,
    status: { startTime: ago(50), ...status },
  });
const container = (state: object, more: object = {}) => ({
  ...{ name: 'main', image: 'web:v2', ready: false, restartCount: 0, state },
  ...more,
});
const main = (state: object, more: object = {}) => ({ containerStatuses: [container(state, more)] });
const init = (state: object, more: object = {}) => ({
  initContainerStatuses: [container(state, { name: 'init', ...more })],
});
const waiting = (reason: string, message?: string) => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) },
});
const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason, finishedAt: ago(8) } });
const running = { running: { startedAt: ago(5) } };
const looping = waiting('CrashLoopBackOff', 'back-off 10s');
const scheduled = (reason: string, message?: string) => ({
  conditions: [{ type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime: ago(20) }],
});

/** `crash CrashLoopBackOff 0 s after 8 s (main): what is said`, for every sign. */
const said = (signs: readonly Sign[]) =>
  signs.map(({ is, reason, patienceMs, since, container: named, message }) => {
    const patience = patienceMs === Infinity ? 'for ever' : `${patienceMs / 1000} s`;
    return `${is} ${reason}, ${patience} since ${(now - since) / 1000} s${named === undefined ? '' : ` (${named})`}: ${message}`;
  });

describe('findSigns', () => {
  it.each<[string, LiveObject, readonly string[]]>([
    ['a healthy pod', pod(main(running, { ready: true })), []],
    ['a pod nobody has looked at', pod({ phase: 'Pending' }), []],
    [
      'an image that is not there is doom at once',
      pod(main(waiting('ErrImagePull', 'web:v2: not found'))),
      ['pull ErrImagePull, 0 s since 50 s: image web:v2 of container main: web:v2: not found'],
    ],
    [
      'an image that may not be had',
      pod(main(waiting('ImagePullBackOff', 'Back-off pulling image "web:v2": ErrImagePull: 401 Unauthorized'))),
      [
        'pull ImagePullBackOff, 0 s since 50 s: image web:v2 of container main: Back-off pulling image "web:v2": ErrImagePull: 401 Unauthorized',
      ],
    ],
    [
      'a registry that does not answer is given time',
      pod(main(waiting('ErrImagePull', 'i/o timeout'))),
      ['pull ErrImagePull, 15 s since 50 s: image web:v2 of container main: i/o timeout'],
    ],
    [
      'a name that is none, of an init container',
      pod(init(waiting('InvalidImageName'))),
      ['pull InvalidImageName, 0 s since 50 s: image web:v2 of container init: InvalidImageName'],
    ],
    [
      'a Secret that is missing',
      pod(main(waiting('CreateContainerConfigError', 'secret "x" not found'))),
      ['start CreateContainerConfigError, 15 s since 50 s: container main: secret "x" not found'],
    ],
    [
      'a kubelet whose cache lags behind',
      pod(main(waiting('CreateContainerConfigError', 'failed to sync secret cache: timed out'))),
      ['start CreateContainerConfigError, for ever since 50 s: container main: failed to sync secret cache: timed out'],
    ],
    [
      'a container being created',
      pod(main(waiting('ContainerCreating'))),
      ['volumes ContainerCreating, for ever since 50 s: container main is being created'],
    ],
    [
      'a container that waits for the one before it says nothing',
      pod({ ...init(running), ...main(waiting('PodInitializing')) }),
      [],
    ],
    [
      'a crash loop is doom at once',
      pod(main(looping, { restartCount: 1, lastState: ended(3) })),
      ['crash CrashLoopBackOff, 0 s since 8 s (main): container main ended with exit code 3, 1 restart'],
    ],
    [
      'a crash loop before its restart was counted is given time',
      pod(main(looping, { lastState: ended(3) })),
      ['crash CrashLoopBackOff, 15 s since 8 s (main): container main ended with exit code 3, 0 restarts'],
    ],
    [
      'a first end that nothing follows',
      pod(main(ended(1))),
      ['crash Error, 15 s since 8 s (main): container main ended with exit code 1, 0 restarts'],
    ],
    [
      'a server that ends well all the same',
      pod(main(ended(0, 'Completed'))),
      ['crash Completed, 15 s since 8 s (main): container main ended with exit code 0, 0 restarts'],
    ],
    [
      'out of memory, before any restart',
      pod(main(ended(137, 'OOMKilled'))),
      ['crash OOMKilled, 15 s since 8 s (main): container main ended with exit code 137 (out of memory), 0 restarts'],
    ],
    [
      'out of memory again',
      pod(main(looping, { restartCount: 2, lastState: ended(137, 'OOMKilled') })),
      [
        'crash CrashLoopBackOff, 0 s since 8 s (main): container main ended with exit code 137 (out of memory), 2 restarts',
      ],
    ],
    [
      'out of memory, and running again but not ready: named, and it may yet come',
      pod(main(running, { restartCount: 1, lastState: ended(137, 'OOMKilled') })),
      [
        'crash OOMKilled, for ever since 8 s (main): container main ended with exit code 137 (out of memory), 1 restart',
      ],
    ],
    [
      'a container that was restarted and is ready',
      pod(main(running, { ready: true, restartCount: 1, lastState: ended(1) })),
      [],
    ],
    [
      'an init container in a crash loop',
      pod(init(looping, { restartCount: 2, lastState: ended(1) })),
      ['crash CrashLoopBackOff, 0 s since 8 s (init): container init ended with exit code 1, 2 restarts'],
    ],
    [
      'a sidecar that is killed for its memory',
      pod({ ...init(ended(137, 'OOMKilled'), { name: 'proxy' }), ...main(running, { ready: true }) }),
      ['crash OOMKilled, 15 s since 8 s (proxy): container proxy ended with exit code 137 (out of memory), 0 restarts'],
    ],
    [
      'an init container that is through',
      pod({ ...init(ended(0, 'Completed')), ...main(running, { ready: true }) }),
      [],
    ],
    ['a container that is not started again', pod(main(ended(1)), { restartPolicy: 'Never' }), []],
    [
      'a container that runs and is not ready',
      pod(main(running)),
      ['slow NotReady, for ever since 50 s (main): container main runs and is not ready'],
    ],
    [
      'no node',
      pod(scheduled('Unschedulable', '0/3 nodes are available: 3 Insufficient cpu.')),
      ['nodes Unschedulable, 30 s since 20 s: 0/3 nodes are available: 3 Insufficient cpu.'],
    ],
    [
      'a node that is being cleared for the pod',
      pod({ ...scheduled('Unschedulable', '0/3 nodes'), nominatedNodeName: 'n2' }),
      ['nodes Unschedulable, for ever since 20 s: 0/3 nodes; node n2 is being cleared for it'],
    ],
    [
      'a gate that somebody has to open',
      pod(scheduled('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')),
      ['nodes SchedulingGated, for ever since 20 s: Scheduling is blocked due to non-empty scheduling gates'],
    ],
    ['another trouble of the scheduler', pod(scheduled('SchedulerError', 'oops')), []],
    [
      'a pod that is being deleted',
      live('v1', 'Pod', { metadata: { deletionTimestamp: ago(1) }, status: main(looping, { restartCount: 5 }) }),
      [],
    ],
  ])('%s', (_, object, expected) => {
    expect(said(findSigns([object]))).toEqual(expected);
  });

  it('puts the worst first, then those of pods by name', () => {
    const crashed = main(looping, { restartCount: 3, lastState: ended(1) });
    const signs = findSigns([
      pod(main(running), {}, 'web-a'),
      pod(scheduled('Unschedulable'), {}, 'web-b'),
      pod(crashed, {}, 'web-d'),
      pod(crashed, {}, 'web-c'),
    ]);
    expect(signs.map(({ subject, is }) => `${subject.metadata.name} ${is}`)).toEqual([
      'web-c crash',
      'web-d crash',
      'web-b nodes',
      'web-a slow',
    ]);
  });

  it('leaves crashes to a workload that counts them itself', () => {
    expect(findSigns([pod(main(looping, { restartCount: 3, lastState: ended(1) }))], true)).toEqual([]);
  });

  it('takes a status that is none for nothing', () => {
    const odd = [{ phase: 7, containerStatuses: 'x' }, { containerStatuses: [null, 3, { state: [] }] }, {}];
    expect(odd.flatMap((status) => findSigns([live('v1', 'Pod', { status })]))).toEqual([]);
  });
});

describe('findCreateFailure', () => {
  const set = (...conditions: object[]) => live('apps/v1', 'ReplicaSet', { status: { conditions } });

  it('says why pods can not be made', () => {
    const message =
      'pods "web-1" is forbidden: error looking up service account shop/web: serviceaccount "web" not found';
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message,
      lastTransitionTime: ago(9),
    };
    const sign = findCreateFailure(set(condition));
    expect(sign && said([sign])).toEqual([`create FailedCreate, 15 s since 9 s: ${message}`]);
  });

  it('says nothing where they can', () => {
    expect([findCreateFailure(set()), findCreateFailure(set({ type: 'ReplicaFailure', status: 'False' }))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('findLastEnd', () => {
  it('is the end of the container that ended badly last', () => {
    const at = (seconds: number, exitCode: number) => ({
      terminated: { exitCode, reason: 'Error', finishedAt: ago(seconds) },
    });
    const sign = findLastEnd([
      pod(main(at(30, 1)), {}, 'a'),
      pod(main(at(10, 2)), {}, 'b'),
      pod(main(at(1, 0)), {}, 'c'),
    ]);
    expect(sign && [sign.subject.metadata.name, sign.container, sign.message]).toEqual([
      'b',
      'main',
      'container main ended with exit code 2',
    ]);
  });

  it('is none where all ended well', () => {
    expect(findLastEnd([pod(main(ended(0, 'Completed')))])).toBeUndefined();
  });
});
