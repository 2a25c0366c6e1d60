import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { digestOf } from '../rollout/digest.ts';
import type { Secrets } from '../secrets/secrets.ts';

/** Signs links. The private half never leaves where it is. */
export interface Signer {
  /** The public half: SPKI as PEM. */
  publicKey(): Promise<string>;
  /** A signature in base64 that `isSigned` takes. */
  sign(message: string): Promise<string>;
}

/** Text that is not the public half of a key that links are signed with. */
export class KeyUnreadable extends Error {
  override readonly name = 'KeyUnreadable';
  constructor(because: string) {
    super(`${because}; expected the public half of an Ed25519 or P-256 key as PEM ("BEGIN PUBLIC KEY")`);
  }
}

const openKey = (pem: string): KeyObject => {
  // The private half would be taken, too, and has no place in a verification.
  if (/PRIVATE KEY/.test(pem)) throw new KeyUnreadable('it is a private key, which belongs to nobody but the signer');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new KeyUnreadable('it can not be read as a key');
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')) return key;
  throw new KeyUnreadable(`it is of type ${type}`);
};

/** What a key is known by: the digest of its SPKI. Throws `KeyUnreadable`. */
export const fingerprintOf = (pem: string): string =>
  digestOf(new Uint8Array(openKey(pem).export({ type: 'spki', format: 'der' })));

/** Whether a signature is by this key over this text. Throws `KeyUnreadable`. */
export const isSigned = (message: string, signature: string, pem: string): boolean => {
  const key = openKey(pem);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  try {
    return verify(algorithm, Buffer.from(message), key, Buffer.from(signature, 'base64'));
  } catch {
    // No signature at all, by its form.
    return false;
  }
};

/** PKCS #8 of an Ed25519 key, but for its last 32 bytes (RFC 8410, section 7). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The secret of an instance on one machine that its key is: 64 hexadecimal digits, the seed of RFC 8032. */
export const auditKeySecret = 'audit-key';

/** Signs with the Ed25519 key in a secret. The same text has the same signature, always. Throws `SecretMissing`. */
export const secretSigner = (secrets: Secrets): Signer => {
  const open = async (): Promise<KeyObject> => {
    const seed = Buffer.from((await secrets.get(auditKeySecret)).reveal(), 'hex');
    if (seed.length !== 32) throw new TypeError(`secret ${auditKeySecret}: expected 64 hexadecimal digits`);
    return createPrivateKey({ key: Buffer.concat([pkcs8Start, seed]), format: 'der', type: 'pkcs8' });
  };
  return {
    publicKey: async () => String(createPublicKey(await open()).export({ type: 'spki', format: 'pem' })),
    sign: async (message) => sign(null, Buffer.from(message), await open()).toString('base64'),
  };
};
