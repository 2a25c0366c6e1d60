import { expect, test } from 'vitest';
import { assessStream } from '../../shared/doctor/assess-stream.ts';

const late = 'people are told up to a minute late, by watchProbers';
const deploy = 'deploy again with serverless.yml, which makes it';
const log = 'look at the log of sendNotices, and into the queue FailedEvents (docs/operate.md)';
const well = { status: 'ok', found: 'sendNotices is called with what people are told' };

test.each<[string, Parameters<typeof assessStream>[0], object]>([
  ['no stream', [], { status: 'warning', found: `no stream calls sendNotices: ${late}`, next: deploy }],
  [
    'one that is switched off',
    [{ id: 'm-1', state: 'Disabled' }],
    {
      status: 'warning',
      found: `the stream that calls sendNotices is switched off (Disabled): ${late}`,
      next: `enable it (aws lambda update-event-source-mapping --uuid m-1 --enabled), or ${deploy}`,
    },
  ],
  [
    'one whose calls fail',
    [{ id: 'm-1', state: 'Enabled', result: 'PROBLEM: Function call failed' }],
    {
      status: 'warning',
      found: `the stream calls sendNotices, and the last call failed (PROBLEM: Function call failed): ${late}`,
      next: log,
    },
  ],
  ['one that has had nothing to tell', [{ id: 'm-1', state: 'Enabled', result: 'No records processed' }], well],
  ['one that is being made', [{ id: 'm-1', state: 'Creating' }], well],
  [
    'one beside another that is switched off',
    [
      { id: 'm-1', state: 'Disabled' },
      { id: 'm-2', state: 'Enabled', result: 'OK' },
    ],
    well,
  ],
])('with %s', (_, streams, found) => {
  expect(assessStream(streams)).toEqual(found);
});
