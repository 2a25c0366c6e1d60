import type { Digest } from '../blobs/blobs.ts';

/** A question put to people about one plan: may this wave be entered with exactly these differences? */
export interface Approval {
  readonly approval: string;
  readonly rollout: string;
  readonly wave: string;
  readonly release: Digest;
  /** The plan digest. A decision that names another one is refused. */
  readonly plan: Digest;
  readonly roles: readonly string[];
  /** People whom the release's config names as holding one of the roles. */
  readonly holders: readonly string[];
  readonly people: number;
  readonly authors: readonly string[];
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly votes: readonly Vote[];
  /** Set once; nothing is decided after it. */
  readonly decision?: 'approved' | 'rejected';
}

export interface Vote {
  readonly by: string;
  readonly vote: 'approve' | 'reject';
  readonly comment: string;
  readonly at: number;
}

/** What came of a person's decision. */
export type VoteResult =
  | { readonly status: 'decided'; readonly approval: Approval; readonly because: string }
  | { readonly status: 'counted'; readonly approval: Approval; readonly because: string }
  | { readonly status: 'refused'; readonly code: VoteRefusal; readonly because: string };

export type VoteRefusal = 'not-found' | 'other-plan' | 'expired' | 'decided' | 'not-allowed';
