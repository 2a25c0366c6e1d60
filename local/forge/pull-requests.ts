import type { Repository } from './repository.ts';

/** One pull request as it is stored beside the repository, `pulls/<number>.json`. Times are ISO 8601. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly user: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly merged?: { readonly at: string; readonly by: string; readonly commit: string };
}

const folderOf = (repository: Repository): string => `${repository.gitdir}/pulls`;

/** All of them, by number. */
export const pullRequests = async (repository: Repository): Promise<readonly PullRequest[]> => {
  const { promises } = repository.fs;
  await promises.mkdir(folderOf(repository), { recursive: true });
  const names: readonly string[] = await promises.readdir(folderOf(repository));
  const numbers = names.flatMap((name) => /^([1-9][0-9]*)\.json$/.exec(name)?.[1] ?? []).map(Number);
  const found: PullRequest[] = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    found.push(JSON.parse(await promises.readFile(`${folderOf(repository)}/${number}.json`, 'utf8')));
  }
  return found;
};

/** Writes the file anew; the last writer wins, so callers take turns. */
export const savePullRequest = async (repository: Repository, pull: PullRequest): Promise<void> => {
  const { promises } = repository.fs;
  await promises.mkdir(folderOf(repository), { recursive: true });
  await promises.writeFile(`${folderOf(repository)}/${pull.number}.json`, `${JSON.stringify(pull, null, 2)}\n`);
};
