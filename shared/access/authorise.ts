/** Who asks. The name is what the identity provider says, and is never taken from a request's body. */
export interface Actor {
  readonly name: string;
  readonly kind: 'person' | 'machine';
  /** `all`: the owner of an instance on their own machine, who could edit its files as well. */
  readonly roles: readonly string[] | 'all';
}

/** What is asked for. */
export type Ask =
  | { readonly action: 'read' | 'release' | 'rollback' | 'plan' | 'diagnose' | 'hold' }
  /** What was held goes on. */
  | { readonly action: 'lift' }
  | {
      readonly action: 'approve' | 'reject';
      /** Any one of these is enough. */
      readonly roles: readonly string[];
      /** People whom the config names as holding one of them. */
      readonly holders: readonly string[];
      /** Accounts that wrote, merged or started what is decided about. */
      readonly authors: readonly string[];
    };

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

/**
 * The one authorisation function: everything that anybody may do goes through here, and what is not allowed is refused. Whoever is known
 * may hold or end what runs; only people let it go on. Only people decide on approvals, only with one of the roles asked for, and nobody on what they wrote themselves; rejecting needs the role but
 * may be done by the author too. An empty name is nobody.
 */
export const authorise = (actor: Actor, ask: Ask): Permission => {
  if (actor.name === '') return refuse('the request carries no identity; sign in');
  if (ask.action === 'lift' && actor.kind !== 'person') {
    return refuse(`${actor.name} is a machine; only people let go on what is held`);
  }
  if (!('roles' in ask)) return { allowed: true };
  if (actor.kind !== 'person') return refuse(`${actor.name} is a machine; only people decide on an approval`);
  const holdsRole =
    actor.roles === 'all' || ask.holders.includes(actor.name) || ask.roles.some((role) => actor.roles.includes(role));
  if (!holdsRole) {
    return refuse(`${actor.name} has none of the roles ${ask.roles.join(', ')} that may decide here`);
  }
  if (ask.action === 'approve' && ask.authors.includes(actor.name)) {
    return refuse(`${actor.name} wrote or merged this change; somebody else has to approve it`);
  }
  return { allowed: true };
};

const refuse = (because: string): Permission => ({ allowed: false, because });
