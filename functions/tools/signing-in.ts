import { ActionRefused } from '../../console/actions.ts';
import { cookieOf } from '../../console/credentials.ts';
import type { SignIn } from '../../console/sign-in.ts';
import type { Outside, SignInSettings } from '../../shared/outside/outside.ts';
import { type CodeFlow, codeFlow } from '../../shared/sign-in/code-flow.ts';
import { endSession, sessionMs, sessionStart, startSession } from '../../shared/sign-in/session.ts';
import { codeOf, collectTerminal, grantTerminal, isChallenge } from '../../shared/sign-in/terminal.ts';
import { sessionCookie, tokenOf } from './identify.ts';
import { issuerFailure } from './issuer-failure.ts';

/** Of the two halves of signing in, for ten minutes. */
const begunCookie = '__Host-tidegate-sign-in';
const begunSeconds = 600;

/**
 * A cookie of this host alone, over TLS alone, that no script reads (RFC 6265bis, `__Host-`). `Lax` and no stricter: the issuer sends the browser back here,
 * and a page that a message links to is gone to from elsewhere.
 */
const cookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
const forgotten = (name: string): string => cookie(name, '', 0);

/** Signing in at the issuer of the settings; who comes in is in the log. The flow, with what the issuer says of itself, is kept by whoever keeps this. */
export const signingIn = (outside: Outside): SignIn => {
  let made: CodeFlow | undefined;
  const flow = (): CodeFlow => {
    const { console: url, signIn } = outside.settings;
    made ??= codeFlow(issuerOf(signIn), `${url}/sign-in/callback`, outside);
    return made;
  };
  const orIssuerFailure = (error: unknown): never => {
    throw issuerFailure(error, outside.settings.signIn?.issuer ?? '');
  };
  return {
    begin: async (to) => {
      const { location, kept } = await flow().begin(to).catch(orIssuerFailure);
      return { location, cookie: cookie(begunCookie, kept, begunSeconds) };
    },
    finish: async (request) => {
      const { actor, to } = await flow()
        .finish(new URL(request.url), cookieOf(request, begunCookie))
        .catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'SignInRefused') return orIssuerFailure(error);
          outside.log.warn('not signed in', { because: error.message });
          throw new ActionRefused(403, 'SIGN_IN_REFUSED', error.message);
        });
      const { token } = await startSession(actor, outside);
      outside.log.info('signed in', { by: actor.name });
      return { to, cookies: [cookie(sessionCookie, token, sessionMs / 1000), forgotten(begunCookie)] };
    },
    end: async (request) => {
      const token = tokenOf(request);
      if (token !== undefined) await endSession(token, outside);
      return forgotten(sessionCookie);
    },
    codeOf: (challenge) => (isChallenge(challenge) ? codeOf(challenge) : undefined),
    grant: async (challenge, { name, roles }, request) => {
      const since = await sessionStart(tokenOf(request) ?? '', outside);
      // A token of the issuer may be one of minutes, for a program.
      if (since === undefined) {
        throw new ActionRefused(403, 'NOT_ALLOWED', 'a terminal is let in by who has signed in here, and by no token');
      }
      await grantTerminal(challenge, { name, roles, since }, outside);
    },
    collect: async (verifier) => {
      const granted = await collectTerminal(verifier, outside);
      if (granted === undefined) return undefined;
      const { actor, since } = granted;
      const session = await startSession(actor, outside, since);
      outside.log.info('terminal signed in', { by: actor.name });
      return { name: actor.name, ...session };
    },
  };
};

const issuerOf = (signIn: SignInSettings | undefined): SignInSettings => {
  if (signIn === undefined) throw new ActionRefused(404, 'NOT_FOUND', 'nobody signs in here: there is no issuer');
  return signIn;
};
