import { describe, expect, test } from 'vitest';
import type { Actor } from '../../shared/access/authorise.ts';
import type { Approval, Vote } from '../../shared/approval/approval.ts';
import { countVotes, describeMissing } from '../../shared/approval/count-votes.ts';
import { type Decision, nextApproval } from '../../shared/approval/next-approval.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const plan = digestOf('plan');
const named = { count: 12, objects: digestOf('list'), roles: ['sre'], holders: ['eva'], people: 1 };
const approval: Approval = {
  approval: 'ap-1',
  rollout: 'ro-1',
  wave: 'external',
  release: digestOf('release'),
  plan,
  roles: ['release-managers'],
  holders: [],
  people: 1,
  deletes: named,
  authors: ['bo'],
  askedAt: 0,
  expiresAt: 1000,
  votes: [],
};
const ordinary: Approval = (({ deletes: _, ...rest }) => rest)(approval);
const manager = (name: string): Actor => ({ name, kind: 'person', roles: ['release-managers'] });
const sre = (name: string): Actor => ({ name, kind: 'person', roles: ['sre'] });
const both = (name: string): Actor => ({ name, kind: 'person', roles: ['sre', 'release-managers'] });
const yes = (deletes?: number): Decision => ({ plan, vote: 'approve', comment: '', deletes });
const vote = (by: string, more: Partial<Vote> = {}): Vote => ({ by, vote: 'approve', comment: '', at: 5, ...more });
const tally = (before: Approval, decision: Decision, actor: Actor) => {
  const result = nextApproval(before, decision, actor, 5);
  if (result.status === 'refused') throw new Error(result.because);
  return result;
};

describe('a yes to a plan whose deletes have to be named', () => {
  test.for<[string, Approval, Decision, Actor, string, string]>([
    [
      'names none',
      approval,
      yes(),
      both('ana'),
      'deletes-unnamed',
      'confirm their number with --deletes 12, or reject it',
    ],
    ['names another number', approval, yes(11), both('ana'), 'other-deletes', 'deletes 12 objects, not 11'],
    [
      'names what its maker may not',
      approval,
      yes(12),
      manager('ana'),
      'not-allowed',
      'ana may not name the deletes of this plan',
    ],
    ['is of an author', approval, yes(12), both('bo'), 'not-allowed', 'somebody else has to approve it'],
    [
      'is of one who may do neither',
      approval,
      yes(12),
      { ...sre('x'), roles: [] },
      'not-allowed',
      'x has none of the roles',
    ],
    ['is of a machine', approval, yes(12), { ...both('ci'), kind: 'machine' }, 'not-allowed', 'only people decide'],
    ['names deletes where there are none', ordinary, yes(12), both('ana'), 'other-deletes', 'has no deletes to name'],
  ])('is refused when it %s', ([, before, decision, actor, code, because]) => {
    expect(nextApproval(before, decision, actor, 5)).toEqual({
      status: 'refused',
      code,
      because: expect.stringContaining(because),
    });
  });

  test('opens the wave where one who may do both names them', () => {
    expect(nextApproval(approval, yes(12), both('ana'), 5)).toEqual({
      status: 'decided',
      because: 'approved by ana, its 12 deletes named by ana',
      approval: { ...approval, votes: [vote('ana', { deletes: 12 })], decision: 'approved' },
    });
  });

  test('of one who has no say in them counts for the wave alone, and lifts nothing', () => {
    const first = tally(approval, yes(), manager('ana'));
    expect(first).toMatchObject({
      status: 'counted',
      because: '1 of 1 people said yes, 0 of 1 named its 12 deletes',
      approval: { votes: [vote('ana')] },
    });
    expect(describeMissing(first.approval)).toBe('1 of sre to name its 12 deletes');
    expect(tally(first.approval, yes(12), sre('eva'))).toMatchObject({
      status: 'decided',
      because: 'approved by ana, its 12 deletes named by eva',
    });
  });

  test('of one who may name them only counts for them alone', () => {
    const first = tally(approval, yes(12), sre('eva'));
    expect(first).toMatchObject({
      status: 'counted',
      because: '0 of 1 people said yes, 1 of 1 named its 12 deletes',
      approval: { votes: [vote('eva', { deletes: 12, deletesOnly: true })] },
    });
    expect(describeMissing(first.approval)).toBe('1 of release-managers to approve external');
  });

  test('needs as many different people as the config says', () => {
    const two: Approval = { ...approval, deletes: { ...named, people: 2 } };
    const first = tally(two, yes(12), both('ana'));
    expect(first.status).toBe('counted');
    expect(tally(first.approval, yes(12), both('ana')).status).toBe('counted');
    expect(tally(first.approval, yes(12), sre('eva'))).toMatchObject({
      because: 'approved by ana, its 12 deletes named by ana, eva',
    });
  });
});

test('either of both may say no', () => {
  const no = { plan, vote: 'reject', comment: 'not today' } as const;
  for (const actor of [manager('ana'), sre('eva')]) {
    expect(nextApproval(approval, no, actor, 5)).toMatchObject({ because: `rejected by ${actor.name}: not today` });
  }
});

test('what is waited for is said, and what is there is not', () => {
  expect(describeMissing(approval)).toBe(
    '1 of release-managers to approve external and 1 of sre to name its 12 deletes',
  );
  expect(countVotes({ ...approval, votes: [vote('ana', { vote: 'reject' })] })).toEqual({
    yes: [],
    named: [],
    missing: { yes: 1, named: 1 },
  });
});
