import type { JWTVerifyGetKey } from 'jose';
import { ActionRefused } from '../../console/actions.ts';
import type { ConsoleOptions } from '../../console/app.ts';
import { bearerOf, cookieOf } from '../../console/credentials.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { isSessionToken, readSession } from '../../shared/sign-in/session.ts';
import { issuerFailure } from './issuer-failure.ts';

/** What a browser that has signed in brings. */
export const sessionCookie = '__Host-tidegate';

/** What a request is sent by: of a session, or of the issuer. */
export const tokenOf = (request: Request): string | undefined => bearerOf(request) ?? cookieOf(request, sessionCookie);

/**
 * Who sends a request to the deployed console: by the session that a browser or a terminal holds, or by a token of the issuer, as programs have one. A
 * page that looks again by itself is no use of a session; nor is anything where the function may only read (`notes: false`). The issuer's keys are
 * kept by whoever keeps this. Throws `ActionRefused`: 401 for what is brought and is not good, 503 when the issuer can not be asked.
 */
export const identify = (
  outside: Pick<Outside, 'ledger' | 'clock' | 'http' | 'settings'>,
  { notes = true }: { readonly notes?: boolean } = {},
): ConsoleOptions['identify'] => {
  let keys: JWTVerifyGetKey | undefined;
  return async (request) => {
    const bearer = bearerOf(request);
    const token = tokenOf(request);
    if (token === undefined) return undefined;
    // A browser has a session and nothing else.
    if (bearer === undefined || isSessionToken(token)) {
      const isAsked =
        bearer !== undefined || request.method !== 'GET' || request.headers.get('sec-fetch-mode') === 'navigate';
      const actor = await readSession(token, notes && isAsked, outside);
      if (actor !== undefined) return actor;
      throw refused('your session is over; sign in again');
    }
    const { signIn } = outside.settings;
    if (signIn === undefined) throw refused('this console knows no issuer whose tokens it could take');
    // Checking signatures: 10 kB that who has a session does without.
    const [{ signingKeys }, { verifyToken }] = await Promise.all([
      import('../../shared/sign-in/signing-keys.ts'),
      import('../../shared/sign-in/verify-token.ts'),
    ]);
    keys ??= signingKeys(outside.http, signIn.issuer);
    const verified = await verifyToken(token, keys, signIn, outside.clock.now()).catch((error: unknown) => {
      throw issuerFailure(error, signIn.issuer);
    });
    if (verified.ok) return verified.actor;
    throw refused(`the token is refused: ${verified.because}`);
  };
};

const refused = (because: string): ActionRefused => new ActionRefused(401, 'TOKEN_REFUSED', because);
