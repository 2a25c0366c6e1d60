import { createHash, createHmac } from 'node:crypto';
import { Refusal } from './api.ts';

/** A request with an AWS signature (Version 4), taken apart. */
export interface SignedRequest {
  readonly region: string;
  readonly service: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. */
  readonly date: number;
  /** Seconds it asks to be valid for, where it is a presigned URL. */
  readonly expires?: number;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly canonical: string;
  /** `YYYYMMDDTHHMMSSZ`, as signed. */
  readonly timestamp: string;
}

export interface Unchecked {
  readonly method: string;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const malformed = (what: string) => new Refusal(403, 'IncompleteSignatureException', `${what} is missing or malformed`);

const epochOf = (timestamp: string): number => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (!parts) throw malformed('X-Amz-Date');
  const [year = 0, month = 0, ...rest] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
};

/** The canonical request of "Create a signed AWS API request" in the IAM user guide; `X-Amz-Signature` is no part of it. */
const canonicalOf = ({ method, url, header, body }: Unchecked, signedHeaders: readonly string[]): string => {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`)
    .sort();
  // Both are derived from the request by whoever sends it, so they may not be among its headers here.
  const derived: Readonly<Record<string, string>> = {
    host: url.host,
    'content-length': String(Buffer.byteLength(body)),
  };
  const headers = signedHeaders.map((name) => `${name}:${(header(name) ?? derived[name] ?? '').trim()}\n`);
  const path = url.pathname.split('/').map(escapeUri).join('/');
  return [method, path, query.join('&'), headers.join(''), signedHeaders.join(';'), sha256(body)].join('\n');
};

/** Takes the signature of a request apart, whether it is in the `Authorization` header or in the URL. @throws Refusal */
export const parseSigned = (request: Unchecked): SignedRequest => {
  const { url, header } = request;
  const parameters = url.searchParams;
  const presigned = parameters.has('X-Amz-Signature');
  const authorization = /^AWS4-HMAC-SHA256 (.*)$/.exec(header('authorization') ?? '')?.[1] ?? '';
  const fields = new Map(
    authorization
      .split(/,\s*/)
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const field = (name: string): string | null | undefined =>
    presigned ? parameters.get(`X-Amz-${name}`) : fields.get(name);

  const [, day, region, service, end] = (field('Credential') ?? '').split('/');
  const timestamp = (presigned ? parameters.get('X-Amz-Date') : header('x-amz-date')) ?? '';
  const signedHeaders = (field('SignedHeaders') ?? '').split(';');
  const signature = field('Signature');
  if (!signature) throw malformed('Signature');
  if (!region || !service || end !== 'aws4_request' || day !== timestamp.slice(0, 8)) throw malformed('Credential');
  if (!signedHeaders.includes('host')) throw malformed('SignedHeaders');
  return {
    region,
    service,
    timestamp,
    signedHeaders,
    signature,
    sessionToken: (presigned ? parameters.get('X-Amz-Security-Token') : header('x-amz-security-token')) ?? '',
    date: epochOf(timestamp),
    canonical: canonicalOf(request, signedHeaders),
    ...(presigned ? { expires: Number(parameters.get('X-Amz-Expires')) } : {}),
  };
};

/** The signature a request should carry, by the caller's secret. */
export const signatureOf = ({ timestamp, region, service, canonical }: SignedRequest, secret: string): string => {
  const day = timestamp.slice(0, 8);
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const scope = `${day}/${region}/${service}/aws4_request`;
  return hmac(key, ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n')).toString('hex');
};
