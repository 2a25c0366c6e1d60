import { z } from 'zod';
import { shown } from './image.ts';
import { type Ignored, ignored, type Refused, refused } from './refusal.ts';

/** What a merge into the released branch says of itself; nothing of it is believed before the API says so too. */
export interface Merge {
  readonly outcome: 'merge';
  readonly commit: string;
  /** The pull request that was merged, where the event tells of one. */
  readonly number?: number;
  /** Who merged or pushed. */
  readonly by: string;
  /** Logins of everyone who had a hand in it, sorted: they may not approve it. */
  readonly people: readonly string[];
}

const commitId = z.string().regex(/^[0-9a-f]{40}$/);
const account = z.object({ login: z.string() });
const person = z.object({ username: z.string().optional(), name: z.string().optional() });
const repository = z.object({ full_name: z.string() });

const pushSchema = z.object({
  ref: z.string(),
  before: commitId,
  after: commitId,
  deleted: z.boolean(),
  forced: z.boolean(),
  repository,
  sender: account,
  commits: z.array(z.object({ author: person, committer: person })),
});

const pullRequestSchema = z.object({
  action: z.string(),
  number: z.int().positive(),
  pull_request: z.object({
    merged: z.boolean().nullish(),
    merge_commit_sha: commitId.nullish(),
    user: account.nullish(),
    merged_by: account.nullish(),
    base: z.object({ ref: z.string() }),
  }),
  repository,
  sender: account,
});

const sorted = (logins: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(logins.filter((login) => login !== undefined && login !== ''))]
    .filter((login) => login !== undefined)
    .sort();

/**
 * What a webhook of GitHub says about the released branch. The type is decided by the fields: the event header is not signed. Deletions,
 * tags, other branches, rewritten history, pull requests that were not merged, other repositories: ignored, with the reason.
 */
export const readMergeEvent = (
  event: unknown,
  released: { readonly name: string; readonly branch: string },
): Merge | Ignored | Refused => {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return refused(
      400,
      'EVENT_MALFORMED',
      "webhook: expected a JSON object as GitHub's push and pull_request events are",
    );
  }
  if ('pull_request' in event && 'number' in event) return readPullRequest(event, released);
  if ('ref' in event && 'before' in event && 'after' in event) return readPush(event, released);
  return ignored('neither a push nor a pull request');
};

const malformed = (what: string, error: z.ZodError): Refused => {
  const [issue] = error.issues;
  return refused(
    422,
    'EVENT_MALFORMED',
    `${what} event: ${shown(`${issue?.path.join('.')}: ${issue?.message}`)}; expected GitHub's payload`,
  );
};

type Released = Parameters<typeof readMergeEvent>[1];

const otherRepository = (name: string, released: Released): Ignored | undefined =>
  name.toLowerCase() === released.name.toLowerCase()
    ? undefined
    : ignored(`repository ${shown(name)} is not the config repository`);

const readPush = (event: object, released: Released): Merge | Ignored | Refused => {
  const { success, data, error } = pushSchema.safeParse(event);
  if (!success) return malformed('push', error);
  const other = otherRepository(data.repository.full_name, released);
  if (other !== undefined) return other;
  if (data.deleted || /^0+$/.test(data.after)) return ignored(`${shown(data.ref)} was deleted`);
  if (!data.ref.startsWith('refs/heads/')) return ignored(`${shown(data.ref)} is not a branch`);
  const branch = data.ref.slice('refs/heads/'.length);
  if (branch !== released.branch) return ignored(`branch ${shown(branch)} is not released, ${released.branch} is`);
  if (data.forced)
    return ignored(`the history of ${branch} was rewritten; look at it, then run: tidegate release ${data.after}`);
  const people = data.commits.flatMap(({ author, committer }) => [author.username, committer.username]);
  return {
    outcome: 'merge',
    commit: data.after,
    by: data.sender.login,
    people: sorted([data.sender.login, ...people]),
  };
};

const readPullRequest = (event: object, released: Released): Merge | Ignored | Refused => {
  const { success, data, error } = pullRequestSchema.safeParse(event);
  if (!success) return malformed('pull_request', error);
  const { pull_request: pull, number } = data;
  const other = otherRepository(data.repository.full_name, released);
  if (other !== undefined) return other;
  if (data.action !== 'closed') return ignored(`pull request #${number} was ${shown(data.action)}, not merged`);
  if (pull.merged !== true) return ignored(`pull request #${number} was closed without a merge`);
  if (pull.base.ref !== released.branch)
    return ignored(`branch ${shown(pull.base.ref)} is not released, ${released.branch} is`);
  if (!pull.merge_commit_sha) return ignored(`pull request #${number} names no merge commit`);
  const by = pull.merged_by?.login ?? data.sender.login;
  const people = sorted([data.sender.login, by, pull.user?.login]);
  return { outcome: 'merge', commit: pull.merge_commit_sha, number, by, people };
};
