import type { Digest } from '../blobs/blobs.ts';
import type { OpenBudget } from '../rollout/lifted-budgets.ts';
import type { DeleteList } from '../rollout/plan.ts';

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
  /** What only an approval by name may delete, and who may give one. Absent where nothing has to be named. */
  readonly deletes?: DeletesAsk;
  /** Error budgets that are spent or not known: a yes lifts them, and says so. Absent where none is. */
  readonly budgets?: readonly OpenBudget[];
  readonly authors: readonly string[];
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly votes: readonly Vote[];
  /** Set once; nothing is decided after it. */
  readonly decision?: 'approved' | 'rejected';
}

/** Deletes that have to be named: the plan digest covers each of them, the list says them, the count confirms that it was read. */
export interface DeletesAsk extends DeleteList {
  readonly roles: readonly string[];
  readonly holders: readonly string[];
  readonly people: number;
}

export interface Vote {
  readonly by: string;
  readonly vote: 'approve' | 'reject';
  readonly comment: string;
  readonly at: number;
  /** How many deletes it names: all of them, or it would not be there. */
  readonly deletes?: number;
  /** Who voted may name deletes and has no say in the wave itself. */
  readonly deletesOnly?: true;
}

/** What came of a person's decision. */
export type VoteResult =
  | { readonly status: 'decided'; readonly approval: Approval; readonly because: string }
  | { readonly status: 'counted'; readonly approval: Approval; readonly because: string }
  | { readonly status: 'refused'; readonly code: VoteRefusal; readonly because: string };

export type VoteRefusal =
  | 'not-found'
  | 'other-plan'
  | 'expired'
  | 'decided'
  | 'not-allowed'
  | 'deletes-unnamed'
  | 'other-deletes';
