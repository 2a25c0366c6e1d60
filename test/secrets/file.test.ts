import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSecrets } from '../../shared/secrets/file.ts';
import { secretsContract } from './contract.ts';

const freshFolder = () => mkdtempSync(join(tmpdir(), 'tidegate-secrets-'));

describe('secrets in files', () => {
  secretsContract(async () => {
    const dir = freshFolder();
    return {
      secrets: fileSecrets(dir),
      write: async (name, value) => writeFileSync(join(dir, name), `${value}\n`, { mode: 0o600 }),
      close: () => rmSync(dir, { recursive: true }),
    };
  });

  it.each([0o604, 0o640, 0o660, 0o601])('refuses a file of mode %o', async (mode) => {
    const dir = freshFolder();
    writeFileSync(join(dir, 'token'), 'canary-value');
    chmodSync(join(dir, 'token'), mode);
    await expect(fileSecrets(dir).get('token')).rejects.toThrow(
      `secret "token": ${join(dir, 'token')} has mode 0${mode.toString(8)}, expected 0600; run: chmod 600 ${join(dir, 'token')}`,
    );
  });

  it('refuses a link, whatever it points to', async () => {
    const dir = freshFolder();
    writeFileSync(join(dir, 'real'), 'canary-value', { mode: 0o600 });
    symlinkSync(join(dir, 'real'), join(dir, 'token'));
    await expect(fileSecrets(dir).get('token')).rejects.toThrow('is a link; expected a plain file');
  });

  it('refuses a folder', async () => {
    const dir = freshFolder();
    mkdirSync(join(dir, 'token'), { mode: 0o700 });
    await expect(fileSecrets(dir).get('token')).rejects.toThrow('is not a plain file');
  });

  it('takes an empty file for no secret', async () => {
    const dir = freshFolder();
    writeFileSync(join(dir, 'token'), '\n', { mode: 0o600 });
    await expect(fileSecrets(dir).get('token')).rejects.toThrow(`secret token is not in ${dir}`);
  });
});
