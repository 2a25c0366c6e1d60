import { describe, expect, test } from 'vitest';
import { configHashAnnotation, withConfigHashes } from '../../../shared/apply/restarts/config-hash.ts';
import { type ConfigRead, configReadsOf } from '../../../shared/apply/restarts/config-reads.ts';
import type { Manifest, RenderedTarget } from '../../../shared/rollout/release.ts';
import { configMap, secret } from '../manifests.ts';
import { renderedOf } from '../rehearsal.ts';
import { deployment } from './workloads.ts';

const map = '/ConfigMap/shop/flags' as const;
const key = '/Secret/shop/key' as const;
const inShop = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace: 'shop' },
});
const mounted = (volume: object, mount: object = {}) =>
  deployment('web', {
    pod: { volumes: [{ name: 'v', ...volume }] },
    container: { volumeMounts: [{ name: 'v', mountPath: '/etc/v', ...mount }] },
  });
const reading = (container: object) => deployment('web', { container: container as Readonly<Record<string, unknown>> });

describe('pods read', () => {
  test.for([
    {
      what: 'all of a ConfigMap as environment',
      workload: reading({ envFrom: [{ configMapRef: { name: 'flags', optional: true } }] }),
      reads: [{ object: map, how: 'start' }],
    },
    {
      what: 'one key of a Secret as a variable',
      workload: reading({ env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'key', key: 'token' } } }] }),
      reads: [{ object: key, key: 'token', how: 'start' }],
    },
    {
      what: 'a whole volume, whose files follow',
      workload: mounted({ configMap: { name: 'flags' } }),
      reads: [{ object: map, how: 'files' }],
    },
    {
      what: 'some keys of a volume',
      workload: mounted({ secret: { secretName: 'key', items: [{ key: 'tls.crt', path: 'cert' }] } }),
      reads: [{ object: key, key: 'tls.crt', how: 'files' }],
    },
    {
      what: 'one file by subPath, as it was at the start',
      workload: mounted({ configMap: { name: 'flags' } }, { subPath: 'nginx.conf' }),
      reads: [{ object: map, key: 'nginx.conf', how: 'start' }],
    },
    {
      what: 'the key behind a subPath that is called otherwise',
      workload: mounted(
        {
          configMap: {
            name: 'flags',
            items: [
              { key: 'main', path: 'nginx.conf' },
              { key: 'more', path: 'more.conf' },
            ],
          },
        },
        { subPath: 'nginx.conf' },
      ),
      reads: [{ object: map, key: 'main', how: 'start' }],
    },
    {
      what: 'whatever file an expression comes to',
      workload: mounted({ configMap: { name: 'flags' } }, { subPathExpr: '$(POD)' }),
      reads: [{ object: map, how: 'start' }],
    },
    {
      what: 'both sources of a projected volume',
      workload: mounted({ projected: { sources: [{ configMap: { name: 'flags' } }, { secret: { name: 'key' } }] } }),
      reads: [
        { object: map, how: 'files' },
        { object: key, how: 'files' },
      ],
    },
    {
      what: 'nothing of a volume that no container mounts',
      workload: deployment('web', { pod: { volumes: [{ name: 'v', configMap: { name: 'flags' } }] } }),
      reads: [],
    },
    {
      what: 'nothing as an image pull secret',
      workload: deployment('web', { pod: { imagePullSecrets: [{ name: 'key' }] } }),
      reads: [],
    },
  ] satisfies readonly { readonly what: string; readonly workload: Manifest; readonly reads: readonly ConfigRead[] }[])(
    '$what',
    ({ workload, reads }) => {
      expect(configReadsOf(inShop(workload))).toEqual(reads);
    },
  );
});

describe('the hash of what pods read', () => {
  const reads = { envFrom: [{ configMapRef: { name: 'flags' } }, { secretRef: { name: 'key' } }] };
  const target = (data: Readonly<Record<string, string>>, token: string, container: object = reads): RenderedTarget =>
    renderedOf({ web: [configMap('flags', data), secret('key', { token }), reading(container)] });
  const hashOf = (rendered: RenderedTarget, services: readonly string[] = ['web']): unknown => {
    const stamped = withConfigHashes(rendered, 'shop', new Set(services));
    const workload = stamped.services[0]?.objects.find(({ object }) => object.kind === 'Deployment')?.object;
    const spec = workload?.spec as { template: Manifest } | undefined;
    return spec?.template.metadata.annotations?.[configHashAnnotation];
  };

  test('changes with a value, of a Secret too, and shows none', () => {
    const hash = hashOf(target({ a: '1' }, 'hunter2'));
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashOf(target({ a: '2' }, 'hunter2'))).not.toBe(hash);
    expect(hashOf(target({ a: '1' }, 'hunter3'))).not.toBe(hash);
    expect(hashOf(target({ a: '1' }, 'hunter2'))).toBe(hash);
    expect(JSON.stringify(hash)).not.toContain('hunter');
  });

  test('is of the keys that are read, in whatever order they are written', () => {
    const one = { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'flags', key: 'a' } } }] };
    expect(hashOf(target({ a: '1', b: '2' }, 't', one))).toBe(hashOf(target({ b: '3', a: '1' }, 'u', one)));
    expect(hashOf(target({ a: '1', b: '2' }, 't'))).toBe(hashOf(target({ b: '2', a: '1' }, 't')));
  });

  test('is on no workload of a service that does not ask for it, nor on one that reads nothing of the set', () => {
    expect(hashOf(target({ a: '1' }, 't'), [])).toBeUndefined();
    expect(hashOf(target({ a: '1' }, 't', { envFrom: [{ configMapRef: { name: 'elsewhere' } }] }))).toBeUndefined();
  });

  test('is the same again when it is put on twice', () => {
    const once = withConfigHashes(target({ a: '1' }, 't'), 'shop', new Set(['web']));
    expect(withConfigHashes(once, 'shop', new Set(['web']))).toEqual(once);
  });
});
