import { describe, expect, it } from 'vitest';
import { diffFields } from '../../shared/apply/field-diff.ts';

const planted = 'hunter2-planted';
const pods = (env: readonly object[], image = 'a') => ({
  spec: { containers: [{ name: 'main', image, env }] },
});
const variable = (name: string, value: string) => ({ name, value });
const shownOf = (before: unknown, after: unknown) =>
  diffFields(before, after).map(({ path, replaces, with: now, replacesHash, withHash }) => [
    path,
    replaces ?? (replacesHash && 'by hash'),
    now ?? (withHash && 'by hash'),
  ]);

describe('a plan', () => {
  it.each(['DB_PASSWORD', 'API_KEY', 'GITHUB_TOKEN', 'clientSecret', 'aws-access-key-id', 'PWD'])(
    'shows the variable %s by its hash',
    (name) => {
      expect(shownOf(pods([variable(name, planted)]), pods([variable(name, 'next')]))).toEqual([
        [`/spec/containers[name=main]/env[name=${name}]/value`, 'by hash', 'by hash'],
      ]);
    },
  );

  it('shows a variable that is none', () => {
    expect(shownOf(pods([variable('LOG_LEVEL', 'info')]), pods([variable('LOG_LEVEL', 'debug')]))).toEqual([
      ['/spec/containers[name=main]/env[name=LOG_LEVEL]/value', 'info', 'debug'],
    ]);
  });

  it('shows a key of a ConfigMap that says it is one by its hash, and references to Secrets as they are', () => {
    expect(shownOf({ data: { 'db.password': planted, url: 'x' } }, { data: { 'db.password': 'y', url: 'z' } })).toEqual(
      [
        ['/data/db.password', 'by hash', 'by hash'],
        ['/data/url', 'x', 'z'],
      ],
    );
    const mounted = (secretName: string) => ({ spec: { volumes: [{ name: 'tls', secret: { secretName } }] } });
    expect(shownOf(mounted('one'), mounted('two'))).toEqual([
      ['/spec/volumes[name=tls]/secret/secretName', 'one', 'two'],
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['a variable that is added', pods([]), pods([variable('DB_PASSWORD', planted)])],
    ['a container that is added with one', { spec: { containers: [] } }, pods([variable('DB_PASSWORD', planted)])],
    ['a pod template that is added with one', {}, pods([variable('DB_PASSWORD', planted)])],
    ['a ConfigMap that gets its first data', {}, { data: { token: planted } }],
    ['the password of an address', { data: { url: 'x' } }, { data: { url: `postgres://shop:${planted}@db/shop` } }],
    [
      'what client-side apply kept',
      {},
      { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"env":"${planted}"}` } } },
    ],
  ])('does not print %s', (_, before, after) => {
    const fields = diffFields(before, after);
    expect(fields.length).toBeGreaterThan(0);
    expect(JSON.stringify(fields)).not.toContain(planted);
  });

  it('does not print one among a thousand keys, which are told as one', () => {
    const keys = Array.from({ length: 1000 }, (_, at) => [at === 0 ? '0-password' : `k${at}`, planted]);
    const [field, ...more] = diffFields({ data: {} }, { data: Object.fromEntries(keys) });
    expect([field?.path, more]).toEqual(['/data', []]);
    expect(field?.with).toMatch(/^\{"0-password":"\(not shown\)","k1":/);
  });
});
