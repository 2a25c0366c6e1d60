import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, tidegate, tidegateHere } from './tidegate.ts';

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

const mapOf = (metadata: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\n`;
const odd = `
apiVersion: example.com/v1
kind: Widget
metadata: { name: odd }
status: { hash: 12345678901234567890, conditions: [{ type: Ready, status: "False", reason: Because, message: "one\\ntwo\\e[2Jthree" }] }
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
      'odd.yaml': odd,
      'nothing.yaml': '---\n# nothing\n---\nnull\n---\napiVersion: v1\nkind: ConfigMapList\nitems: null\n',
      'windows.yaml': '\uFEFFapiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: w\r\n',
      'mixed.yaml': `x: &x { name: anchored }\n---\n${mapOf('*x')}`,
      'tabs.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: t\n',
      'latin.yaml': Buffer.from('apiVersion: v1\nkind: ConfigMap\ndata: { a: \xe9 }\n', 'latin1'),
      'binary.yaml': Buffer.from([0, 159, 146, 150, 0, 7]),
      'text.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: nonsense\n',
      'huge.json': JSON.stringify({ ...JSON.parse(job), spec: { note: 'x'.repeat(10_000_000) } }),
      'order/B.yaml': mapOf('{ name: B }'),
      'order/a.yaml': mapOf('{ name: a }'),
      'order/a/0.yaml': mapOf('{ name: a-0 }'),
      'order/ä.yaml': mapOf('{ name: ae }'),
      'order/list.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'apps/v1', kind: 'DeploymentList', items: [{ metadata: { name: 'd' } }] }],
      }),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('judges every object of a folder, by name of file and order of document, duplicates each', async () => {
    const ran = await tidegateHere(folder, ['settled', 'all', '--json']);
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
    const ran = await tidegateHere(folder, ['settled', 'all/z/job.json', '--rules', 'kstatus', '--json']);
    expect([ran.exitCode, ran.out]).toEqual([
      0,
      [
        '{"identity":"batch/Job/shop/migrate","status":"ready","reason":"Current","message":"Job in progress. success:0, active: 1, failed: 0"}',
      ],
    ]);
  });

  it('judges as of the moment it is given', async () => {
    const at = async (moment: string) =>
      (await tidegateHere(folder, ['settled', 'pod.yaml', '--rules', 'kstatus', '--now', moment])).out[0];
    expect(await at('2026-03-01T12:00:10Z')).toBe('in-progress Pod p PodNotScheduled: Pod has not been scheduled');
    expect(await at('2026-03-01T12:00:15Z')).toBe('failed      Pod p PodUnschedulable: Pod could not be scheduled');
  });

  it('reads what kubectl reads: of a key written twice the last', async () => {
    const ran = await tidegateHere(folder, ['settled', 'twice.yaml', '--rules', 'kstatus']);
    expect([ran.exitCode, ran.out]).toEqual([0, ['ready       Widget  Current: Resource is current']]);
  });

  it('takes files by name in byte order, whatever their depth, and Lists in Lists', async () => {
    const ran = await tidegateHere(folder, ['settled', 'order', '--json']);
    expect(ran.out.map((line) => JSON.parse(line).identity)).toEqual([
      '/ConfigMap//B',
      '/ConfigMap//a',
      '/ConfigMap//a-0',
      'apps/Deployment//d',
      '/ConfigMap//ae',
    ]);
  });

  it.each<[string, string, number, readonly string[]]>([
    ['nothing at all', 'nothing.yaml', 0, []],
    ['a byte order mark and CRLF', 'windows.yaml', 0, ['ready       ConfigMap w Ready']],
    ['a file of 10 MB', 'huge.json', 3, ['in-progress Job shop/migrate JobRunning: 0 of its pods succeeded so far']],
    [
      'numbers beyond a double, and what would move the cursor of a terminal',
      'odd.yaml',
      3,
      ['in-progress Widget odd Because: one·two·[2Jthree'],
    ],
  ])('reads %s', async (_, file, exitCode, out) => {
    const ran = await tidegateHere(folder, ['settled', file]);
    expect([ran.exitCode, ran.err, ran.out]).toEqual([exitCode, '', out]);
  });

  it('says nothing of itself when who reads its lines is gone before the last', async () => {
    const items = Array.from({ length: 5000 }, (_, place) => ({ metadata: { name: `m${place}` } }));
    const many = folderWith({ 'many.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items }) });
    const ran = await tidegate(many, ['settled', 'many.json'], {}, { hangUpAt: 'm0 ' });
    rmSync(many, { recursive: true });
    expect([ran.exitCode, ran.err]).toEqual([0, '']);
    expect(ran.out.length).toBeLessThan(5000);
  });

  it.each([
    ['set', 'set/deep/self.yaml'],
    ['./set', 'set/deep/self.yaml'],
    ['set/deep/self.yaml', 'set/deep/self.yaml'],
  ])('names what can not be read below %s, and not the folder that was named', async (path, named) => {
    const closed = folderWith({ 'set/a.yaml': mapOf('{ name: a }'), 'set/deep/b.yaml': mapOf('{ name: b }') });
    symlinkSync('self.yaml', join(closed, 'set/deep/self.yaml'));
    const ran = await tidegateHere(closed, ['settled', path]);
    rmSync(closed, { recursive: true });
    expect([ran.exitCode, ran.out, ran.err]).toEqual([2, [], `${named}: is a link that leads back to itself`]);
  });

  it('judges what can be read of a file, and exits 2 for the rest', async () => {
    const ran = await tidegateHere(folder, [
      'settled',
      'mixed.yaml',
      'tabs.yaml',
      'windows.yaml',
      'binary.yaml',
      'latin.yaml',
    ]);
    expect([ran.exitCode, ran.out]).toEqual([2, ['ready       ConfigMap w Ready']]);
    expect(ran.err.split('\n').map((line) => line.split(':')[0])).toEqual([
      'NOT_UTF8 binary.yaml',
      'NOT_UTF8 latin.yaml',
      'YAML_ERROR mixed.yaml',
      'YAML_ERROR tabs.yaml',
      'mixed.yaml',
    ]);
  });

  it.each([
    ['a file that is not there', ['gone.yaml'], 'gone.yaml: there is no such file or folder'],
    ['a file that is no YAML', ['broken.yaml'], 'YAML_ERROR broken.yaml:1:8'],
    ['metadata that is none', ['text.yaml'], 'text.yaml:1 (document 1): expected metadata to be an object'],
    ['an object without apiVersion', ['none.yaml'], 'none.yaml:1 (document 1): expected a Kubernetes object with'],
    ['rules nobody knows', ['pod.yaml', '--rules', 'helm'], '--rules helm: expected tidegate or kstatus'],
    ['a moment that is none', ['pod.yaml', '--now', 'soon'], '--now soon: expected a time as'],
  ])('exits 2 for %s, and says so on stderr', async (_, args, said) => {
    const ran = await tidegateHere(folder, ['settled', ...args]);
    expect([ran.exitCode, ran.out]).toEqual([2, []]);
    expect(ran.err).toContain(said);
  });
});
