import { ActionRefused } from '../../console/actions.ts';

/** By the names of our own errors, and of those of `jose` and `openid-client`, which have codes. */
const isOfIssuer = (error: Error): boolean => {
  if (error.name === 'Unreachable' || error.name === 'IssuerUnreadable') return true;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^(OAUTH_|ERR_JOSE_|ERR_JWKS_)/.test(code);
};

/**
 * What is thrown when the issuer can not be asked, or answers what no issuer does: a refusal of 503 that says how to go on without. Anything else as it
 * is. Pure.
 */
export const issuerFailure = (error: unknown, issuer: string): unknown => {
  if (!(error instanceof Error) || error instanceof ActionRefused || !isOfIssuer(error)) return error;
  return new ActionRefused(
    503,
    'ISSUER_UNREACHABLE',
    `the issuer ${issuer} can not be asked now (${error.message.slice(0, 300)}); who has signed in goes on, and one row of the ledger halts everything without the console (docs/deploy.md, section 6)`,
  );
};
