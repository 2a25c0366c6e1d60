import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Signer } from './signing.ts';

/**
 * Signs with an asymmetric key of KMS (ECC_NIST_P256), which nobody can take out of it. One request for each link, and one for the public
 * half in the life of a process.
 */
export const kmsSigner = ({ client, key }: { readonly client: KMSClient; readonly key: string }): Signer => {
  let pem: string | undefined;
  return {
    publicKey: async () => {
      if (pem === undefined) {
        const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: key }));
        const der = Buffer.from(PublicKey ?? []);
        pem = String(
          createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }),
        );
      }
      return pem;
    },
    sign: async (message) => {
      const { Signature } = await client.send(
        new SignCommand({
          KeyId: key,
          Message: Buffer.from(message),
          MessageType: 'RAW',
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      );
      return Buffer.from(Signature ?? []).toString('base64');
    },
  };
};
