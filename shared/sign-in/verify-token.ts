import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Actor } from '../access/authorise.ts';
import type { SignInSettings } from '../outside/outside.ts';
import { personOf } from './person-of.ts';

export type Verified =
  | { readonly ok: true; readonly actor: Actor }
  /** A sentence without anything of the token in it. */
  | { readonly ok: false; readonly because: string };

/** Keys that are not the issuer's alone (`HS…`, `none`) are no signature here, whatever a token or a key says of itself. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** RFC 8725, section 3.11: a token made for something else is none for this. */
const types: ReadonlySet<string> = new Set(['jwt', 'at+jwt']);
const leewaySeconds = 60;

/**
 * Who a token of the console's issuer is of: signed by one of its keys, of this issuer, for this console, and of now within a minute. `aud` holds the
 * audience or the client, or, as Cognito's access tokens have it, `client_id` in its place. Best current practice of RFC 8725. Throws what
 * `keys` throws when the issuer can not be asked: then nobody knows.
 */
export const verifyToken = async (
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, clientId }: SignInSettings,
  now: number,
): Promise<Verified> => {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      ...{ issuer, algorithms, clockTolerance: leewaySeconds, requiredClaims: ['exp', 'iss'] },
      currentDate: new Date(now),
    });
    const type = (protectedHeader.typ ?? 'jwt').toLowerCase().replace(/^application\//, '');
    if (!types.has(type)) return refuse('it is a token for something else');
    if (!audiencesOf(payload).some((each) => each === audience || each === clientId)) {
      return refuse('it is not for this console');
    }
    const actor = personOf(payload);
    return actor === undefined ? refuse('it names nobody: it has no preferred_username') : { ok: true, actor };
  } catch (error) {
    return refuse(reasonOf(error));
  }
};

const audiencesOf = ({ aud, client_id: client }: JWTPayload): readonly unknown[] =>
  aud === undefined ? [client] : Array.isArray(aud) ? aud : [aud];

/** Why a token is refused. Throws anything that is not the token's fault. */
const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'its time is over';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'its time has not come';
    if (error.claim === 'iss') return 'it is not of the issuer of this console';
    return `its claim ${error.claim} is missing or malformed`;
  }
  const isForged =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed;
  if (isForged) return 'the issuer has not signed it';
  const isMalformed =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported ||
    error instanceof TypeError;
  if (isMalformed) return 'it is no signed token';
  throw error;
};

const refuse = (because: string): Verified => ({ ok: false, because });
