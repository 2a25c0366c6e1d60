import type { Target } from './target.ts';

/**
 * Whom a message is for: everybody, by all channels of the installation; the people of one private target, at the address in the secret of
 * that name; or nobody.
 */
export type Audience = 'everybody' | 'nobody' | { readonly secret: string };

/** What is about a private target is for its own people alone, and for nobody where they have no channel. Pure. */
export const audienceOf = (target: Pick<Target, 'private'> | undefined): Audience => {
  if (target?.private === undefined) return 'everybody';
  const { notifySecret: secret } = target.private;
  return secret === undefined ? 'nobody' : { secret };
};
