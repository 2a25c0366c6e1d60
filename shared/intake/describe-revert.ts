import type { RevertAnswer } from './revert-pin.ts';

/** What became of the merge in git, as one sentence for the rollout's history. */
export const describeRevert = (answer: RevertAnswer): string => {
  if (answer.outcome === 'reverted')
    return `git is true again: pull request #${answer.number} reverts the merge as ${answer.commit.slice(0, 7)}`;
  if (answer.outcome === 'unchanged') return `git needs no revert: ${answer.because}`;
  if (answer.outcome === 'conflict')
    return `git still names what was taken back: ${answer.because} (${answer.files.join(', ')})`;
  return `git still names what was taken back, see pull request #${answer.number}: ${answer.because}`;
};
