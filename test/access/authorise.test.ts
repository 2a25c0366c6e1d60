import { describe, expect, it, test } from 'vitest';
import { acting } from '../../console/acting.ts';
import { type Actor, authorise, type LimitedAction, limitedActions } from '../../shared/access/authorise.ts';
import { type AccessPolicy, hiddenFrom, mayDo, openPolicy } from '../../shared/access/policy.ts';
import { toAccess } from '../../shared/fleet/access.ts';

const person = (name: string, ...roles: readonly string[]): Actor => ({ name, kind: 'person', roles });
const actors = {
  nobody: { name: '', kind: 'machine', roles: [] },
  owner: { name: 'local', kind: 'person', roles: 'all' },
  anybody: person('eva'),
  developer: person('dan', 'developers'),
  onCall: person('olga', 'on-call'),
  // By the config, not by what the identity provider says.
  manager: person('max'),
  customer: person('carl', 'acme'),
  robot: { name: 'robot', kind: 'machine', roles: ['on-call', 'developers'] },
} as const satisfies Record<string, Actor>;
type Who = keyof typeof actors;

const policy: AccessPolicy = {
  actions: {
    release: { roles: ['developers'], holders: [] },
    rollback: { roles: ['developers', 'on-call'], holders: [] },
    abort: { roles: ['on-call'], holders: ['max'] },
    lift: { roles: ['on-call'], holders: [] },
    diagnose: { roles: ['on-call'], holders: [] },
  },
  privateTargets: { acme: { roles: ['acme'], holders: ['max'] } },
};

/** Who may, of those above, under that policy. `hold`, `plan` and `read` it leaves to whoever is known. */
const table: Readonly<Record<LimitedAction, readonly Who[]>> = {
  read: ['owner', 'anybody', 'developer', 'onCall', 'manager', 'customer', 'robot'],
  plan: ['owner', 'anybody', 'developer', 'onCall', 'manager', 'customer', 'robot'],
  hold: ['owner', 'anybody', 'developer', 'onCall', 'manager', 'customer', 'robot'],
  diagnose: ['owner', 'onCall', 'robot'],
  release: ['owner', 'developer', 'robot'],
  rollback: ['owner', 'developer', 'onCall', 'robot'],
  abort: ['owner', 'onCall', 'manager', 'robot'],
  lift: ['owner', 'onCall'],
};
const everyone = Object.keys(actors) as readonly Who[];

describe.each(Object.entries(table) as readonly [LimitedAction, readonly Who[]][])('%s', (action, allowed) => {
  test.each(everyone)('by %s', (who) => {
    expect([who, mayDo(actors[who], action, policy).allowed]).toEqual([who, allowed.includes(who)]);
  });
});

it('says in a sentence who may', () => {
  expect(mayDo(actors.anybody, 'release', policy)).toEqual({
    allowed: false,
    because: 'eva may not start or retry a rollout: the config keeps that to developers',
  });
});

it('before a first config lets whoever is known do anything, and a machine lift nothing', () => {
  for (const action of Object.keys(limitedActions) as readonly LimitedAction[]) {
    expect([action, mayDo(actors.anybody, action, openPolicy).allowed]).toEqual([action, true]);
    expect([action, mayDo(actors.nobody, action, openPolicy).allowed]).toEqual([action, false]);
    expect([action, mayDo(actors.robot, action, openPolicy).allowed]).toEqual([action, action !== 'lift']);
  }
});

it('hides a private target from everybody but its own people and the owner', () => {
  const seeing = everyone.filter((who) => !hiddenFrom(actors[who], policy).has('acme'));
  expect(seeing).toEqual(['owner', 'manager', 'customer']);
});

it('lets nobody decide on what they wrote, and nobody without the role', () => {
  const ask = { action: 'approve', roles: ['acme'], holders: ['max'], authors: ['carl'] } as const;
  expect(everyone.filter((who) => authorise(actors[who], ask).allowed)).toEqual(['owner', 'manager']);
});

it('knows an author however the issuer writes the name: accounts at the host of the repository are the same in any case', () => {
  const ask = { action: 'approve', roles: ['managers'], holders: [], authors: ['Ana-Lee'] } as const;
  expect(authorise(person('ana-lee', 'managers'), ask)).toEqual({
    allowed: false,
    because: 'ana-lee wrote or merged this change; somebody else has to approve it',
  });
  expect(authorise(person('ana', 'managers'), ask)).toEqual({ allowed: true });
});

it.each(['ana@example.com', 'Ana Lee', 'ana '])(
  'lets nobody approve as %j, which is no account that an author could have: nobody would know that they wrote it',
  (name) => {
    const ask = { action: 'approve', roles: ['managers'], holders: [], authors: ['ana'] } as const;
    expect(authorise(person(name, 'managers'), ask)).toEqual({
      allowed: false,
      because: `${name} is no account at the host of the config repository, so nobody can tell whether they wrote this change; have the issuer give the account as preferred_username (docs/deploy.md)`,
    });
    expect(authorise(person(name, 'managers'), { ...ask, action: 'reject' })).toEqual({ allowed: true });
  },
);

it('has an action for every route that changes something', () => {
  expect(acting.map(({ path, action }) => [path, action])).toEqual([
    ['/approvals/:id', 'read'],
    ['/releases', 'release'],
    ['/rollbacks', 'rollback'],
    ['/plans', 'plan'],
    ['/diagnoses', 'diagnose'],
    ['/holds', 'hold'],
    ['/holds/lift', 'lift'],
    ['/aborts', 'abort'],
    ['/retries', 'release'],
  ]);
});

it('is read off the config, with the people that hold a role there', () => {
  const admissionPolicy = 'install' as const;
  const target = { kubeconfig: { path: 'k' }, labels: {}, namespace: 'default', allow: [], admissionPolicy };
  const file = {
    access: { release: ['developers'], lift: ['on-call', 'developers'] },
    roles: { developers: ['dan', 'ann'], 'on-call': ['olga', 'ann'], acme: ['carl'] },
    targets: { own: target, acme: { ...target, private: { roles: ['acme'] } } },
  };
  expect(toAccess(file)).toEqual({
    actions: {
      release: { roles: ['developers'], holders: ['ann', 'dan'] },
      lift: { roles: ['on-call', 'developers'], holders: ['ann', 'dan', 'olga'] },
    },
    privateTargets: { acme: { roles: ['acme'], holders: ['carl'] } },
  });
});
