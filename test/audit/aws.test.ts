import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { headName } from '../../shared/audit/anchor.ts';
import { kmsSigner } from '../../shared/audit/kms.ts';
import { type Head, headOf, type Link, messageOf } from '../../shared/audit/link.ts';
import { nextLink } from '../../shared/audit/next-link.ts';
import { s3Anchor } from '../../shared/audit/s3.ts';
import { fingerprintOf, isSigned } from '../../shared/audit/signing.ts';
import { verifyAudit } from '../../shared/audit/verify-audit.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';
import { openAudit } from './chained.ts';
import { evidenceOf } from './evidence.ts';

describeWithMoto('the audit log at AWS', () => {
  let moto: Moto;
  let s3: S3Client;
  let kms: KMSClient;
  let key = '';
  const bucket = 'heads';
  beforeAll(async () => {
    moto = await startMoto();
    s3 = new S3Client({ ...moto.client, forcePathStyle: true });
    kms = new KMSClient(moto.client);
    const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    key = made.KeyMetadata?.Arn ?? '';
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    const Rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  });
  afterAll(() => moto.stop());

  it('is signed by a key of KMS, and verifies by the public half that anybody may take from there', async () => {
    const signer = kmsSigner({ client: kms, key });
    const signature = await signer.sign('a link');
    const pem = await signer.publicKey();
    expect(isSigned('a link', signature, pem)).toBe(true);
    expect(isSigned('another link', signature, pem)).toBe(false);
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: key }));
    const der = Buffer.from(PublicKey ?? []).toString('base64');
    expect(pem.replaceAll(/-----[A-Z ]+-----|\n/g, '')).toBe(der);
  });

  it('is whole with its heads in a bucket that holds them', async () => {
    const story = openAudit();
    const tools = { signer: kmsSigner({ client: kms, key }), anchor: s3Anchor({ client: s3, bucket }) };
    for (const text of ['one', 'two']) {
      await story.event(text);
      await story.chain(tools);
    }
    const pem = await tools.signer.publicKey();
    const verified = verifyAudit(await evidenceOf({ ...story, anchor: tools.anchor }), [pem]);
    story.close();
    // The time of a head is that of S3, which is not the clock of the story.
    expect(verified).toMatchObject({
      outcome: 'whole',
      links: 2,
      anchored: { sequence: 2 },
      keys: [fingerprintOf(pem)],
    });
  });

  it('keeps a head under what it is: twice is as once, another of its number stands beside it, a delete hides nothing', async () => {
    const anchor = s3Anchor({ client: s3, bucket });
    const signed = (entries: readonly string[]): Link => {
      const link = { ...nextLink(undefined, [], 5, 'sha256:k'), sequence: 7, entries };
      return { ...link, signature: messageOf(link) };
    };
    const [link, other] = [signed(['sha256:a']), signed(['sha256:b'])];
    for (const each of [link, link, other]) await anchor.put(each);
    const Key = `heads/${headName(headOf(link))}`;
    const { ObjectLockMode, VersionId } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(ObjectLockMode).toBe('COMPLIANCE');
    await expect(s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }))).rejects.toThrow();
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    const found = (await anchor.list()).filter(({ sequence }) => sequence === 7).map(({ link: digest }) => digest);
    expect(found.toSorted()).toEqual([headOf(link).link, headOf(other).link].toSorted());
  });

  it('is listed some heads at a time, each once, however many versions of it there are', async () => {
    const anchor = s3Anchor({ client: s3, bucket });
    const all = await anchor.list();
    expect(all.length).toBeGreaterThan(3);
    for (const { sequence, link } of all.slice(0, 3)) {
      const Key = `heads/${headName({ sequence, link })}`;
      for (const Body of ['again', 'and again']) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    }
    const found: Head[] = [];
    for (;;) {
      const page = await anchor.list(found.at(-1), 2);
      found.push(...page);
      if (page.length < 2) break;
    }
    expect(found).toEqual(all);
  });
});
