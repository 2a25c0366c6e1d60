import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, tidegate } from './tidegate.ts';

const job = JSON.stringify({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: 'shop' },
  status: { startTime: '2026-03-01T12:00:00Z', active: 1 },
});
const maps = `
apiVersion: v1
kind: ConfigMap
metadata: { name: b }
---
---
apiVersion: v1
kind: ConfigMapList
items:
  - metadata: { name: a }
  - metadata: { name: b }
`;
const waiting = `
apiVersion: v1
kind: Pod
metadata: { name: p, creationTimestamp: 2026-03-01T12:00:00Z }
status: { phase: Pending, conditions: [{ type: PodScheduled, status: "False", reason: Unschedulable }] }
`;
const twice = `
apiVersion: example.com/v1
kind: Widget
metadata: { generation: 2 }
status: { observedGeneration: 1, observedGeneration: 2 }
`;

describe('tidegate settled', () => {
  let folder: string;
  beforeAll(() => {
    folder = folderWith({
      'all/z/job.json': job,
      'all/maps.yaml': maps,
      'all/.hidden.yaml': job,
      'all/notes.txt': 'no manifest',
      'pod.yaml': waiting,
      'twice.yaml': twice,
      'broken.yaml': 'kind: [',
      'none.yaml': 'kind: ConfigMap\n',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('judges every object of a folder, by name of file and order of document, duplicates each', async () => {
    const ran = await tidegate(folder, ['settled', 'all', '--json']);
    expect(ran.out.map((line) => JSON.parse(line))).toEqual([
      { identity: '/ConfigMap//b', status: 'ready', reason: 'Ready', message: '' },
      { identity: '/ConfigMap//a', status: 'ready', reason: 'Ready', message: '' },
      { identity: '/ConfigMap//b', status: 'ready', reason: 'Ready', message: '' },
      {
        identity: 'batch/Job/shop/migrate',
        status: 'in-progress',
        reason: 'JobRunning',
        message: '0 of its pods succeeded so far',
      },
    ]);
    expect([ran.exitCode, ran.err]).toEqual([3, '']);
  });

  it('is as kstatus where it is asked to be', async () => {
    const ran = await tidegate(folder, ['settled', 'all/z/job.json', '--rules', 'kstatus', '--json']);
    expect([ran.exitCode, ran.out]).toEqual([
      0,
      [
        '{"identity":"batch/Job/shop/migrate","status":"ready","reason":"Current","message":"Job in progress. success:0, active: 1, failed: 0"}',
      ],
    ]);
  });

  it('judges as of the moment it is given', async () => {
    const at = async (moment: string) =>
      (await tidegate(folder, ['settled', 'pod.yaml', '--rules', 'kstatus', '--now', moment])).out[0];
    expect(await at('2026-03-01T12:00:10Z')).toBe('in-progress Pod p PodNotScheduled: Pod has not been scheduled');
    expect(await at('2026-03-01T12:00:15Z')).toBe('failed      Pod p PodUnschedulable: Pod could not be scheduled');
  });

  it('reads what kubectl reads: of a key written twice the last', async () => {
    const ran = await tidegate(folder, ['settled', 'twice.yaml', '--rules', 'kstatus']);
    expect([ran.exitCode, ran.out]).toEqual([0, ['ready       Widget  Current: Resource is current']]);
  });

  it.each([
    ['a file that is not there', ['gone.yaml'], 'gone.yaml: there is no such file or folder'],
    ['a file that is no YAML', ['broken.yaml'], 'YAML_ERROR broken.yaml:1:8'],
    ['an object without apiVersion', ['none.yaml'], 'none.yaml:1 (document 1): expected a Kubernetes object with'],
    ['rules nobody knows', ['pod.yaml', '--rules', 'helm'], '--rules helm: expected tidegate or kstatus'],
    ['a moment that is none', ['pod.yaml', '--now', 'soon'], '--now soon: expected a time as'],
  ])('exits 2 for %s, and says so on stderr', async (_, args, said) => {
    const ran = await tidegate(folder, ['settled', ...args]);
    expect([ran.exitCode, ran.out]).toEqual([2, []]);
    expect(ran.err).toContain(said);
  });
});
