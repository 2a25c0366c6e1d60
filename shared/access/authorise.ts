/** Who asks. The name is what the identity provider says, and is never taken from a request's body. */
export interface Actor {
  readonly name: string;
  readonly kind: 'person' | 'machine';
  /** `all`: the owner of an instance on their own machine, who could edit its files as well. */
  readonly roles: readonly string[] | 'all';
}

/** Who may: holders of any of these roles, as the identity provider says or as the config does. */
export interface Holders {
  readonly roles: readonly string[];
  /** People whom the config names as holding one of them. */
  readonly holders: readonly string[];
}

/** What the config may keep to roles, and what it is to do that, as a sentence goes on after "may not". */
export const limitedActions = {
  read: 'look at this',
  plan: 'plan a release',
  diagnose: 'run the doctor',
  release: 'start or retry a rollout',
  rollback: 'start a rollback',
  hold: 'freeze, halt or pause',
  abort: 'abort a rollout',
  /** What was held goes on. */
  lift: 'thaw, resume or waive',
} as const;

export type LimitedAction = keyof typeof limitedActions;

/** Whether two names are of one person. The host of the config repository knows accounts in any case; an issuer may write one otherwise. Pure. */
export const isSamePerson = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What is asked for. */
export type Ask =
  /** Where nothing is kept to roles, whoever is known may. */
  | ({ readonly action: LimitedAction } & Partial<Holders>)
  | ({ readonly action: 'read-target'; readonly target: string } & Holders)
  | ({
      readonly action: 'approve' | 'reject';
      /** Accounts that wrote, merged or started what is decided about. */
      readonly authors: readonly string[];
    } & Holders);

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

/**
 * The one authorisation function: everything that anybody may do goes through here, and what is not allowed is refused. Whoever is known
 * may do what the config keeps to no role; what it does, only a holder of one. A private target is seen by holders of its roles and nobody
 * else. Only people let go on what is held. Only people decide on approvals, only with one of the roles asked for, and nobody on what they
 * wrote themselves, nor by a name that no author has; rejecting needs the role but may be done by the author too. An empty name is nobody.
 */
export const authorise = (actor: Actor, ask: Ask): Permission => {
  if (actor.name === '') return refuse('the request carries no identity; sign in');
  if (ask.action === 'approve' || ask.action === 'reject') return mayDecide(actor, ask);
  if (ask.action === 'lift' && actor.kind !== 'person') {
    return refuse(`${actor.name} is a machine; only people let go on what is held`);
  }
  if (ask.roles === undefined || holdsOne(actor, { roles: ask.roles, holders: ask.holders ?? [] }))
    return { allowed: true };
  const what = ask.action === 'read-target' ? `see target ${ask.target}` : limitedActions[ask.action];
  return refuse(`${actor.name} may not ${what}: the config keeps that to ${ask.roles.join(', ')}`);
};

const mayDecide = (actor: Actor, ask: Ask & { readonly action: 'approve' | 'reject' }): Permission => {
  if (actor.kind !== 'person') return refuse(`${actor.name} is a machine; only people decide on an approval`);
  if (!holdsOne(actor, ask)) {
    return refuse(`${actor.name} has none of the roles ${ask.roles.join(', ')} that may decide here`);
  }
  if (ask.action === 'approve' && ask.authors.some((author) => isSamePerson(author, actor.name))) {
    return refuse(`${actor.name} wrote or merged this change; somebody else has to approve it`);
  }
  if (ask.action === 'approve' && !isAccount(actor.name)) {
    return refuse(
      `${actor.name} is no account at the host of the config repository, so nobody can tell whether they wrote this change; have the issuer give the account as preferred_username (docs/deploy.md)`,
    );
  }
  return { allowed: true };
};

/** Accounts at GitHub and at what stands in for it are of letters, digits and these; an address of mail, as some issuers give it, is none of an author. */
const isAccount = (name: string): boolean => /^[\w.-]+$/.test(name);

const holdsOne = (actor: Actor, { roles, holders }: Holders): boolean =>
  actor.roles === 'all' || holders.includes(actor.name) || roles.some((role) => actor.roles.includes(role));

const refuse = (because: string): Permission => ({ allowed: false, because });
