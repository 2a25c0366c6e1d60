import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretRefused } from '../../shared/secrets/name.ts';
import { SecretMissing, type Secrets } from '../../shared/secrets/secrets.ts';

export interface OpenedSecrets {
  readonly secrets: Secrets;
  write(name: string, value: string): Promise<void>;
  close(): Promise<void> | void;
}

/** Everything a caller of `Secrets` may rely on. */
export const secretsContract = (open: () => Promise<OpenedSecrets>): void => {
  describe('as every secret store', () => {
    let opened: OpenedSecrets;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    it('reads a secret by its name', async () => {
      await opened.write('github-webhook.v2', 'one two=3\nfour');
      expect((await opened.secrets.get('github-webhook.v2')).reveal()).toBe('one two=3\nfour');
    });

    it('reads it again at each use', async () => {
      await opened.write('rotating', 'old');
      expect((await opened.secrets.get('rotating')).reveal()).toBe('old');
      await opened.write('rotating', 'new');
      expect((await opened.secrets.get('rotating')).reveal()).toBe('new');
    });

    it('does not print it', async () => {
      await opened.write('hidden', 'canary-value');
      const secret = await opened.secrets.get('hidden');
      expect(`${secret} ${inspect({ secret })} ${JSON.stringify({ secret })}`).toBe(
        `[secret] { secret: [secret] } {"secret":"[secret]"}`,
      );
    });

    it('says so when there is none of that name', async () => {
      await expect(opened.secrets.get('absent')).rejects.toThrow(SecretMissing);
    });

    it.each([
      '',
      '.',
      '..',
      '../other',
      'a/b',
      'a\\b',
      '/etc/passwd',
      'a..b',
      '-rf',
      'UPPER',
      'a\0b',
      'a\n',
      'x'.repeat(65),
    ])('refuses the name %j', async (name) => {
      await expect(opened.secrets.get(name)).rejects.toThrow(SecretRefused);
    });
  });
};
