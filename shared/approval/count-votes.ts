import type { Approval, Vote } from './approval.ts';

/** Who said yes to a wave, and who named its deletes; one person may do both. */
export interface CountedVotes {
  readonly yes: readonly Vote[];
  readonly named: readonly Vote[];
  /** People whose yes, and whose naming, is still wanted; never below 0. */
  readonly missing: { readonly yes: number; readonly named: number };
}

/** The votes of an approval by what they are for. Pure. */
export const countVotes = ({
  votes,
  people,
  deletes,
}: Pick<Approval, 'votes' | 'people' | 'deletes'>): CountedVotes => {
  const yes = votes.filter(({ vote, deletesOnly }) => vote === 'approve' && deletesOnly !== true);
  const named = votes.filter(({ deletes: count }) => count !== undefined);
  return {
    yes,
    named,
    missing: {
      yes: Math.max(0, people - yes.length),
      named: Math.max(0, (deletes?.people ?? 0) - named.length),
    },
  };
};

/** What is waited for, as a sentence goes on: `1 of release-managers to approve external and 1 of sre to name its 12 deletes`. */
export const describeMissing = (approval: Approval): string => {
  const { missing } = countVotes(approval);
  const { roles, wave, deletes } = approval;
  return [
    ...(missing.yes === 0 ? [] : [`${missing.yes} of ${roles.join(', ')} to approve ${wave}`]),
    ...(missing.named === 0 || deletes === undefined
      ? []
      : [`${missing.named} of ${deletes.roles.join(', ')} to name its ${deletes.count} deletes`]),
  ].join(' and ');
};
