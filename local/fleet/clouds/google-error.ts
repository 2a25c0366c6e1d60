import { LEEWAY_MS, Refusal } from './api.ts';
import { type Claims, unseal } from './sealed.ts';

/** How Google's REST APIs word a refusal (google.rpc.Status). */
export const refuseGoogle = ({ status, code, message }: Refusal): Response =>
  Response.json({ error: { code: status, message, status: code } }, { status });

export const GOOGLE_THROTTLED = new Refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric API requests.');
export const GOOGLE_UNAVAILABLE = new Refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.');

/** What a Google access token says, or undefined for any other text or one whose life is over or has not begun. */
export const googleToken = (token: string, now: number): Claims | undefined => {
  const claims = token.startsWith('ya29.') ? unseal('google-access', token.slice('ya29.'.length)) : undefined;
  return claims && now < claims.expiresAt && claims.issuedAt <= now + LEEWAY_MS ? claims : undefined;
};

/** The caller of a Google API, by its bearer token. @throws Refusal 401 */
export const googleCaller = (request: Request, now: number): Claims => {
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  const claims = googleToken(token, now);
  if (claims) return claims;
  throw new Refusal(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );
};
