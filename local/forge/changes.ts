import { merge, readCommit, writeRef } from 'isomorphic-git';
import { type PullRequest, pullRequests, savePullRequest } from './pull-requests.ts';
import type { RefUpdate } from './receive-pack.ts';
import {
  type Author,
  type Changes,
  commitTree,
  historyOf,
  noCommit,
  parentsOf,
  type Repository,
  refsOf,
  writeChanges,
} from './repository.ts';

/** What a change did, for those who are told by webhook. `by` is an account's login, `pull` what was merged and is to be stored. */
export interface Done {
  readonly commit: string;
  readonly updates: readonly RefUpdate[];
  readonly by: string;
  readonly pull?: PullRequest;
}

/** A pull request can not be merged: the words GitHub uses, and the status it answers with. */
export class MergeRefused extends Error {
  override readonly name = 'MergeRefused';
  readonly status: 404 | 405 | 409;
  constructor(status: 404 | 405 | 409, because: string) {
    super(`pull request: ${because}`);
    this.status = status;
  }
}

/** The login of a person who is known by name only. */
const loginOf = (author: Author): string => author.email.split('@')[0] ?? author.name;

/** A commit with `changes` on top of the branch, made first when it is not there. */
export const commitOnBranch = async (
  repository: Repository,
  branch: string,
  given: { readonly changes: Changes; readonly message: string; readonly author: Author; readonly at: number },
): Promise<Done> => {
  const ref = `refs/heads/${branch}`;
  const parent = (await refsOf(repository)).get(ref);
  const before = parent === undefined ? undefined : (await readCommit({ ...repository, oid: parent })).commit.tree;
  const tree = await writeChanges(repository, before, given.changes);
  const parents = parent === undefined ? [] : [parent];
  const commit = await commitTree(repository, { ...given, tree, parents });
  await writeRef({ ...repository, ref, value: commit, force: true });
  return { commit, updates: [{ ref, from: parent ?? noCommit, to: commit }], by: loginOf(given.author) };
};

/** Opens a pull request for two branches that are there; the caller has checked that none is open for them. */
export const openPullRequest = async (
  repository: Repository,
  given: Pick<PullRequest, 'title' | 'body' | 'head' | 'base' | 'user'> & { readonly at: number },
): Promise<PullRequest> => {
  const { at, ...asked } = given;
  const number = ((await pullRequests(repository)).at(-1)?.number ?? 0) + 1;
  const now = isoOf(at);
  const pull: PullRequest = { number, state: 'open', ...asked, createdAt: now, updatedAt: now, closedAt: null };
  await savePullRequest(repository, pull);
  return pull;
};

/**
 * Merges with a merge commit, whatever the history. The pull request in the answer is not stored yet: the caller tells of it first, so
 * that a merge cut off by a crash is found in the history and told of when it is asked for again. Throws `MergeRefused`.
 */
export const mergePullRequest = async (
  repository: Repository,
  number: number,
  given: { readonly by: Author; readonly at: number; readonly message?: string; readonly expectedHead?: string },
): Promise<Done> => {
  const pull = (await pullRequests(repository)).find((each) => each.number === number);
  if (pull === undefined) throw new MergeRefused(404, 'Not Found');
  if (pull.merged !== undefined) return { commit: pull.merged.commit, updates: [], by: pull.merged.by };
  if (pull.state === 'closed') throw new MergeRefused(405, 'Pull Request is closed');
  if (given.expectedHead !== undefined && given.expectedHead !== pull.head.sha) {
    throw new MergeRefused(409, 'Head branch was modified. Review and try the merge again.');
  }
  const ref = `refs/heads/${pull.base.ref}`;
  const tip = (await refsOf(repository)).get(ref);
  if (tip === undefined) throw new MergeRefused(405, 'Base branch does not exist');
  const message = given.message ?? `Merge pull request #${number} from ${pull.head.ref}\n\n${pull.title}`;
  const author = { ...given.by, timestamp: Math.floor(given.at / 1000), timezoneOffset: 0 };
  const before = await mergeIn(repository, tip, pull.head.sha);
  const commit =
    before?.commit ??
    (await mergeCommit(repository, { ours: tip, theirs: pull.head.sha, message: `${message}\n`, author }));
  const from = before?.from ?? tip;
  if (before === undefined) await writeRef({ ...repository, ref, value: commit, force: true });
  const at = isoOf(given.at);
  const by = loginOf(given.by);
  const base = { ref: pull.base.ref, sha: from };
  const merged: PullRequest = {
    ...pull,
    state: 'closed',
    base,
    updatedAt: at,
    closedAt: at,
    merged: { at, by, commit },
  };
  return { commit, updates: [{ ref, from, to: commit }], by, pull: merged };
};

/** The merge of `head` that the branch has already. */
const mergeIn = async (
  repository: Repository,
  tip: string,
  head: string,
): Promise<{ readonly commit: string; readonly from: string } | undefined> => {
  for (const commit of await historyOf(repository, [tip])) {
    const [from, merged] = await parentsOf(repository, commit);
    if (from !== undefined && merged === head) return { commit, from };
  }
  return undefined;
};

const mergeCommit = async (
  repository: Repository,
  given: {
    ours: string;
    theirs: string;
    message: string;
    author: Author & { timestamp: number; timezoneOffset: number };
  },
): Promise<string> => {
  try {
    const result = await merge({
      ...repository,
      ...given,
      committer: given.author,
      fastForward: false,
      noUpdateBranch: true,
      abortOnConflict: true,
    });
    if (result.mergeCommit === true && result.oid !== undefined) return result.oid;
  } catch (error) {
    const conflict = error instanceof Error && /^Merge(Conflict|NotSupported)Error$/.test(error.name);
    if (!conflict) throw error;
  }
  throw new MergeRefused(405, 'Pull Request is not mergeable');
};

/** After a push: the heads of open pull requests follow their branches; one whose branch is gone is closed. Returns those closed. */
export const followBranches = async (
  repository: Repository,
  updates: readonly RefUpdate[],
  at: number,
): Promise<readonly PullRequest[]> => {
  const moved = new Map(updates.map(({ ref, to }) => [ref, to]));
  const closed: PullRequest[] = [];
  for (const pull of await pullRequests(repository)) {
    const sha = moved.get(`refs/heads/${pull.head.ref}`);
    if (pull.state === 'closed' || sha === undefined) continue;
    const updatedAt = isoOf(at);
    const next: PullRequest =
      sha === noCommit
        ? { ...pull, state: 'closed', updatedAt, closedAt: updatedAt }
        : { ...pull, head: { ref: pull.head.ref, sha }, updatedAt };
    await savePullRequest(repository, next);
    if (next.state === 'closed') closed.push(next);
  }
  return closed;
};

/** New commits of an update, oldest first, and whether history was thrown away. */
export const historyOfUpdate = async (
  repository: Repository,
  update: RefUpdate,
): Promise<{ readonly commits: readonly string[]; readonly forced: boolean }> => {
  if (update.to === noCommit) return { commits: [], forced: false };
  if (update.from === noCommit) return { commits: [update.to], forced: false };
  const before = await historyOf(repository, [update.from]);
  const forced = !(await historyOf(repository, [update.to])).has(update.from);
  return { commits: [...(await historyOf(repository, [update.to], before))].reverse(), forced };
};

const isoOf = (at: number): string => new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');
