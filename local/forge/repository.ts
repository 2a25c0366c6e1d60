import {
  init,
  listRefs,
  type PromiseFsClient,
  readCommit,
  readObject,
  readTree,
  resolveRef,
  type TreeEntry,
  writeBlob,
  writeCommit,
  writeTree,
} from 'isomorphic-git';

/** A bare repository in a folder. Spread into every call of isomorphic-git; `cache` keeps the packs it has read. */
export interface Repository {
  readonly fs: PromiseFsClient;
  readonly gitdir: string;
  readonly cache: object;
}

/** A person, as git writes one. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

/** Files to write by path; `null` removes one. */
export type Changes = Readonly<Record<string, string | Uint8Array | null>>;

export const noCommit = '0'.repeat(40);

/** Makes the repository when the folder is empty; an existing one is left as it is. */
export const openRepository = async (fs: PromiseFsClient, gitdir: string, branch: string): Promise<Repository> => {
  await init({ fs, gitdir, bare: true, defaultBranch: branch });
  return { fs, gitdir, cache: {} };
};

/** Every ref with the object it names, in the order of their names. A file that was never renamed (`.lock`) is none. */
export const refsOf = async (repository: Repository): Promise<ReadonlyMap<string, string>> => {
  const listed = await listRefs({ ...repository, filepath: 'refs' });
  const names = listed.filter((name) => !name.endsWith('.lock')).map((name) => `refs/${name}`);
  const refs = new Map<string, string>();
  for (const ref of names.sort()) refs.set(ref, await resolveRef({ ...repository, ref }));
  return refs;
};

/** The commit a branch, a ref or a full id names; `undefined` when there is none. */
export const commitNamed = async (repository: Repository, name: string): Promise<string | undefined> => {
  if (/^[0-9a-f]{40}$/.test(name)) return (await typeOf(repository, name)) === 'commit' ? name : undefined;
  const refs = await refsOf(repository);
  return refs.get(name) ?? refs.get(`refs/heads/${name}`) ?? refs.get(`refs/tags/${name}`);
};

export const typeOf = async (repository: Repository, oid: string): Promise<string | undefined> => {
  try {
    return (await readObject({ ...repository, oid, format: 'content' })).type;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NotFoundError') return undefined;
    throw error;
  }
};

export const parentsOf = async (repository: Repository, oid: string): Promise<readonly string[]> =>
  (await readCommit({ ...repository, oid })).commit.parent;

/** The commit and all before it, nearest first; not past those in `stop`, which are left out. */
export const historyOf = async (
  repository: Repository,
  oids: readonly string[],
  stop: ReadonlySet<string> = new Set(),
): Promise<ReadonlySet<string>> => {
  const seen = new Set<string>();
  let level = oids;
  while (level.length > 0) {
    const next: string[] = [];
    for (const oid of level) {
      if (seen.has(oid) || stop.has(oid)) continue;
      seen.add(oid);
      next.push(...(await parentsOf(repository, oid)));
    }
    level = next;
  }
  return seen;
};

/** Writes the tree that is `tree` (none: empty) with `changes` applied, and returns its id. */
export const writeChanges = async (
  repository: Repository,
  tree: string | undefined,
  changes: Changes,
): Promise<string> => {
  const before = tree === undefined ? [] : (await readTree({ ...repository, oid: tree })).tree;
  const entries = new Map<string, TreeEntry>(before.map((entry) => [entry.path, entry]));
  const folders = new Map<string, Record<string, string | Uint8Array | null>>();
  for (const [path, content] of Object.entries(changes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const slash = path.indexOf('/');
    if (slash > 0) {
      const folder = path.slice(0, slash);
      folders.set(folder, { ...folders.get(folder), [path.slice(slash + 1)]: content });
    } else if (content === null) entries.delete(path);
    else {
      const blob = typeof content === 'string' ? Buffer.from(content) : content;
      const mode = entries.get(path)?.type === 'blob' ? (entries.get(path)?.mode ?? '100644') : '100644';
      entries.set(path, { path, mode, type: 'blob', oid: await writeBlob({ ...repository, blob }) });
    }
  }
  for (const [folder, inside] of folders) {
    const there = entries.get(folder);
    const oid = await writeChanges(repository, there?.type === 'tree' ? there.oid : undefined, inside);
    if ((await readTree({ ...repository, oid })).tree.length === 0) entries.delete(folder);
    else entries.set(folder, { path: folder, mode: '040000', type: 'tree', oid });
  }
  return writeTree({ ...repository, tree: [...entries.values()] });
};

/** Writes a commit of `tree` on `parents`; `at` in epoch milliseconds, UTC. The message ends with one line feed. */
export const commitTree = async (
  repository: Repository,
  given: { tree: string; parents: readonly string[]; message: string; author: Author; at: number },
): Promise<string> => {
  const when = { timestamp: Math.floor(given.at / 1000), timezoneOffset: 0 };
  return writeCommit({
    ...repository,
    commit: {
      tree: given.tree,
      parent: [...given.parents],
      message: `${given.message.trimEnd()}\n`,
      author: { ...given.author, ...when },
      committer: { ...given.author, ...when },
    },
  });
};
