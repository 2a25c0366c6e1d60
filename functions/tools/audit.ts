import type { Anchor } from '../../shared/audit/anchor.ts';
import { type Signer, secretSigner } from '../../shared/audit/signing.ts';
import { awsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import type { Outside } from '../../shared/outside/outside.ts';

type Asked = Pick<Outside, 'http' | 'identity' | 'secrets' | 'settings' | 'anchor'>;

/** Who signs the chain: a key of KMS where one was deployed, else the one in a secret. */
export const auditSigner = async ({ http, identity, secrets, settings }: Asked): Promise<Signer> => {
  const { audit, region } = settings;
  if (audit === undefined) return secretSigner(secrets);
  const [{ KMSClient }, { kmsSigner }] = await Promise.all([
    import('@aws-sdk/client-kms'),
    import('../../shared/audit/kms.ts'),
  ]);
  return kmsSigner({ client: new KMSClient(awsClientSettings(http, identity, region)), key: audit.key });
};

/** Where heads are kept: in the bucket that was deployed for that, else on this machine. */
export const auditAnchor = async ({ http, identity, settings, anchor }: Asked): Promise<Anchor> => {
  const { audit, region } = settings;
  if (audit === undefined) {
    if (anchor === undefined) throw new TypeError('settings name no bucket for heads, and there is no other place');
    return anchor;
  }
  const [{ S3Client }, { s3Anchor }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../../shared/audit/s3.ts'),
  ]);
  return s3Anchor({ client: new S3Client(awsClientSettings(http, identity, region)), bucket: audit.bucket });
};
