import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import type { Landing } from '../../../shared/apply/settle/assess-landing.ts';
import type { AssessedSign } from '../../../shared/apply/settle/assess-sign.ts';
import { assessWorkload, signsOf } from '../../../shared/apply/settle/assess-workload.ts';
import type { Settled } from '../../../shared/apply/settled/settled-rules.ts';
import { live } from '../manifests.ts';

const revision = (value: string) => ({ 'deployment.kubernetes.io/revision': value });
const web = live('apps/v1', 'Deployment', { metadata: { name: 'web', uid: 'd', annotations: revision('2') } });
const owner = (uid: string) => [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }];
const waiting = (settled: Settled): Landing => ({ id: 'apps/Deployment/shop/web', live: web, isStale: false, settled });
const lessReady: Settled = { status: 'in-progress', reason: 'LessReady', message: '0 of 1 replicas are ready' };
const unscheduled: Settled = { status: 'failed', reason: 'Unschedulable', message: '0/3 nodes' };

const sign = (is: AssessedSign['is'], doomed: boolean, subject: LiveObject = live('v1', 'Pod')): AssessedSign => ({
  ...{ subject, is, doomed, reason: `${is} trouble`, message: 'so it is', since: 0, patienceMs: 0 },
});
const judge = (settled: Settled, ...signs: readonly AssessedSign[]) => {
  const judged = assessWorkload(waiting(settled), signs);
  const { status, reason, message } = judged.settled;
  return [`${status} ${reason}: ${message}`, judged.sign?.is];
};

describe('assessWorkload', () => {
  it.each<[string, ReturnType<typeof judge>, string, string | undefined]>([
    [
      'a workload without a sign is what its status says',
      judge(lessReady),
      'in-progress LessReady: 0 of 1 replicas are ready',
      undefined,
    ],
    [
      'trouble is named at once',
      judge(lessReady, sign('nodes', false)),
      'in-progress nodes trouble: pod it: so it is',
      'nodes',
    ],
    ['doom is the end', judge(lessReady, sign('crash', true)), 'failed crash trouble: pod it: so it is', 'crash'],
    [
      'doom is the end however many others may yet come',
      judge(lessReady, sign('pull', false), sign('nodes', true)),
      'failed nodes trouble: pod it: so it is',
      'nodes',
    ],
    [
      'a container that is not ready yet says no more than the workload',
      judge(lessReady, sign('slow', false)),
      'in-progress LessReady: 0 of 1 replicas are ready',
      'slow',
    ],
    [
      'what refuses pods is named itself',
      judge(lessReady, sign('create', true, live('apps/v1', 'ReplicaSet'))),
      'failed create trouble: so it is',
      'create',
    ],
    [
      'a workload that has failed keeps its reason, and its sign for evidence',
      judge({ status: 'failed', reason: 'ProgressDeadlineExceeded', message: 'too late' }, sign('crash', true)),
      'failed ProgressDeadlineExceeded: too late',
      'crash',
    ],
    [
      'a pod by itself waits for nodes that come',
      judge(unscheduled, sign('nodes', false)),
      'in-progress nodes trouble: pod it: so it is',
      'nodes',
    ],
    ['and no longer', judge(unscheduled, sign('nodes', true)), 'failed nodes trouble: pod it: so it is', 'nodes'],
  ])('%s', (_, judged, said, shown) => {
    expect(judged).toEqual([said, shown]);
  });
});

describe('signsOf', () => {
  const pod = (name: string, uid: string, reason: string) =>
    live('v1', 'Pod', {
      metadata: { name, uid: name, ownerReferences: owner(uid) },
      status: { containerStatuses: [{ name: 'main', image: 'i', state: { waiting: { reason } } }] },
    });
  const set = (uid: string, value: string, ...conditions: object[]) =>
    live('apps/v1', 'ReplicaSet', {
      metadata: { name: `web-${uid}`, uid, annotations: revision(value), ownerReferences: owner('d') },
      status: { conditions },
    });
  const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' };
  const said = (owned: Parameters<typeof signsOf>[1]) =>
    signsOf(web, owned).map(({ is, subject }) => [is, subject.metadata.name]);

  it('are of the newest state, however sick the old one is', () => {
    const pods = [pod('old', 'r1', 'InvalidImageName'), pod('new', 'r2', 'ErrImagePull')];
    expect(said({ pods, replicaSets: [set('r1', '1', refused), set('r2', '2')] })).toEqual([['pull', 'new']]);
  });

  it('begin with pods that can not be made', () => {
    const pods = [pod('new', 'r2', 'InvalidImageName')];
    expect(said({ pods, replicaSets: [set('r2', '2', refused)] })).toEqual([
      ['create', 'web-r2'],
      ['pull', 'new'],
    ]);
  });
});
