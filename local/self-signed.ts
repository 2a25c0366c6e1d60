import { Buffer } from 'node:buffer';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key, PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/** Begins before it was made, for clocks that are behind. */
const earlierMs = 86_400_000;
const lifeMs = 365 * 86_400_000;

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * A certificate for a server on 127.0.0.1 and `localhost`, good for a year from `now` (epoch milliseconds), with a new P-256 key. It signs
 * for itself alone and is no authority: who trusts it trusts this server and nothing else. X.509 v3 as RFC 5280, section 4 has it.
 */
export const selfSigned = (commonName: string, now: number): SelfSigned => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const name = sequence(tagged(0x31, sequence(oid(oids.commonName), tagged(0x0c, Buffer.from(commonName)))));
  const content = sequence(
    tagged(0xa0, integer(2)),
    // One issuer never has two serial numbers: there is one certificate of an issuer, and its time is in milliseconds.
    integer(now),
    algorithm,
    name,
    sequence(time(now - earlierMs), time(now + lifeMs)),
    name,
    publicKey,
    tagged(
      0xa3,
      sequence(
        critical(oids.basicConstraints, sequence()),
        critical(oids.keyUsage, bits(7, Buffer.from([0x80]))),
        extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuth))),
        extension(
          oids.subjectAltName,
          sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, Buffer.from([127, 0, 0, 1]))),
        ),
      ),
    ),
  );
  const signature = sign('sha256', content, createPrivateKey(privateKey));
  const base64 = sequence(content, algorithm, bits(0, signature)).toString('base64');
  const lines = base64.replace(/.{64}/g, '$&\n').trimEnd();
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey,
  };
};

/** One value of DER (X.690): tag, length, content. */
const tagged = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  const { length } = body;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};

const sequence = (...content: readonly Uint8Array[]): Buffer => tagged(0x30, ...content);

/** Not negative. */
const integer = (value: number): Buffer => {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return tagged(0x02, ...((bytes[0] ?? 0) < 0x80 ? [bytes] : [Buffer.from([0]), bytes]));
};

const bits = (unused: number, content: Uint8Array): Buffer => tagged(0x03, Buffer.from([unused]), content);

const oid = (text: string): Buffer => {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number);
  const base128 = (value: number): readonly number[] => [
    ...(value < 0x80 ? [] : base128(value >> 7).map((part) => part | 0x80)),
    value & 0x7f,
  ];
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
};

/** UTCTime, which counts to 2049. */
const time = (at: number): Buffer => {
  const text = new Date(at).toISOString();
  return tagged(0x17, Buffer.from(`${text.slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
};

const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), tagged(0x04, value));

const critical = (id: string, value: Uint8Array): Buffer =>
  sequence(oid(id), tagged(0x01, Buffer.from([0xff])), tagged(0x04, value));
