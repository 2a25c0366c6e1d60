import { sealOf } from './sealed.ts';

/** A statement of who somebody is, as an OpenID Connect issuer makes it. Times are epoch milliseconds. */
export interface WebIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly issuedAt: number;
  readonly notBefore?: number;
  readonly expiresAt: number;
}

/** The issuer of an account's outbound web identity tokens, in the form that AWS gives it. */
export const awsIssuer = 'https://00000000-0000-0000-0000-000000000000.tokens.sts.global.api.aws';

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The statement as a JWT (RFC 7519). It is sealed with the one key of the simulation, where a real issuer signs with RS256. */
export const issueWebIdentity = ({ issuer, subject, audience, ...times }: WebIdentity): string => {
  const { issuedAt, notBefore = issuedAt, expiresAt } = times;
  const claims = { iss: issuer, sub: subject, aud: audience };
  const lives = { iat: seconds(issuedAt), nbf: seconds(notBefore), exp: seconds(expiresAt) };
  const text = `${base64url({ alg: 'HS256', typ: 'JWT', kid: 'simulated' })}.${base64url({ ...claims, ...lives })}`;
  return `${text}.${sealOf(text)}`;
};

/** What a JWT says, or how it is none that any issuer of the simulation made. */
export const readWebIdentity = (token: string): WebIdentity | 'malformed' | 'unsigned' | 'forged' => {
  const [header = '', payload = '', given = '', ...more] = token.split('.');
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly alg?: string };
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<
      Record<string, string & number>
    >;
    if (more.length > 0) return 'malformed';
    if (alg === undefined || alg.toLowerCase() === 'none') return 'unsigned';
    if (given !== sealOf(`${header}.${payload}`)) return 'forged';
    const { iss = '', sub = '', aud = '', iat = 0, nbf = iat, exp = 0 } = claims;
    const times = { issuedAt: iat * 1000, notBefore: nbf * 1000, expiresAt: exp * 1000 };
    return { issuer: iss, subject: sub, audience: aud, ...times };
  } catch {
    return 'malformed';
  }
};
