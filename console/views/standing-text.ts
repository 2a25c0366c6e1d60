import type { Standing } from '../../shared/ledger/target-state.ts';

/** A commit as people name it. */
export const shortCommit = (commit: string): string => commit.slice(0, 7);

/** A digest as people compare it: twelve digits. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);

/** `1f5db82 (3c9e01ab77aa)`: the commit and the release digest a target stands on. */
export const standingText = ({ commit, release }: Pick<Standing, 'commit' | 'release'>): string =>
  `${shortCommit(commit)} (${shortDigest(release)})`;
