import type { LogFields } from '../outside/log.ts';
import type { Outside } from '../outside/outside.ts';
import { admit, bodyHash, conclude, type Identity } from './deliveries.ts';
import { commitAt, pullNumbered, pullsOf, standingOf } from './github.ts';
import { type Merge, readMergeEvent } from './merge-event.ts';
import { type Ignored, ignored, type Refused } from './refusal.ts';
import { revertedBy } from './revert-text.ts';
import { type Delivery, headerOf, jsonOf, refuseLarge, refuseUnsigned } from './signature.ts';

/** A commit of the config repository is to be rolled out. Starting it, under `executionName`, is the caller's. */
export interface Start {
  readonly outcome: 'start';
  readonly start: { readonly repository: string; readonly commit: string };
  /** Who merged or pushed, by login. */
  readonly by: string;
  /** Logins of everyone who opened, wrote or merged it, sorted: they may not approve it. */
  readonly people: readonly string[];
  /** Whether the branch still is at the commit. A release that is not there is older than one that was merged since. */
  readonly isHead: boolean;
  /** The commit that this one takes back, when Tidegate made it after a rollback: the fleet is there already. */
  readonly reverts?: string;
  /** These bytes were answered before. The start is given again: its name makes a second one harmless, and the first may have died. */
  readonly repeated: boolean;
}

export type MergeAnswer = Start | Ignored | Refused;

/** What one Lambda invocation can be given. GitHub sends no more than 25 MB and a merge is some kilobytes. */
const maxBody = 6 * 1024 * 1024;

/**
 * Takes a webhook of the config repository to the commit that is to be rolled out. The signature is over the raw bytes; id, type and time
 * are not signed, so the type is decided by the fields, a repeat is known by its bytes, and the API has the last word on what was merged.
 * Safe to do twice. Throws `ConfigRepositoryRefused`, `ConfigRepositoryUnavailable`, `Unreachable`, `SecretMissing`.
 */
export const receiveMerge = async (outside: Outside, delivery: Delivery, signal: AbortSignal): Promise<MergeAnswer> => {
  const answer = await take(outside, delivery, signal);
  outside.log.info('webhook of the config repository', logged(answer));
  return answer;
};

const take = async (outside: Outside, delivery: Delivery, signal: AbortSignal): Promise<MergeAnswer> => {
  const unwanted = refuseLarge(delivery, maxBody) ?? (await refuseUnsigned(outside, delivery));
  if (unwanted !== undefined) return unwanted;
  const json = jsonOf(delivery, maxBody);
  if ('outcome' in json) return json;
  const merge = readMergeEvent(json.value, outside.settings.configRepository);
  if (merge.outcome !== 'merge') return merge;

  const body = bodyHash(delivery.body);
  const identity: Identity = { kind: 'merge', id: headerOf(delivery, 'x-github-delivery') ?? body, body };
  const admitted = await admit(outside.ledger, identity, outside.clock.now());
  if ('outcome' in admitted) return admitted;
  const confirmed = await confirm(outside, merge, signal);
  if (confirmed.outcome === 'start') {
    await conclude(outside.ledger, identity, { outcome: 'start', commit: merge.commit });
    return { ...confirmed, repeated: admitted.before !== undefined };
  }
  return confirmed;
};

const logged = (answer: MergeAnswer): LogFields =>
  answer.outcome === 'start' ? { outcome: answer.outcome, ...answer.start, repeated: answer.repeated } : { ...answer };

/** What the API says of a merge that an event tells of. */
const confirm = async (
  outside: Outside,
  merge: Merge,
  signal: AbortSignal,
): Promise<Omit<Start, 'repeated'> | Ignored> => {
  const { name, branch } = outside.settings.configRepository;
  const short = merge.commit.slice(0, 12);
  if (merge.number !== undefined) {
    const pull = await pullNumbered(outside, merge.number, signal);
    if (!pull?.merged_at || pull.merge_commit_sha !== merge.commit || pull.base.ref !== branch) {
      return ignored(`the API knows no pull request #${merge.number} that was merged into ${branch} as ${short}`);
    }
  }
  const commit = await commitAt(outside, merge.commit, signal);
  const standing = commit === undefined ? 'absent' : await standingOf(outside, merge.commit, signal);
  if (commit === undefined || standing === 'absent') {
    return ignored(`commit ${short} is neither the head of ${branch} nor in its history`);
  }
  const openers = (await pullsOf(outside, merge.commit, signal)).flatMap(({ user }) => user?.login ?? []);
  const reverts = revertedBy(commit.message);
  return {
    outcome: 'start',
    start: { repository: name, commit: merge.commit },
    by: merge.by,
    people: [...new Set([...merge.people, ...openers])].sort(),
    isHead: standing === 'head',
    ...(reverts === undefined ? {} : { reverts }),
  };
};
