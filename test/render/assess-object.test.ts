import { describe, expect, it } from 'vitest';
import { assessObject } from '../../shared/render/assess-object.ts';
import type { Manifest } from '../../shared/rollout/release.ts';

interface Parts {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** An object whose metadata may be as wrong as a file can make it. */
const told = ({ apiVersion = 'v1', kind = 'ConfigMap', metadata, ...others }: Parts): readonly string[] => {
  const object: Manifest = JSON.parse(
    JSON.stringify({ apiVersion, kind, metadata: { name: 'a', ...metadata }, ...others }),
  );
  return assessObject(object).map(({ code, what }) => `${code}: ${what}`);
};

describe('an object is fine', () => {
  it.each<[string, Parts]>([
    ['with the longest name', { metadata: { name: 'a'.repeat(253) } }],
    ['with the longest name of a Service', { kind: 'Service', metadata: { name: 'a'.repeat(63) } }],
    [
      'with a colon in an RBAC name',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'system:reader' } },
    ],
    [
      'when another group has a kind Service',
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'a'.repeat(64) } },
    ],
    [
      'with qualified labels',
      { metadata: { labels: { 'app.kubernetes.io/name': 'a_b.C-1', empty: '', 'a/b': 'x'.repeat(63) } } },
    ],
    ['with 256 KiB of annotations', { metadata: { annotations: { a: 'x'.repeat(262_143) } } }],
    ['with 1 MiB of data', { data: { a: 'x'.repeat(1_048_576) } }],
  ])('%s', (_, parts) => {
    expect(told(parts)).toEqual([]);
  });
});

describe('an object is refused', () => {
  it.each<[string, Parts, string]>([
    [
      'for its name',
      { metadata: { name: 'a'.repeat(254) } },
      'OBJECT_LIMIT: metadata.name has 254 characters; at most 253 are allowed',
    ],
    [
      'for the name of a Namespace',
      { kind: 'Namespace', metadata: { name: 'a'.repeat(64) } },
      'OBJECT_LIMIT: metadata.name has 64 characters; at most 63 are allowed',
    ],
    [
      'for a slash in its name',
      { metadata: { name: '../x' } },
      'OBJECT_INVALID: metadata.name must not hold /, % or a space, nor be . or ..',
    ],
    [
      'for a name of dots',
      { metadata: { name: '..' } },
      'OBJECT_INVALID: metadata.name must not hold /, % or a space, nor be . or ..',
    ],
    [
      'for its namespace',
      { metadata: { namespace: 'Shop' } },
      'OBJECT_INVALID: metadata.namespace must be 1 to 63 lower-case letters, digits and -, beginning and ending with a letter or digit',
    ],
    [
      'for a long label',
      { metadata: { labels: { a: 'x'.repeat(64) } } },
      'OBJECT_LIMIT: metadata.labels.a has 64 characters; at most 63 are allowed',
    ],
    [
      'for a label with spaces',
      { metadata: { labels: { a: 'b c' } } },
      'OBJECT_INVALID: metadata.labels.a must be letters, digits, -, _ and ., beginning and ending with a letter or digit',
    ],
    [
      'for a number as label',
      { metadata: { labels: { version: 1.2 } } },
      'OBJECT_INVALID: metadata.labels.version must be text, not the number 1.2; quote it',
    ],
    [
      'for a boolean as annotation',
      { metadata: { annotations: { on: true } } },
      'OBJECT_INVALID: metadata.annotations.on must be text, not the boolean true; quote it',
    ],
    [
      'for null as label',
      { metadata: { labels: { a: null } } },
      'OBJECT_INVALID: metadata.labels.a must be text, not null',
    ],
    [
      'for a label key of two slashes',
      { metadata: { labels: { 'a/b/c': '' } } },
      'OBJECT_INVALID: metadata.labels has the key a/b/c, which is not [prefix/]name with a name of at most 63 characters',
    ],
    ['for a list of labels', { metadata: { labels: ['a'] } }, 'OBJECT_INVALID: metadata.labels must be an object'],
    [
      'for its annotations',
      { metadata: { annotations: { a: 'x'.repeat(262_144) } } },
      'OBJECT_LIMIT: metadata.annotations have 262145 bytes; at most 262144 are allowed',
    ],
    [
      'for its data',
      { data: { a: 'x'.repeat(1_048_577) } },
      'OBJECT_LIMIT: data has 1048577 bytes; at most 1048576 are allowed',
    ],
    [
      'for its size',
      { kind: 'Pod', data: { a: 'x'.repeat(1_572_864) } },
      'OBJECT_LIMIT: the object has 1572936 bytes as JSON; at most 1572864 are allowed',
    ],
  ])('%s', (_, parts, problem) => {
    expect(told(parts)).toEqual([problem]);
  });
});
