import type { Outside } from '../outside/outside.ts';
import { contentsOf, emptyClone, entriesAt, fetchInto } from './config-clone.ts';

/**
 * All files of the config repository at a commit, by path in order: what render and config check read. Fetched with depth 1 into memory
 * and forgotten; reading twice gives the same. Submodules are left out, with a line in the log. Throws `ConfigRefused` for symbolic
 * links, more than 5,000 files or 20 MB; `ConfigRepositoryRefused`, `ConfigRepositoryUnavailable`, `Unreachable`.
 */
export const fetchCommit = async (
  outside: Outside,
  commit: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const clone = await emptyClone(outside);
  await fetchInto(outside, clone, commit, 1, signal);
  const { files, submodules } = await entriesAt(clone, commit);
  for (const path of submodules) {
    outside.log.warn('a submodule of the config repository is left out: only files of the commit itself are released', {
      path,
      commit,
    });
  }
  return contentsOf(clone, commit, files);
};
