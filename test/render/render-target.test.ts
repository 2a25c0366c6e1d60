import { describe, expect, it } from 'vitest';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { describeProblem, RenderFailed } from '../../shared/render/render-failed.ts';
import { renderTarget } from '../../shared/render/render-target.ts';
import type { ServiceSource } from '../../shared/render/service-source.ts';
import { canonicalJson } from '../../shared/rollout/digest.ts';
import type { Target } from '../../shared/rollout/target.ts';

const evaluate = evaluateInThread();

const target = (name: string, stage: string, namespace = 'shop'): Target => ({
  name,
  locator: { eks: { account: '111111111111', region: 'us-east-1', cluster: name } },
  labels: { stage },
  namespace,
  allow: [],
});

const staging = target('aws-staging', 'staging');
const production = target('aws-prod01', 'production');

const image = (name: string): string => `registry.example.com/${name}@sha256:${'a'.repeat(64)}`;

const service = (name: string, more: Partial<ServiceSource> = {}): ServiceSource => ({
  name,
  dependsOn: [],
  images: {},
  source: { jsonnet: `services/${name}.jsonnet` },
  overrides: [],
  ...more,
});

const filesOf = (texts: Readonly<Record<string, string | Uint8Array>>): ReadonlyMap<string, Uint8Array> =>
  new Map(
    Object.entries(texts).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );

const refusals = async (
  files: Parameters<typeof filesOf>[0],
  services: readonly ServiceSource[],
): Promise<readonly string[]> => {
  const error = await renderTarget({ files: filesOf(files), services, target: staging }, evaluate).then(
    (rendered) => new Error(`rendered ${canonicalJson(rendered)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RenderFailed)) throw error;
  return error.problems.map(describeProblem);
};

const storage = {
  'services/storage.jsonnet': `
    local target = std.extVar('target');
    {
      deployment: {
        apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'storage', labels: { stage: target.labels.stage } },
        spec: { replicas: 1, template: { spec: { containers: [{ name: 'storage', image: std.extVar('images').storage }] } } },
      },
    }`,
  'services/storage-staging.jsonnet': `(import 'storage.jsonnet') + { deployment+: { metadata+: { labels+: { quiet: 'no' } } } }`,
  'services/storage-production.jsonnet': `
    (import 'storage.jsonnet') + {
      deployment+: { spec+: { replicas: 3 } },
      budget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'storage' } },
    }`,
  'services/storage-prod01.jsonnet': `(import 'storage-production.jsonnet') + { deployment+: { spec+: { replicas: super.replicas + 2 } } }`,
};

const deployment = (stage: string, replicas: number, labels: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'storage', labels: { ...labels, stage } },
  spec: { replicas, template: { spec: { containers: [{ name: 'storage', image: image('storage') }] } } },
});

describe('the override of a service', () => {
  const overrides: ServiceSource['overrides'] = [
    { targets: { stage: 'staging' }, jsonnet: 'services/storage-staging.jsonnet' },
    { targets: { stage: 'production' }, jsonnet: 'services/storage-production.jsonnet' },
    {
      targets: { stage: 'production', name: 'aws-prod01', provider: 'eks', region: 'us-east-1' },
      jsonnet: 'services/storage-prod01.jsonnet',
    },
  ];
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'storage' } };

  it.each<[string, Target, string, readonly (readonly [string, object])[]]>([
    [
      'of staging changes a label',
      staging,
      'storage-staging',
      [['deployment', deployment('staging', 1, { quiet: 'no' })]],
    ],
    [
      'of production changes replicas and adds an object',
      target('aws-prod02', 'production'),
      'storage-production',
      [
        ['budget', budget],
        ['deployment', deployment('production', 3)],
      ],
    ],
    [
      'that stands last wins, and may build on another',
      production,
      'storage-prod01',
      [
        ['budget', budget],
        ['deployment', deployment('production', 5)],
      ],
    ],
    [
      'is none where no target matches: the base as it is',
      target('aws-test', 'test'),
      'storage',
      [['deployment', deployment('test', 1)]],
    ],
  ])('%s', async (_, on, file, objects) => {
    const services = [service('storage', { overrides, images: { storage: image('storage') } })];
    expect(await renderTarget({ files: filesOf(storage), services, target: on }, evaluate)).toEqual({
      target: on.name,
      services: [
        {
          service: 'storage',
          objects: objects.map(([path, object]) => ({ object, source: `services/${file}.jsonnet (${path})` })),
        },
      ],
    });
  });
});

describe('a target', () => {
  const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

  it('has its services in the order they depend on each other, and objects of folders by path', async () => {
    const files = {
      'a/z.yaml': `${config('z1')}---\n${config('z2')}`,
      'a/deep/b.yml': config('b'),
      'a/c.json':
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}]}',
      'a/.hidden.yaml': 'not: read',
      'a/README.md': 'not read',
      'ab/not-in-a.yaml': config('x'),
      'one.yaml': config('one'),
    };
    const services = [
      service('b', { source: { manifests: 'a/' }, dependsOn: ['c'] }),
      service('c', { source: { manifests: 'one.yaml' } }),
    ];
    const rendered = await renderTarget({ files: filesOf(files), services, target: staging }, evaluate);
    const told = rendered.services.map(({ service, objects }) => [
      service,
      objects.map(({ object, source }) => `${object.metadata.name} at ${source}`),
    ]);
    expect(told).toEqual([
      ['c', ['one at one.yaml:1 (document 1)']],
      [
        'b',
        [
          'c at a/c.json:1 (items[0])',
          'b at a/deep/b.yml:1 (document 1)',
          'z1 at a/z.yaml:1 (document 1)',
          'z2 at a/z.yaml:5 (document 2)',
        ],
      ],
    ]);
  });

  it('gives the same bytes for the same files, however they are listed', async () => {
    const services = [
      service('storage', { images: { storage: image('storage') } }),
      service('web', { source: { manifests: 'w' } }),
    ];
    const files = { ...storage, 'w/a.yaml': config('a'), 'w/b.yaml': config('b') };
    const backwards = Object.fromEntries(Object.entries(files).toReversed());
    const [one, other] = await Promise.all([
      renderTarget({ files: filesOf(files), services, target: staging }, evaluate),
      renderTarget({ files: filesOf(backwards), services: services.toReversed(), target: staging }, evaluate),
    ]);
    expect(canonicalJson(other)).toBe(canonicalJson(one));
  });

  it('is told all its problems at once', async () => {
    const files = {
      'services/a.jsonnet': `{ x: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'same' } }, y: 1 }`,
      'services/b.jsonnet': `{ x: import '../../etc/passwd' }`,
      'services/bad.bin': new Uint8Array([0xff]),
      'services/d.jsonnet': `importstr 'bad.bin'`,
      'e/1.yaml': 'a: 1\na: 2\n',
      'e/2.yaml': `${config('same').replace('name: same', 'name: same, namespace: shop')}`,
      'f/1.yaml': config('f'),
    };
    const services = [
      service('a'),
      service('b'),
      service('c'),
      service('d'),
      service('e', { source: { manifests: 'e' } }),
      service('f', { source: { manifests: 'f' }, images: { web: image('web') } }),
      service('g', { source: { manifests: 'g/' } }),
    ];
    expect(await refusals(files, services)).toEqual([
      'OBJECT_INVALID services/a.jsonnet: y: expected a Kubernetes object, or objects nested in fields and arrays; found the number 1',
      'IMPORT_DENIED services/b.jsonnet:1:6: import "../../etc/passwd": the path leaves the config repository',
      'SOURCE_MISSING services/c.jsonnet: service c names this file; it is not there',
      'IMPORT_DENIED services/d.jsonnet:1:1: import "bad.bin": no such file in the config repository (only files of UTF-8 text are offered)',
      'DUP_KEY e/1.yaml:2:1 (document 1): key a is written twice, first at line 1',
      'IMAGE_UNUSED f: images.web: no container has an image of registry.example.com/web; correct the repository or remove the entry',
      'SOURCE_MISSING g/: service g names this file or folder; there is no .yaml, .yml or .json of it',
      'IDENTITY_COLLISION e/2.yaml:1 (document 1): ConfigMap same in namespace shop is also written at services/a.jsonnet (x); keep one of them',
    ]);
  });

  it('may have 5,000 objects and no more', async () => {
    const many = (count: number) => ({
      'services/many.jsonnet': `[{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c%d' % n } } for n in std.range(1, ${count})]`,
    });
    const { services } = await renderTarget(
      { files: filesOf(many(5000)), services: [service('many')], target: staging },
      evaluate,
    );
    expect(services[0]?.objects).toHaveLength(5000);
    expect(await refusals(many(5001), [service('many')])).toEqual([
      'RENDER_LIMIT target aws-staging: objects: 5001 objects; at most 5000 are allowed',
    ]);
  });

  it('may have 20 MB of JSON over all its services and no more', async () => {
    const half = (name: string) =>
      `[{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '${name}%d' % n }, data: { a: std.repeat('x', 1000000) } } for n in std.range(1, 11)]`;
    const files = { 'services/a.jsonnet': half('a'), 'services/b.jsonnet': half('b') };
    expect(await refusals(files, [service('a'), service('b')])).toEqual([
      'RENDER_LIMIT target aws-staging: output: 22001765 bytes of JSON; at most 20000000 are allowed',
    ]);
  });

  it('is not rendered when its services depend on each other in a circle', async () => {
    const services = [service('a', { dependsOn: ['b'] }), service('b', { dependsOn: ['a'] })];
    expect(await refusals({}, services)).toEqual(['DEPENDENCY_CYCLE services: a, b: dependsOn leads in a circle']);
  });

  it('passes on what is no fault of the files', async () => {
    const broken = new Error('jsonnet worker: ended with code 1 before it answered');
    const services = [service('storage')];
    const rendering = renderTarget({ files: filesOf(storage), services, target: staging }, () =>
      Promise.reject(broken),
    );
    await expect(rendering).rejects.toBe(broken);
  });
});
