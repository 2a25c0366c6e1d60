import { isMissing } from '../secrets/secrets.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { AccessRefused } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import { ENTRA_AUDIENCE, webIdentityToken } from './sts.ts';

/** The secret that holds the assertion of an issuer of one's own or, where that has a URL, what the URL is asked with. */
export const assertionSecret = 'azure-assertion';

/** Clocks of two parties may be so far apart; Entra allows as much. */
const LEEWAY_MS = 5 * 60_000;
/** Members of a JSON answer that hold the token: of GitHub, of GitLab and Vault, of RFC 6749 and OpenID Connect. */
const MEMBERS = ['value', 'token', 'access_token', 'id_token'];
const LONGEST = 16_384;

/**
 * The signed statement of who we are that Entra takes in place of a secret: of AWS or, where the settings name an issuer of one's own, of that
 * one. Its token is read anew each time, and looked at before it is sent anywhere. `subject` begins what is thrown.
 * @throws AccessRefused for a secret that is missing and for a token that Entra would refuse, saying what of it is wrong and never the token;
 * Throttled; ClusterUnreachable.
 */
export const entraAssertion = async (subject: string, outside: CloudsOutside, signal: AbortSignal): Promise<string> => {
  const own = outside.settings.federation?.azureIssuer;
  if (own === undefined) {
    return webIdentityToken(outside, signal).catch((error: unknown) => {
      throw controlApiFailure(subject, 'token', error);
    });
  }
  if (own.name === undefined) {
    throw new AccessRefused(
      `${subject}: azureIssuerUrl is set without azureIssuer, so that no issuer is expected; deploy again with both or neither`,
    );
  }
  const from = own.url === undefined ? `secret ${assertionSecret}` : own.url;
  const token = own.url === undefined ? await stored(subject, outside) : await asked(own.url, subject, outside, signal);
  const wrong = assessAssertion(token, own.name, outside.clock.now());
  if (wrong === undefined) return token;
  throw new AccessRefused(`${subject}: the assertion from ${from} ${wrong}`);
};

/** That there is none is trouble with targets on AKS, and with no other: their waves plan the rest. */
const stored = async (subject: string, { secrets }: CloudsOutside): Promise<string> => {
  try {
    return (await secrets.get(assertionSecret)).reveal().trim();
  } catch (error) {
    if (isMissing(error)) throw new AccessRefused(`${subject}: ${error.message}`, { cause: error });
    throw error;
  }
};

const asked = async (url: string, subject: string, outside: CloudsOutside, signal: AbortSignal): Promise<string> => {
  const authorization = `Bearer ${await stored(subject, outside)}`;
  try {
    const response = await outside.http(url, { headers: { accept: 'application/json', authorization }, signal });
    const text = await response.text();
    if (response.ok) return tokenIn(text.slice(0, LONGEST));
    throw Object.assign(new Error('the issuer gave no assertion'), { status: response.status });
  } catch (error) {
    throw controlApiFailure(`${subject}: ${url}`, 'token', error);
  }
};

/** A token as text, or as a member of JSON; what is neither is looked at as if it were one. */
const tokenIn = (text: string): string => {
  if (!text.trimStart().startsWith('{')) return text.trim();
  const answer = objectIn(text) ?? {};
  return String(MEMBERS.map((name) => answer[name]).find((value) => typeof value === 'string') ?? '');
};

const objectIn = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
/** The ends of what a date can be (ECMA-262, "Time Values"); a token may say any number. */
const LAST_SECOND = 8.64e12;
const timeOf = (seconds: number): string =>
  Math.abs(seconds) > LAST_SECOND ? `${seconds} s` : new Date(seconds * 1000).toISOString();

/**
 * What Entra would refuse of a JWT without having to know its issuer's keys (RFC 7519; "Workload identity federation" of Microsoft Entra):
 * `undefined` for nothing. The signature is Entra's to check. Pure.
 */
const assessAssertion = (token: string, issuer: string, now: number): string | undefined => {
  const parts = token.split('.');
  const [header, claims] = parts.slice(0, 2).map((part) => objectIn(Buffer.from(part, 'base64url').toString()));
  if (parts.length !== 3 || header === undefined || claims === undefined)
    return 'is no JWT; expected one of three parts';
  const { alg } = header;
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none' || parts[2] === '')
    return `is not signed (alg ${shown(alg)}); expected RS256`;
  const { iss, aud, exp, nbf } = claims;
  if (iss !== issuer) return `is of issuer ${shown(iss)}; expected ${shown(issuer)}`;
  if (![aud].flat().includes(ENTRA_AUDIENCE)) return `is for ${shown(aud)}; expected audience ${shown(ENTRA_AUDIENCE)}`;
  if (typeof exp !== 'number') return 'says no end (exp); expected one';
  if (exp * 1000 <= now) return `ended at ${timeOf(exp)}; expected whoever issues it to have renewed it`;
  if (typeof nbf === 'number' && nbf * 1000 > now + LEEWAY_MS)
    return `is not valid before ${timeOf(nbf)}; expected the clocks to agree within 5 minutes`;
  return undefined;
};
