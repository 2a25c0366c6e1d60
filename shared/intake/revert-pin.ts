import { merge, readCommit } from 'isomorphic-git';
import type { Outside } from '../outside/outside.ts';
import { type ConfigClone, emptyClone, entriesAt, fetchInto, pushBranch, writeOwnCommit } from './config-clone.ts';
import { branchHead, commitAt, headOf, mergePull, openPull, type Pull, pullsFor, standingOf } from './github.ts';
import { planRevert, type Touched } from './plan-revert.ts';
import { revertBranch, revertText } from './revert-text.ts';

export type RevertAnswer =
  /** The branch no longer holds what was rolled back. */
  | { readonly outcome: 'reverted'; readonly number: number; readonly commit: string }
  /** A person has to decide: a pull request is open, or was closed by one. */
  | { readonly outcome: 'proposed' | 'declined'; readonly number: number; readonly because: string }
  /** There is nothing to take back. */
  | { readonly outcome: 'unchanged'; readonly because: string }
  /** Later changes are in the way: nothing was written, a person has to do it. */
  | { readonly outcome: 'conflict'; readonly files: readonly string[]; readonly because: string };

/**
 * Makes git true again after a rollback: takes back what `commit` changed against its first parent, through a branch and a pull request
 * that is merged at once when no file of it was changed later. Otherwise the pull request stays open for a person, and the answer says so.
 * Safe to do twice, and after dying anywhere: branch and pull request are found by name. The revert's own merge is reported to
 * `receiveMerge` with `reverts`. Throws as `fetchCommit` does.
 */
export const revertPin = async (
  outside: Outside,
  { commit }: { readonly commit: string },
  signal: AbortSignal,
): Promise<RevertAnswer> => {
  const branch = revertBranch(commit);
  const { branch: released } = outside.settings.configRepository;
  const [known] = await pullsFor(outside, branch, signal);
  if (known?.merged_at && known.merge_commit_sha)
    return { outcome: 'reverted', number: known.number, commit: known.merge_commit_sha };
  if (known?.state === 'closed')
    return { outcome: 'declined', number: known.number, because: 'its pull request was closed without a merge' };

  const parent = (await commitAt(outside, commit, signal))?.parents[0];
  if (parent === undefined) return { outcome: 'unchanged', because: `${commit} has no commit before it to go back to` };
  if ((await standingOf(outside, commit, signal)) === 'absent')
    return { outcome: 'unchanged', because: `${commit} is not in the history of ${released}` };
  const head = await headOf(outside, signal);
  const clone = await emptyClone(outside);
  await fetchInto(outside, clone, commit, 2, signal);
  if (head !== commit) await fetchInto(outside, clone, head, 1, signal);
  const filesOf = async (oid: string) => (await entriesAt(clone, oid)).files;
  const touched = planRevert(await filesOf(parent), await filesOf(commit), await filesOf(head));
  if (touched.every(({ since }) => since === 'restored')) {
    return {
      outcome: 'unchanged',
      because: `${released} already has every file as it was before ${commit.slice(0, 12)}`,
    };
  }

  const text = revertText(commit, touched);
  if (known === undefined && (await branchHead(outside, branch, signal)) === undefined) {
    const tree = await revertedTree(clone, { parent, commit, head });
    if (tree === undefined) return conflict(touched);
    const message = `${text.title}\n\n${text.message}`;
    const revert = await writeOwnCommit(clone, { tree, parents: [head], message, at: outside.clock.now() });
    await pushBranch(outside, clone, revert, branch, signal);
  }
  const pull = known ?? (await openPull(outside, { branch, title: text.title, body: text.body }, signal));
  return changedSince(touched).length === 0 ? mergeRevert(outside, pull, text, signal) : leftOpen(pull, touched);
};

const mergeRevert = async (
  outside: Outside,
  pull: Pull,
  text: { readonly title: string; readonly message: string },
  signal: AbortSignal,
): Promise<RevertAnswer> => {
  const merged = await mergePull(outside, pull, text, signal);
  return 'commit' in merged
    ? { outcome: 'reverted', number: pull.number, commit: merged.commit }
    : { outcome: 'proposed', number: pull.number, because: `the merge was not accepted: ${merged.because}` };
};

const changedSince = (touched: readonly Touched[]): readonly string[] =>
  touched.filter(({ since }) => since === 'changed').map(({ path }) => path);

const leftOpen = (pull: Pull, touched: readonly Touched[]): RevertAnswer => ({
  outcome: 'proposed',
  number: pull.number,
  because: `changed again since: ${changedSince(touched).join(', ')}; merge or close the pull request`,
});

const conflict = (touched: readonly Touched[]): RevertAnswer => ({
  outcome: 'conflict',
  files: changedSince(touched),
  because: 'later changes to the same lines are in the way; restore the pins by hand',
});

/**
 * The head's tree without what the commit did: a three-way merge whose base is the commit and whose other side is its parent. Made of
 * commits that never leave this memory. `undefined` when it conflicts.
 */
const revertedTree = async (
  clone: ConfigClone,
  { parent, commit, head }: { readonly parent: string; readonly commit: string; readonly head: string },
): Promise<string | undefined> => {
  const treeOf = async (oid: string) => (await readCommit({ ...clone, oid })).commit.tree;
  const side = async (oid: string, parents: readonly string[], message: string) =>
    writeOwnCommit(clone, { tree: await treeOf(oid), parents, message, at: 0 });
  const base = await side(commit, [], 'base');
  const ours = await side(head, [base], 'ours');
  const theirs = await side(parent, [base], 'theirs');
  const author = { name: 'revert', email: 'revert@localhost', timestamp: 0, timezoneOffset: 0 };
  try {
    const merged = await merge({
      ...clone,
      ours,
      theirs,
      fastForward: false,
      noUpdateBranch: true,
      author,
      committer: author,
      message: 'merge',
    });
    return merged.tree;
  } catch (error) {
    if (error instanceof Error && /^Merge(Conflict|NotSupported)Error$/.test(error.name)) return undefined;
    throw error;
  }
};
