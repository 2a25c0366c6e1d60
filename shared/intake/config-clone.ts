import {
  addRemote,
  fetch,
  init,
  type PromiseFsClient,
  push,
  readBlob,
  readCommit,
  readTree,
  writeBlob,
  writeCommit,
  writeRef,
  writeTree,
} from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import type { Outside } from '../outside/outside.ts';
import { ConfigRefused } from './config-failures.ts';
import { gitHttp } from './git-http.ts';

/** Part of the config repository in memory: the commits that were fetched and their files. Nothing of it outlives the call. */
export interface ConfigClone {
  readonly fs: PromiseFsClient;
  readonly gitdir: string;
  readonly cache: object;
}

/** One file of a tree. */
export interface Entry {
  readonly mode: string;
  readonly oid: string;
}

/** 5,000 files and 20 MB: what Prepare can hold beside a render within 1 GB of memory. */
const maxFiles = 5_000;
const maxBytes = 20_000_000;

/** As GitHub names the account of an app. */
const self = { name: 'tidegate[bot]', email: 'tidegate[bot]@users.noreply.github.com' };

const isCommitId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

export const emptyClone = async (outside: Outside): Promise<ConfigClone> => {
  const fs = createFsFromVolume(new Volume());
  const clone = { fs, gitdir: '/config.git', cache: {} };
  await init({ ...clone, bare: true });
  await addRemote({ ...clone, remote: 'origin', url: outside.settings.configRepository.git });
  return clone;
};

/** Fetches a commit, and `depth - 1` before it, into the clone. Throws as `gitHttp` does, and `ConfigRefused` for what is no commit id. */
export const fetchInto = async (
  outside: Outside,
  clone: ConfigClone,
  commit: string,
  depth: number,
  signal: AbortSignal,
): Promise<void> => {
  if (!isCommitId(commit))
    throw new ConfigRefused(commit, 'is not a commit id; expected 40 lower-case hexadecimal digits');
  const http = gitHttp(outside, signal);
  await fetch({ ...clone, http, remote: 'origin', ref: commit, singleBranch: true, depth, tags: false });
  try {
    await readCommit({ ...clone, oid: commit });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotFoundError')) throw error;
    throw new ConfigRefused(
      commit,
      'no branch of the config repository leads to this commit; merge it, then try again',
    );
  }
};

/** Every file of the commit by path, in the order of paths; symbolic links are refused, submodules returned apart. Throws `ConfigRefused`. */
export const entriesAt = async (
  clone: ConfigClone,
  commit: string,
): Promise<{ readonly files: ReadonlyMap<string, Entry>; readonly submodules: readonly string[] }> => {
  const files = new Map<string, Entry>();
  const submodules: string[] = [];
  const walk = async (oid: string, prefix: string): Promise<void> => {
    for (const { mode, path: name, oid: entry, type } of (await readTree({ ...clone, oid })).tree) {
      const path = `${prefix}${name}`;
      if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git' || /[/\\\0]/.test(name)) {
        throw new ConfigRefused(commit, `the name ${JSON.stringify(path)} leaves the repository; rename it`);
      }
      if (mode === '120000')
        throw new ConfigRefused(commit, `${path} is a symbolic link; put a copy of the file in its place`);
      if (type === 'commit') submodules.push(path);
      else if (type === 'tree') await walk(entry, `${path}/`);
      else files.set(path, { mode, oid: entry });
      if (files.size > maxFiles)
        throw new ConfigRefused(commit, `has more than ${maxFiles} files; keep what is not config elsewhere`);
    }
  };
  await walk((await readCommit({ ...clone, oid: commit })).commit.tree, '');
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), submodules };
};

const contentOf = async (clone: ConfigClone, entry: Entry): Promise<Uint8Array> =>
  (await readBlob({ ...clone, oid: entry.oid })).blob;

/** The content of all files. Throws `ConfigRefused` above 20 MB. */
export const contentsOf = async (
  clone: ConfigClone,
  commit: string,
  entries: ReadonlyMap<string, Entry>,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const contents = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const [path, entry] of entries) {
    const content = await contentOf(clone, entry);
    bytes += content.length;
    if (bytes > maxBytes)
      throw new ConfigRefused(
        commit,
        `its files hold more than ${maxBytes} bytes (reached at ${path}); keep what is not config elsewhere`,
      );
    contents.set(path, content);
  }
  return contents;
};

/** Writes the tree of these files and returns its id. */
export const writeFiles = async (clone: ConfigClone, files: ReadonlyMap<string, Entry>): Promise<string> => {
  const folders = new Map<string, Map<string, Entry>>();
  const tree: { mode: string; path: string; oid: string; type: 'blob' | 'tree' }[] = [];
  for (const [path, entry] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) tree.push({ ...entry, path, type: 'blob' });
    else {
      const folder = folders.get(path.slice(0, slash)) ?? new Map<string, Entry>();
      folders.set(path.slice(0, slash), folder.set(path.slice(slash + 1), entry));
    }
  }
  for (const [path, inside] of folders)
    tree.push({ mode: '040000', path, oid: await writeFiles(clone, inside), type: 'tree' });
  return writeTree({ ...clone, tree });
};

/** Stores a content and names it as an entry of a tree. */
export const writeContent = async (clone: ConfigClone, mode: string, content: Uint8Array): Promise<Entry> => ({
  mode,
  oid: await writeBlob({ ...clone, blob: content }),
});

/** Writes a commit by Tidegate; `at` in epoch milliseconds, UTC. */
export const writeOwnCommit = async (
  clone: ConfigClone,
  given: { readonly tree: string; readonly parents: readonly string[]; readonly message: string; readonly at: number },
): Promise<string> => {
  const author = { ...self, timestamp: Math.floor(given.at / 1000), timezoneOffset: 0 };
  const message = `${given.message.trimEnd()}\n`;
  return writeCommit({
    ...clone,
    commit: { tree: given.tree, parent: [...given.parents], message, author, committer: author },
  });
};

/** Pushes a commit as a new branch. `taken` when the branch is there already, whatever it holds: it is left as it is. */
export const pushBranch = async (
  outside: Outside,
  clone: ConfigClone,
  commit: string,
  branch: string,
  signal: AbortSignal,
): Promise<'pushed' | 'taken'> => {
  const ref = `refs/heads/${branch}`;
  await writeRef({ ...clone, ref, value: commit, force: true });
  try {
    await push({ ...clone, http: gitHttp(outside, signal), remote: 'origin', ref, remoteRef: ref });
    return 'pushed';
  } catch (error) {
    if (error instanceof Error && (error.name === 'PushRejectedError' || error.name === 'GitPushError')) return 'taken';
    throw error;
  }
};
