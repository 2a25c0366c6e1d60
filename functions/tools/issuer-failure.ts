import { ActionRefused } from '../../console/actions.ts';

/** By the names of our own errors, and of those of `jose` and `openid-client`, which have codes; the latter wraps what it does not know. */
const isOfIssuer = (error: Error): boolean => {
  if (error.name === 'Unreachable' || error.name === 'IssuerUnreadable') return true;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^(OAUTH_|ERR_JOSE_|ERR_JWKS_)/.test(code);
};

const within = (error: Error): readonly Error[] =>
  error.cause instanceof Error ? [error, ...within(error.cause)] : [error];

/**
 * What is thrown when the issuer can not be asked, or answers what no issuer does: a refusal of 503 that says how to go on without. Anything else as it
 * is. Pure.
 */
export const issuerFailure = (error: unknown, issuer: string): unknown => {
  if (!(error instanceof Error) || error instanceof ActionRefused) return error;
  const failure = within(error).find(isOfIssuer);
  if (failure === undefined) return error;
  return new ActionRefused(
    503,
    'ISSUER_UNREACHABLE',
    `the issuer ${issuer} can not be asked now (${failure.message.slice(0, 300)}); who has signed in goes on, and one row of the ledger halts everything without the console (docs/deploy.md, section 6)`,
  );
};
