import type { Actor } from '../access/authorise.ts';

/**
 * Who the claims of an issuer's token are of. `preferred_username` (OpenID Connect Core 1.0, section 5.1) must be the person's account at the host
 * of the config repository: by it an author is told from an approver. `groups` are roles: a list, or one text with spaces or commas between
 * them. A token without the name, as of a machine, is nobody: `undefined`. Pure.
 */
export const personOf = (claims: Readonly<Record<string, unknown>>): Actor | undefined => {
  const { preferred_username: name, groups } = claims;
  return typeof name === 'string' && name !== '' ? { name, kind: 'person', roles: rolesOf(groups) } : undefined;
};

const rolesOf = (groups: unknown): readonly string[] => {
  const entries = typeof groups === 'string' ? groups.split(/[\s,]+/) : Array.isArray(groups) ? groups : [];
  return entries.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
};
