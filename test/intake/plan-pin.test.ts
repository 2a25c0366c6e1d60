import { describe, expect, it } from 'vitest';
import { planPin } from '../../shared/intake/plan-pin.ts';
import { digest, fleetConfig } from './place.ts';

const bytes = (files: Record<string, string | Uint8Array>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? Buffer.from(text) : text]));
const image = { repository: 'registry.example.com/storage', digest: digest('c') };
const plan = (text: string, over: object = {}, path = 'fleet.jsonnet') =>
  planPin(bytes({ [path]: text }), { ...image, ...over });
const changed = (text: string, over: object = {}, path = 'fleet.jsonnet') => {
  const made = plan(text, over, path);
  return made.kind === 'change' ? Buffer.from(made.files.get(path) ?? '').toString('latin1') : made.kind;
};

describe('planPin', () => {
  it('changes the digest and nothing else, and leaves comments, spacing and line ends', () => {
    const made = plan(fleetConfig);
    expect(made).toEqual({
      kind: 'change',
      pins: [{ path: 'fleet.jsonnet', line: 4, from: digest('a') }],
      files: bytes({ 'fleet.jsonnet': fleetConfig.replace(digest('a'), digest('c')) }),
    });
  });

  it('keeps bytes that are not UTF-8', () => {
    const file = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(`image: ${image.repository}@${digest('a')}\n`),
    ]);
    const made = planPin(new Map([['a.yaml', new Uint8Array(file)]]), image);
    const expected = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(`image: ${image.repository}@${digest('c')}\n`),
    ]);
    expect(made.kind === 'change' && Buffer.from(made.files.get('a.yaml') ?? '').equals(expected)).toBe(true);
  });

  it('changes every file that pins the repository, and no file of another kind', () => {
    const pin = `${image.repository}@${digest('a')}`;
    const made = planPin(
      bytes({ 'a.json': `"${pin}"`, 'b/c.yml': `- ${pin}\n- ${pin}`, 'README.md': pin, 'd.libsonnet': pin }),
      image,
    );
    expect(made.kind === 'change' && made.pins.map(({ path, line }) => `${path}:${line}`)).toEqual([
      'a.json:1',
      'b/c.yml:1',
      'b/c.yml:2',
      'd.libsonnet:1',
    ]);
  });

  it.each([
    ['mirror.example.com/registry.example.com/storage', 'absent'],
    ['registry.example.com/storage-backup', 'absent'],
    ['registry.example.com/storage/sub', 'absent'],
    ['xregistry.example.com/storage', 'absent'],
    ['registry-example-com/storage', 'absent'],
  ])('%s is another repository', (name, kind) => {
    expect(plan(`"${name}@${digest('a')}"`).kind).toBe(kind);
  });

  it('gives a tag beside the digest the new tag, or takes it away', () => {
    const text = `"${image.repository}:1.0@${digest('a')}"`;
    expect(changed(text, { tag: '1.1' })).toBe(`"${image.repository}:1.1@${digest('c')}"`);
    expect(changed(text)).toBe(`"${image.repository}@${digest('c')}"`);
  });

  it("knows Docker Hub's short names", () => {
    const hub = { repository: 'docker.io/library/nginx' };
    for (const name of ['nginx', 'library/nginx', 'docker.io/library/nginx']) {
      expect(changed(`image: ${name}@${digest('a')}`, hub, 'a.yaml')).toBe(`image: ${name}@${digest('c')}`);
    }
  });

  it.each([
    [`'${image.repository}@${digest('c')}'`, { kind: 'pinned' }],
    [`\n'${image.repository}:1.0'`, { kind: 'unpinned', path: 'fleet.jsonnet', line: 2 }],
    [`'${image.repository}'`, { kind: 'unpinned', path: 'fleet.jsonnet', line: 1 }],
    [`// '${image.repository}@${digest('a')}'`, { kind: 'absent' }],
    [`  # ${image.repository}:1.0`, { kind: 'absent' }],
    ['', { kind: 'absent' }],
  ])('%j', (text, expected) => {
    expect(plan(text)).toEqual(expected);
  });
});
