import { readCommit, readTag, readTree } from 'isomorphic-git';
import { historyOf, type Repository, typeOf } from './repository.ts';

/** What a fetch asks for. `shallow` are the commits whose parents the client lacks; `depth` counts from 1, the wanted commit. */
export interface Request {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
  readonly shallow: ReadonlySet<string>;
  readonly depth?: number;
}

/** What to send: objects in the order they were found, and how the client's boundary moves. */
export interface Selection {
  readonly objects: readonly string[];
  readonly shallow: readonly string[];
  readonly unshallow: readonly string[];
}

interface Walk {
  /** Commits in the order of their distance, nearest first. */
  readonly commits: readonly string[];
  readonly boundary: ReadonlySet<string>;
}

const walkCommits = async (
  repository: Repository,
  tips: readonly string[],
  depth: number,
  grafts: ReadonlySet<string>,
): Promise<Walk> => {
  const commits = new Set<string>();
  const boundary = new Set<string>();
  let level = tips;
  for (let at = 1; level.length > 0; at += 1) {
    const next: string[] = [];
    for (const oid of level) {
      if (commits.has(oid)) continue;
      commits.add(oid);
      if (grafts.has(oid)) continue;
      const { parent } = (await readCommit({ ...repository, oid })).commit;
      if (parent.length > 0 && at >= depth) boundary.add(oid);
      else next.push(...parent);
    }
    level = next;
  }
  return { commits: [...commits], boundary };
};

const addTree = async (repository: Repository, oid: string, into: Set<string>): Promise<void> => {
  if (into.has(oid)) return;
  into.add(oid);
  for (const entry of (await readTree({ ...repository, oid })).tree) {
    if (entry.type === 'tree') await addTree(repository, entry.oid, into);
    else if (entry.type === 'blob') into.add(entry.oid);
  }
};

const peel = async (repository: Repository, oid: string): Promise<{ tags: readonly string[]; commit: string }> => {
  if ((await typeOf(repository, oid)) !== 'tag') return { tags: [], commit: oid };
  const inner = await peel(repository, (await readTag({ ...repository, oid })).tag.object);
  return { tags: [oid, ...inner.tags], commit: inner.commit };
};

/** The commit behind a tag object, through any number of tags; the id itself when it is none. */
export const peeled = async (repository: Repository, oid: string): Promise<string> =>
  (await peel(repository, oid)).commit;

/**
 * The objects that take a client from what it has to what it wants. Throws isomorphic-git's NotFoundError when a commit or tree on
 * the way is missing; blobs are named, not read.
 */
export const selectObjects = async (repository: Repository, request: Request): Promise<Selection> => {
  const wants = await Promise.all(request.wants.map((oid) => peel(repository, oid)));
  const deepening = request.depth !== undefined;
  const tips = wants.map(({ commit }) => commit);
  const { commits, boundary } = await walkCommits(
    repository,
    tips,
    request.depth ?? Number.POSITIVE_INFINITY,
    deepening ? new Set() : request.shallow,
  );
  const held = await walkCommits(repository, request.haves, Number.POSITIVE_INFINITY, request.shallow);
  const heldCommits = new Set(held.commits);
  const there = new Set<string>();
  for (const oid of request.haves)
    await addTree(repository, (await readCommit({ ...repository, oid })).commit.tree, there);

  const objects = new Set<string>(wants.flatMap(({ tags }) => tags));
  const sent = commits.filter((oid) => !heldCommits.has(oid));
  for (const oid of sent) objects.add(oid);
  const trees = new Set(there);
  for (const oid of sent) await addTree(repository, (await readCommit({ ...repository, oid })).commit.tree, trees);
  for (const oid of trees) if (!there.has(oid)) objects.add(oid);

  const reached = new Set(commits);
  return {
    objects: [...objects],
    shallow: [...boundary].filter((oid) => !request.shallow.has(oid)),
    unshallow: deepening ? [...request.shallow].filter((oid) => reached.has(oid) && !boundary.has(oid)) : [],
  };
};

/** Whether every id in `oids` is a commit (or a tag of one) that some ref leads to. */
export const firstUnreachable = async (
  repository: Repository,
  refs: ReadonlyMap<string, string>,
  oids: readonly string[],
): Promise<string | undefined> => {
  const tips = new Set(refs.values());
  const others = oids.filter((oid) => !tips.has(oid));
  if (others.length === 0) return undefined;
  const commits = await Promise.all([...tips].map((oid) => peeled(repository, oid)));
  const history = await historyOf(repository, commits);
  return others.find((oid) => !history.has(oid));
};
