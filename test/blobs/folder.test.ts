import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { blobsContract } from './contract.ts';

const freshFolder = () => mkdtempSync(join(tmpdir(), 'tidegate-blobs-'));
const pathOf = (content: string) => {
  const hex = digestOf(content).slice('sha256:'.length);
  return join('sha256', hex.slice(0, 2), hex);
};

describe('blobs in a folder', () => {
  blobsContract(async () => {
    const dir = freshFolder();
    return {
      blobs: folderBlobs(dir),
      damage: async (digest, content) => {
        const hex = digest.slice('sha256:'.length);
        writeFileSync(join(dir, 'sha256', hex.slice(0, 2), hex), content);
      },
      close: () => rmSync(dir, { recursive: true }),
    };
  });

  it('leaves one file per blob, readable by its owner alone', async () => {
    const dir = freshFolder();
    await folderBlobs(dir).put('content');
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map((file) => join(file.parentPath, file.name))).toEqual([join(dir, pathOf('content'))]);
    expect(statSync(join(dir, pathOf('content'))).mode & 0o777).toBe(0o600);
  });

  it('repairs a damaged blob when the content is put again', async () => {
    const dir = freshFolder();
    const blobs = folderBlobs(dir);
    const digest = await blobs.put('content');
    writeFileSync(join(dir, pathOf('content')), 'damaged');
    await blobs.put('content');
    expect(Buffer.from(await blobs.get(digest)).toString()).toBe('content');
  });
});
