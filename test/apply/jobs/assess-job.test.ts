import { describe, expect, it } from 'vitest';
import { assessJob, type JobStep } from '../../../shared/apply/jobs/assess-job.ts';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import type { JobRecord, PlannedJob } from '../../../shared/rollout/jobs.ts';

const planned: PlannedJob = {
  id: 'batch/Job/shop/migrate-0123456789',
  name: 'migrate',
  service: 'web',
  run: 'before',
  release: 'sha256:0123456789abcdef',
  rendered: 'sha256:fedcba9876543210',
  deadlineSeconds: 60,
  mayRepeat: false,
};

const record = (state: JobRecord['state'], more: Partial<JobRecord> = {}): JobRecord => ({
  id: planned.id,
  state,
  by: 'first',
  begunAt: 0,
  ...(state === 'begun' ? {} : { uid: 'a', generation: 1 }),
  ...more,
});

const liveJob = (given: {
  readonly uid?: string;
  readonly generation?: number;
  readonly suspend?: boolean;
  readonly condition?: string;
  readonly isForeign?: boolean;
}): LiveObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'migrate-0123456789',
    namespace: 'shop',
    uid: given.uid ?? 'a',
    resourceVersion: '7',
    generation: given.generation ?? 1,
    ...(given.isForeign
      ? {}
      : {
          labels: { 'tidegate.dev/job': 'migrate' },
          annotations: { 'tidegate.dev/release': planned.release, 'tidegate.dev/target': 'eks' },
        }),
  },
  spec: { suspend: given.suspend ?? false },
  status: given.condition === undefined ? {} : { conditions: [{ type: given.condition, status: 'True' }] },
});

const isNew = { suspend: true };
const running = { generation: 2 };
const safe = { mayRepeat: true };
const replacing = { mayRepeat: true, replaces: 'a' };

describe('what comes next of a job', () => {
  it.each<
    readonly [
      string,
      JobRecord | undefined,
      Parameters<typeof liveJob>[0] | undefined,
      Partial<PlannedJob>,
      Partial<JobStep> & { readonly is: JobStep['is'] },
    ]
  >([
    ['nothing is known and nothing is there', undefined, undefined, {}, { is: 'create' }],
    ['it was about to be created', record('begun'), undefined, {}, { is: 'create' }],
    ['it was created, and the uid never recorded', record('begun'), isNew, {}, { is: 'record' }],
    ['it is there, and the record is lost', undefined, running, {}, { is: 'record' }],
    ['its uid is on record', record('created'), isNew, {}, { is: 'start' }],
    ['it was started', record('created'), running, {}, { is: 'wait' }],
    ['somebody suspended it later', record('created'), { generation: 3, suspend: true }, {}, { is: 'wait' }],
    ['it is complete', record('created'), { ...running, condition: 'Complete' }, {}, { is: 'ended', how: 'complete' }],
    ['it failed', record('created'), { ...running, condition: 'Failed' }, {}, { is: 'ended', how: 'failed' }],
    ['it is gone', record('created'), undefined, {}, { is: 'stop' }],
    ['another one stands under its name', record('created'), { uid: 'b' }, {}, { is: 'stop' }],
    ['it is gone, and may repeat', record('created'), undefined, safe, { is: 'again' }],
    ['it was given up half way', record('ending'), running, {}, { is: 'stop' }],
    ['it has completed', record('complete'), undefined, {}, { is: 'complete' }],
    ['it has completed and is there', record('complete'), running, safe, { is: 'complete' }],
    ['it had failed', record('failed', { because: 'why' }), running, {}, { is: 'failed', because: 'why' }],
    ['it had failed here, and may repeat', record('failed'), running, replacing, { is: 'failed' }],
    ['it had failed in another deployment', record('failed', { by: 'other' }), running, {}, { is: 'failed' }],
    ['it had failed elsewhere, and may repeat', record('failed', { by: 'other' }), running, replacing, { is: 'again' }],
    ['the plan does not list its delete', record('failed', { by: 'other' }), running, safe, { is: 'failed' }],
    ['one of somebody else is there', undefined, { isForeign: true }, {}, { is: 'failed' }],
  ])('%s', (_, known, live, change, expected) => {
    const step = assessJob({
      job: { ...planned, ...change },
      target: 'eks',
      by: 'first',
      record: known,
      live: live && liveJob(live),
    });
    expect(step).toMatchObject(expected);
  });
});
