import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessClaim } from '../../../shared/apply/settle/assess-claim.ts';
import type { Landing } from '../../../shared/apply/settle/assess-landing.ts';
import type { Occurrence } from '../../../shared/apply/settle/read-events.ts';
import { live } from '../manifests.ts';

const claim = live('v1', 'PersistentVolumeClaim', { metadata: { name: 'data' }, status: { phase: 'Pending' } });
const settled = { status: 'in-progress', reason: 'NotBound', message: 'its phase is Pending' } as const;
const landing: Landing = { id: '/PersistentVolumeClaim/shop/data', live: claim, isStale: false, settled };
const event = (type: string, reason: string, message: string): Occurrence => ({
  ...{ type, reason, message, first: 0, last: 0, count: 1 },
});
const waits = event('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
const user = (spec: object = {}, metadata: object = {}): LiveObject =>
  live('apps/v1', 'StatefulSet', {
    metadata: { name: 'db', ...metadata },
    spec: {
      selector: { matchLabels: { app: 'db' } },
      template: { spec: { containers: [], volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] } },
      ...spec,
    },
  });
const judge = (events: readonly Occurrence[], ...users: readonly LiveObject[]) =>
  assessClaim(landing, claim, events, new Map(users.map((each) => ['apps/StatefulSet/shop/db', each]))).settled;

const forEver = {
  ...{ status: 'ready', reason: 'WaitForFirstConsumer' },
  message: 'it is bound when a pod uses it; none of this set does',
};

describe('assessClaim', () => {
  it('waits for the pods of a workload of the set that uses it', () => {
    expect(judge([waits], user())).toEqual({
      ...{ status: 'in-progress', reason: 'WaitForFirstConsumer' },
      message: 'it is bound when the pods of StatefulSet shop/db find a node',
    });
  });

  it.each([
    ['nothing uses it', []],
    ['its workload is scaled to nothing', [user({ replicas: 0 })]],
    ['its workload is suspended', [user({ suspend: true })]],
    ['its workload is in another namespace', [user({}, { namespace: 'other' })]],
  ])('does not wait for ever where %s', (_, users) => {
    expect(judge([waits], ...users)).toEqual(forEver);
  });

  it('says what the provisioner reports', () => {
    expect(judge([waits, event('Warning', 'ProvisioningFailed', 'no such zone')]).message).toBe(
      'its phase is Pending; ProvisioningFailed: no such zone',
    );
  });

  it('says no more than its phase where nothing is reported', () => {
    expect(judge([])).toEqual(settled);
  });
});
