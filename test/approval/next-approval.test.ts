import { describe, expect, test } from 'vitest';
import type { Actor } from '../../shared/access/authorise.ts';
import type { Approval } from '../../shared/approval/approval.ts';
import { nextApproval } from '../../shared/approval/next-approval.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const plan = digestOf('plan');
const approval: Approval = {
  approval: 'ap-1',
  rollout: 'ro-1',
  wave: 'external',
  release: digestOf('release'),
  plan,
  roles: ['release-managers'],
  holders: ['chi'],
  people: 1,
  authors: ['bo'],
  askedAt: 0,
  expiresAt: 1000,
  votes: [],
};
const person = (name: string): Actor => ({ name, kind: 'person', roles: ['release-managers'] });
const yes = { plan, vote: 'approve', comment: '' } as const;

describe('a decision', () => {
  test('opens the wave when enough people said yes', () => {
    const vote = { by: 'ana', vote: 'approve', comment: '', at: 5 } as const;
    expect(nextApproval(approval, yes, person('ana'), 5)).toEqual({
      status: 'decided',
      because: 'approved by ana',
      approval: { ...approval, votes: [vote], decision: 'approved' },
    });
  });

  test.for([
    {
      because: 'the config names them as a holder of the role',
      actor: { name: 'chi', kind: 'person', roles: [] } as const,
    },
    { because: 'the instance is their own', actor: { name: 'local', kind: 'person', roles: 'all' } as const },
  ])('counts for somebody when $because', ({ actor }) => {
    expect(nextApproval(approval, yes, actor, 5)).toMatchObject({
      status: 'decided',
      because: `approved by ${actor.name}`,
    });
  });

  test('is counted, each person once, until enough are there', () => {
    const two = { ...approval, people: 2 };
    const first = nextApproval(two, yes, person('ana'), 5);
    expect(first).toMatchObject({ status: 'counted', because: '1 of 2 people said yes' });
    if (first.status === 'refused') throw new Error(first.because);
    const again = nextApproval(first.approval, yes, person('ana'), 6);
    expect(again).toMatchObject({ status: 'counted', because: '1 of 2 people said yes' });
    if (again.status === 'refused') throw new Error(again.because);
    // Accounts at the host of the repository are the same in any case.
    expect(nextApproval(again.approval, yes, person('Ana'), 6)).toMatchObject({ status: 'counted' });
    expect(nextApproval(again.approval, yes, person('eva'), 7)).toMatchObject({
      status: 'decided',
      because: 'approved by ana, eva',
    });
  });

  test('ends the wave when one who may decide says no', () => {
    const no = { plan, vote: 'reject', comment: 'too late today' } as const;
    expect(nextApproval({ ...approval, people: 2 }, no, person('ana'), 5)).toMatchObject({
      status: 'decided',
      because: 'rejected by ana: too late today',
      approval: { decision: 'rejected' },
    });
  });

  test.for([
    {
      because: 'it is about another plan',
      code: 'other-plan',
      decision: { ...yes, plan: digestOf('other') },
      actor: person('ana'),
      now: 5,
    },
    { because: 'it comes too late', code: 'expired', decision: yes, actor: person('ana'), now: 1000 },
    { because: 'the author makes it', code: 'not-allowed', decision: yes, actor: person('bo'), now: 5 },
    {
      because: 'a machine makes it',
      code: 'not-allowed',
      decision: yes,
      actor: { ...person('ci'), kind: 'machine' } as const,
      now: 5,
    },
    {
      because: 'its maker has no role for it',
      code: 'not-allowed',
      decision: yes,
      actor: { ...person('eva'), roles: ['readers'] },
      now: 5,
    },
    { because: 'its maker has no name', code: 'not-allowed', decision: yes, actor: person(''), now: 5 },
  ])('is refused when $because', ({ code, decision, actor, now }) => {
    expect(nextApproval(approval, decision, actor, now)).toMatchObject({ status: 'refused', code });
  });

  const vote = { by: 'ana', vote: 'approve', comment: '', at: 5 } as const;
  const decided = { ...approval, votes: [vote], decision: 'approved' } as const;

  test('is as it was when the same is decided again by one who may, even late', () => {
    expect(nextApproval(decided, yes, person('eva'), 2000)).toEqual({
      status: 'decided',
      because: 'approved by ana',
      approval: decided,
    });
    expect(nextApproval(decided, yes, person('bo'), 6)).toMatchObject({ status: 'refused', code: 'not-allowed' });
  });

  test('is refused when the other was decided before', () => {
    expect(nextApproval(decided, { ...yes, vote: 'reject' }, person('eva'), 6)).toEqual({
      status: 'refused',
      code: 'decided',
      because: 'approval ap-1 is approved already, by ana',
    });
  });
});
