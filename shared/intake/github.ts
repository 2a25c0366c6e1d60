import { z } from 'zod';
import type { Outside } from '../outside/outside.ts';
import { ConfigRepositoryRefused, throwFailure } from './config-failures.ts';

const refSchema = z.object({ object: z.object({ sha: z.string() }) });
const account = z.object({ login: z.string().optional() }).nullish();
const commitSchema = z.object({
  sha: z.string(),
  author: account,
  committer: account,
  commit: z.object({ message: z.string() }),
  parents: z.array(z.object({ sha: z.string() })),
});
const compareSchema = z.object({ status: z.enum(['identical', 'ahead', 'behind', 'diverged']) });
const broughtSchema = z.object({ commits: z.array(z.object({ author: account, committer: account })) });
const pullSchema = z.object({
  number: z.int(),
  user: z.object({ login: z.string() }).nullish(),
  merged_by: z.object({ login: z.string() }).nullish(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
});
const mergedSchema = z.object({ sha: z.string(), merged: z.literal(true) });

/** A pull request as the API tells of it now. */
export type Pull = z.infer<typeof pullSchema>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Statuses that are answers to the question and not failures. */
type Expected = 404 | 405 | 409 | 422;

/** One call below `/repos/{owner}/{repo}` of GitHub's REST API, version 2022-11-28. Throws as `throwFailure` does, and `Unreachable`. */
const call = async (
  outside: Outside,
  signal: AbortSignal,
  method: string,
  path: string,
  options: { readonly body?: object; readonly expected?: readonly Expected[] } = {},
): Promise<Answer> => {
  const { api, name, tokenSecret } = outside.settings.configRepository;
  const token = tokenSecret === undefined ? undefined : (await outside.secrets.get(tokenSecret)).reveal().trim();
  const response = await outside.http(`${api}/repos/${name}${path}`, {
    method,
    signal,
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'tidegate',
      'x-github-api-version': '2022-11-28',
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const expected = response.ok || options.expected?.some((status) => status === response.status) === true;
  if (!expected) throwFailure(`${method} ${path.split('?')[0]}`, response.status, response.headers);
  const text = await response.text();
  return { status: response.status, body: parsed(text) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What the API answered, in the shape it documents. Throws `ConfigRepositoryRefused` for another, as an error page is. */
const shaped = <Shape>(schema: z.ZodType<Shape>, answer: Answer, subject: string): Shape => {
  const read = schema.safeParse(answer.body);
  if (read.success) return read.data;
  const field = read.error.issues[0]?.path.join('.') || 'the answer';
  throw new ConfigRepositoryRefused(
    subject,
    `${field} is not what GitHub's API documents; check the address of the API`,
  );
};

const headPath = (branch: string): string => `/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`;

/** The commit a branch points to; `undefined` when there is no such branch. */
export const branchHead = async (
  outside: Outside,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const answer = await call(outside, signal, 'GET', headPath(branch), { expected: [404] });
  return answer.status === 404 ? undefined : shaped(refSchema, answer, `branch ${branch}`).object.sha;
};

/** The commit that is released next: the head of the configured branch. Throws `ConfigRepositoryRefused` when the branch is not there. */
export const headOf = async (outside: Outside, signal: AbortSignal): Promise<string> => {
  const { branch, name } = outside.settings.configRepository;
  const head = await branchHead(outside, branch, signal);
  if (head === undefined)
    throw new ConfigRepositoryRefused(name, `has no branch ${branch}; make it, or change the setting`);
  return head;
};

/** Where a commit stands: the configured branch is at it, has it behind its head, or does not have it. */
export const standingOf = async (
  outside: Outside,
  commit: string,
  signal: AbortSignal,
): Promise<'head' | 'history' | 'absent'> => {
  const basehead = `${commit}...${encodeURIComponent(outside.settings.configRepository.branch)}`;
  const answer = await call(outside, signal, 'GET', `/compare/${basehead}?per_page=1`, { expected: [404] });
  if (answer.status === 404) return 'absent';
  const { status } = shaped(compareSchema, answer, `comparison of ${commit.slice(0, 12)}`);
  if (status === 'identical') return 'head';
  return status === 'ahead' ? 'history' : 'absent';
};

/** A commit as the API tells of it. `people` are the logins of its author and committer, where it knows their accounts. */
export interface CommitAt {
  readonly message: string;
  readonly parents: readonly string[];
  readonly people: readonly string[];
}

/** A commit's message, parents and people. */
export const commitAt = async (
  outside: Outside,
  commit: string,
  signal: AbortSignal,
): Promise<CommitAt | undefined> => {
  const answer = await call(outside, signal, 'GET', `/commits/${commit}`, { expected: [404, 422] });
  if (answer.status !== 200) return undefined;
  const read = shaped(commitSchema, answer, `commit ${commit.slice(0, 12)}`);
  return { message: read.commit.message, parents: read.parents.map(({ sha }) => sha), people: peopleOf(read) };
};

/** Logins of who wrote or committed what `commit` has and `base` has not; of the newest 250 commits, which is what one answer holds. */
export const writersBetween = async (
  outside: Outside,
  base: string,
  commit: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const answer = await call(outside, signal, 'GET', `/compare/${base}...${commit}`, { expected: [404] });
  if (answer.status === 404) return [];
  return shaped(broughtSchema, answer, `comparison of ${commit.slice(0, 12)}`).commits.flatMap(peopleOf);
};

const peopleOf = ({ author, committer }: z.infer<typeof broughtSchema>['commits'][number]): readonly string[] =>
  [author?.login, committer?.login].filter((login) => login !== undefined && login !== '').map(String);

/** Pull requests into the configured branch, newest first, at most 100: all of one branch, or the open ones. */
export const pullsFor = async (
  outside: Outside,
  branch: string | 'any',
  signal: AbortSignal,
): Promise<readonly Pull[]> => {
  const { name, branch: base } = outside.settings.configRepository;
  const owner = name.split('/')[0] ?? '';
  const which = branch === 'any' ? { state: 'open' } : { state: 'all', head: `${owner}:${branch}` };
  const query = new URLSearchParams({ ...which, base, per_page: '100' });
  const found = shaped(z.array(pullSchema), await call(outside, signal, 'GET', `/pulls?${query}`), 'pull requests');
  return found.filter((pull) => branch === 'any' || pull.head.ref === branch);
};

/** The pull requests that brought a commit into its branch. */
export const pullsOf = async (outside: Outside, commit: string, signal: AbortSignal): Promise<readonly Pull[]> => {
  const answer = await call(outside, signal, 'GET', `/commits/${commit}/pulls`, { expected: [404, 409, 422] });
  return answer.status === 200 ? shaped(z.array(pullSchema), answer, `pull requests of ${commit.slice(0, 12)}`) : [];
};

/** One pull request; `undefined` when there is none of that number. */
export const pullNumbered = async (
  outside: Outside,
  number: number,
  signal: AbortSignal,
): Promise<Pull | undefined> => {
  const answer = await call(outside, signal, 'GET', `/pulls/${number}`, { expected: [404] });
  return answer.status === 404 ? undefined : shaped(pullSchema, answer, `pull request #${number}`);
};

/** Opens a pull request into the configured branch. When one is open for the branch already, that one is returned. */
export const openPull = async (
  outside: Outside,
  given: { readonly branch: string; readonly title: string; readonly body: string },
  signal: AbortSignal,
): Promise<Pull> => {
  const { branch: base } = outside.settings.configRepository;
  const body = { title: given.title, body: given.body, head: given.branch, base };
  const answer = await call(outside, signal, 'POST', '/pulls', { body, expected: [422] });
  if (answer.status !== 422) return shaped(pullSchema, answer, `pull request for ${given.branch}`);
  const open = (await pullsFor(outside, given.branch, signal)).find((pull) => pull.state === 'open');
  if (open === undefined)
    throw new ConfigRepositoryRefused(`pull request for ${given.branch}`, 'answered 422: it takes none of this branch');
  return open;
};

/** Merges with a merge commit if the branch still is at `pull.head.sha`. Otherwise says why the API would not. */
export const mergePull = async (
  outside: Outside,
  pull: Pull,
  given: { readonly title: string; readonly message: string },
  signal: AbortSignal,
): Promise<{ readonly commit: string } | { readonly because: string }> => {
  const body = { sha: pull.head.sha, merge_method: 'merge', commit_title: given.title, commit_message: given.message };
  const answer = await call(outside, signal, 'PUT', `/pulls/${pull.number}/merge`, { body, expected: [405, 409, 422] });
  if (answer.status === 200) return { commit: shaped(mergedSchema, answer, `merge of #${pull.number}`).sha };
  const { message = 'no reason given' } = z.object({ message: z.string().optional() }).catch({}).parse(answer.body);
  return { because: message.slice(0, 200) };
};
