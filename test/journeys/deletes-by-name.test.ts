import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { image, smallFleetConfig } from './fleet-config.ts';
import { openRehearsal, webService } from './rehearsal.ts';

type Json = Readonly<Record<string, unknown>>;

const labels = (name: string) => ({ app: name });
const object = (apiVersion: string, kind: string, name: string, more: Json = {}) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const configMap = (name: string) => object('v1', 'ConfigMap', name, { data: { name } });
const service = (name: string) =>
  object('v1', 'Service', name, { spec: { selector: labels(name), ports: [{ port: 80 }] } });
const workload = (kind: string, name: string) =>
  object('apps/v1', kind, name, {
    spec: {
      replicas: 1,
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: labels(name) },
      template: {
        metadata: { labels: labels(name) },
        spec: { containers: [{ name: 'main', image: image('v1') }] },
      },
    },
  });
const claim = (name: string) =>
  object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });

/** A product of 18 objects: what was lost with one wrong name. */
const product = [
  ...['kafka', 'storage'].flatMap((name) => [workload('StatefulSet', name), service(name), claim(`data-${name}`)]),
  workload('Deployment', 'query'),
  service('query'),
  ...Array.from({ length: 10 }, (_, at) => configMap(`settings-${at}`)),
];
/** What the app of the same name is made of. */
const other = ['a', 'b', 'c', 'd'].map((name) => configMap(`other-${name}`));

const lives = { targets: { name: 'gke-internal' } };
const approval = { roles: ['sre'], people: 1, expires: '4h' };
/** What is deleted is no question of gates. */
const config = smallFleetConfig('v1', {
  waves: JSON.parse(smallFleetConfig('v1')).waves.map((wave: Json) => ({ ...wave, gates: [] })),
});
const base = JSON.parse(config);

/** The repository with these objects as the product, and where it differs from the start. */
const repository = (objects: readonly Json[], changes: Json = {}, files: Json = {}) => ({
  'tidegate.json': JSON.stringify({
    ...base,
    services: { web: base.services.web, product: { manifests: 'services/product/', ...lives } },
    roles: { ...base.roles, sre: ['eva'] },
    ...changes,
  }),
  'services/web.jsonnet': webService,
  'services/product/all.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  'services/product/more.json': null,
  ...files,
});

const story = await openRehearsal({ config });
afterAll(() => story.close());

const end = async (changes: Readonly<Record<string, string | null>>, message: string) => {
  const rollout = await story.merge(changes, message);
  return { rollout, end: await story.ended(rollout) };
};
const deletes = (mark: ReadonlyMap<string, number>) =>
  story.targets.flatMap((target) => story.writes(target, mark).filter((write) => write.startsWith('DELETE')));
const internal = (collection: string) => story.names('gke-internal', collection);
const workloads = 'apps/v1/namespaces/default/statefulsets';
const claims = 'v1/namespaces/default/persistentvolumeclaims';

beforeAll(async () => {
  await story.settleFirst();
  expect(await end(repository(product), 'The product')).toMatchObject({ end: { outcome: 'succeeded' } });
});

describe('an app under the name of a product', () => {
  test('that is written beside it is refused with both places, and no target is asked', async () => {
    const mark = story.mark();
    const more = { 'services/product/more.json': JSON.stringify({ ...configMap('settings-0'), data: { name: 'x' } }) };
    const { end: refused } = await end(repository(product, {}, more), 'Two of a name');
    expect(refused).toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(
        /IDENTITY_COLLISION services\/product\/more\.json.* ConfigMap settings-0 .* also written at services\/product\/all\.json/,
      ),
    });
    expect(story.mark()).toEqual(mark);
  });

  test.each([
    ['that took its place', other],
    ['that renders to nothing', []],
  ])('%s is refused with what would be gone, by kind, and nothing is written anywhere', async (_, objects) => {
    const mark = story.mark();
    const { end: refused } = await end(repository(objects), 'Another in its place');
    expect(refused).toMatchObject({ outcome: 'refused' });
    expect(refused?.because).toMatch(
      /^refused, nothing written to any target: gke-internal: 16 objects would be deleted \(10 ConfigMap, 3 Service, 2 StatefulSet, 1 Deployment\), at most 5 may be; .* put them back, or say in deletes\.approval of the config who may approve it$/,
    );
    for (const target of story.targets) expect([target, story.writes(target, mark)]).toEqual([target, []]);
  });
});

test('a legitimate rename of one object goes through without anybody', async () => {
  const mark = story.mark();
  const renamed = [...product.slice(0, -1), configMap('settings-last')];
  expect(await end(repository(renamed), 'A better name')).toMatchObject({ end: { outcome: 'succeeded' } });
  expect(deletes(mark)).toEqual(['DELETE /api/v1/namespaces/default/configmaps/settings-9']);
  expect(await end(repository(product), 'Back again')).toMatchObject({ end: { outcome: 'succeeded' } });
});

describe('deletes that somebody may approve by name', () => {
  const mayName = { deletes: { approval } };
  const asked = async (objects: readonly Json[], changes: Json = {}) => {
    const merged = repository(objects, { ...mayName, ...changes });
    const rollout = await story.merge(merged, 'Without the product');
    return { rollout, question: await story.asked() };
  };

  test('are asked for where the wave asks for nothing, and only their number, by one who may, lifts them', async () => {
    const mark = story.mark();
    const { rollout, question } = await asked(other);
    expect(await story.events(rollout)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^the fleet will see .*; an approval has to name the deletes on gke-internal \(16\)$/),
        expect.stringMatching(/^internal planned .* 16 objects to be deleted only by an approval that names them$/),
        expect.stringMatching(
          /^waits for 1 of sre to approve internal and for 1 of sre to name the 16 objects it deletes/,
        ),
      ]),
    );
    expect(question).toMatchObject({ wave: 'internal', roles: ['sre'], deletes: { count: 16, people: 1 } });
    const refusals = [
      await story.decide(question, 'approve', 'ana', 16),
      await story.decide(question, 'approve', 'eva'),
      await story.decide(question, 'approve', 'eva', 15),
      await story.decide({ ...question, plan: question.release }, 'approve', 'eva', 16),
    ];
    expect(refusals.map((each) => 'code' in each && each.code)).toEqual([
      'not-allowed',
      'deletes-unnamed',
      'other-deletes',
      'other-plan',
    ]);
    expect(deletes(mark)).toEqual([]);
    expect(await story.decide(question, 'approve', 'eva', 16)).toMatchObject({
      status: 'decided',
      because: 'approved by eva, its 16 deletes named by eva',
    });
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    const deleted = deletes(mark);
    expect([deleted.length, deleted.filter((write) => write.includes('persistentvolumeclaims'))]).toEqual([16, []]);
    expect([await internal(workloads), await internal(claims)]).toEqual([[], ['data-kafka', 'data-storage']]);
  });

  test('of one object that serves need it too, and what is rejected is not deleted', async () => {
    expect(await end(repository(product, mayName), 'The product again')).toMatchObject({
      end: { outcome: 'succeeded' },
    });
    const mark = story.mark();
    const { rollout, question } = await asked(product.filter(({ kind }) => kind !== 'Deployment'));
    expect(question.deletes?.count).toBe(1);
    await story.decide(question, 'reject', 'eva');
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'rolled_back', because: 'rejected by eva' });
    expect(deletes(mark)).toEqual([]);
  });

  test('are as many as their service may, and none where the target says so', async () => {
    const services = (maxDeletes: number) => ({
      services: {
        ...JSON.parse(repository([])['tidegate.json']).services,
        product: { manifests: 'services/product/', ...lives, maxDeletes },
      },
    });
    const seven = product.filter(({ metadata }) => !/^settings-[0-6]$/.test(metadata.name));
    const mark = story.mark();
    expect(await end(repository(seven, services(7)), 'Seven fewer')).toMatchObject({ end: { outcome: 'succeeded' } });
    expect(deletes(mark)).toHaveLength(7);
    const targets = {
      targets: { ...base.targets, 'gke-internal': { ...base.targets['gke-internal'], maxDeletes: 0 } },
    };
    const one = seven.filter(({ metadata }) => metadata.name !== 'settings-7');
    expect(await end(repository(one, { ...services(7), ...targets }), 'One fewer')).toMatchObject({
      end: {
        outcome: 'refused',
        because: expect.stringContaining('gke-internal: 1 object would be deleted (1 ConfigMap), at most 0 may be'),
      },
    });
  });
});

describe('on the way back', () => {
  const standing = product.filter(({ metadata }) => !/^settings-[0-7]$/.test(metadata.name));
  const config = { services: JSON.parse(repository([])['tidegate.json']).services };
  const path = `/apis/apps/v1/namespaces/default`;

  test('what the release brought goes as it came, and what it took over from others stays', async () => {
    const theirs = workload('StatefulSet', 'ledger');
    await story.api('gke-internal', 'POST', `${path}/statefulsets?fieldManager=kubectl-client-side-apply`, theirs);
    const digest = image('broken').split('@')[1] ?? '';
    story.images.publish(digest, { crash: { afterMs: 100, exitCode: 1, log: 'no' } });
    // Asked whether it is ready: without, it would be for the tenth of a second that it runs.
    const asked = `"image":"${image('broken')}","readinessProbe":{"tcpSocket":{"port":80}}`;
    const broken = JSON.parse(
      JSON.stringify(workload('Deployment', 'broken')).replace(`"image":"${image('v1')}"`, asked),
    );
    const mark = story.mark();
    // One object fewer, too: nothing is deleted before all that was applied runs.
    const fewer = standing.filter(({ metadata }) => metadata.name !== 'settings-8');
    const { rollout, end: taken } = await end(repository([...fewer, theirs, broken], config), 'With theirs');
    expect(taken).toMatchObject({ outcome: 'rolled_back' });
    expect(await story.events(rollout)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^internal planned .*: 1 create, 0 change, 1 migrate, /),
        expect.stringMatching(
          /^way back of internal planned .*: 0 create, 0 change, 0 migrate, 0 recreate, 1 prune, .*; 1 object stays, whose delete no approval names$/,
        ),
      ]),
    );
    expect(deletes(mark)).toEqual([`DELETE ${path}/deployments/broken`]);
    expect(await internal(workloads)).toContain('ledger');
    // It is a member of the set now: who wants it gone has to say so.
    expect(await end(repository(standing, config), 'Without theirs')).toMatchObject({
      end: { outcome: 'refused', because: expect.stringContaining('StatefulSet default/ledger would be deleted') },
    });
  });

  test('of a release that had succeeded, what it brought goes without anybody as well', async () => {
    const theirs = workload('StatefulSet', 'ledger');
    const extra = workload('Deployment', 'extra');
    expect(await end(repository([...standing, theirs], config), 'With theirs')).toMatchObject({
      end: { outcome: 'succeeded' },
    });
    const { rollout } = await end(repository([...standing, theirs, extra], config), 'With something extra');
    const mark = story.mark();
    const back = await story.rollBack(rollout);
    expect(await story.ended(back.rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(deletes(mark)).toEqual([`DELETE ${path}/deployments/extra`]);
  });
});
