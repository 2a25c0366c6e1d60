import { createHmac } from 'node:crypto';

/**
 * Tokens of the simulated clouds hold what they say and a seal over it, so nothing issued has to be remembered: a process that was
 * killed and started again still knows its tokens. The key guards nothing: whoever runs the simulation is its only user.
 */
const KEY = 'tidegate simulated clouds';

/** What a token says. `issuedAt` and `expiresAt` are epoch milliseconds. */
export interface Claims {
  /** Who it was issued to: an ARN, a service account, an application. */
  readonly subject: string;
  /** Where it is taken: an account, an audience, a scope. */
  readonly audience: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The kinds of token, each taken only where it belongs. */
export type Kind = 'aws-session' | 'google-access' | 'entra-access';

/** Keyed hash of `text`, in base64url. */
export const sealOf = (text: string): string => createHmac('sha256', KEY).update(text).digest('base64url');

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token in the form of a JWT, which is what callers may print or look into. */
export const seal = (kind: Kind, claims: Claims): string => {
  const text = `${base64url({ alg: 'HS256', typ: 'JWT', kind })}.${base64url(claims)}`;
  return `${text}.${sealOf(text)}`;
};

/** What a token of `kind` says; undefined for any other text. Its life is not looked at. */
export const unseal = (kind: Kind, token: string): Claims | undefined => {
  const [header = '', payload = '', given] = token.split('.');
  if (given !== sealOf(`${header}.${payload}`)) return undefined;
  const parse = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { kind: found } = parse(header) as { kind: Kind };
  return found === kind ? (parse(payload) as Claims) : undefined;
};
