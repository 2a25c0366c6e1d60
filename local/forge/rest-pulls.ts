import { MergeRefused, mergePullRequest, openPullRequest } from './changes.ts';
import { type PullRequest, pullRequests, savePullRequest } from './pull-requests.ts';
import { historyOf, refsOf } from './repository.ts';
import { type Desk, invalid, notFound, type Route, textIn } from './rest-route.ts';
import { pullRequestOf } from './wire.ts';

const numbered = async (desk: Desk, number: string | undefined): Promise<PullRequest | undefined> =>
  (await pullRequests(desk.repository)).find((pull) => pull.number === Number(number));

const listPulls: Route['run'] = async ({ repository, site }, { query }) => {
  const state = query.get('state') ?? 'open';
  const head = query.get('head')?.split(':').at(-1);
  const base = query.get('base');
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  const found = (await pullRequests(repository))
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => (head === undefined || pull.head.ref === head) && (base === null || pull.base.ref === base))
    .reverse();
  return { status: 200, body: found.slice(from, from + size).map((pull) => pullRequestOf(site, pull)) };
};

const createPull: Route['run'] = async (desk, { body }) => {
  const { repository, site } = desk;
  const title = textIn(body, 'title');
  const head = textIn(body, 'head')?.split(':').at(-1);
  const base = textIn(body, 'base');
  if (title === undefined) return invalid('PullRequest', { code: 'missing_field', field: 'title' });
  const refs = await refsOf(repository);
  const headSha = refs.get(`refs/heads/${head}`);
  const baseSha = refs.get(`refs/heads/${base}`);
  if (head === undefined || headSha === undefined) return invalid('PullRequest', { field: 'head', code: 'invalid' });
  if (base === undefined || baseSha === undefined) return invalid('PullRequest', { field: 'base', code: 'invalid' });
  const same = (pull: PullRequest) => pull.state === 'open' && pull.head.ref === head && pull.base.ref === base;
  if ((await pullRequests(repository)).some(same)) {
    const message = `A pull request already exists for ${site.name.split('/')[0]}:${head}.`;
    return invalid('PullRequest', { code: 'custom', message });
  }
  if ((await historyOf(repository, [baseSha])).has(headSha)) {
    return invalid('PullRequest', { code: 'custom', message: `No commits between ${base} and ${head}` });
  }
  const pull = await openPullRequest(repository, {
    title,
    body: textIn(body, 'body') ?? null,
    head: { ref: head, sha: headSha },
    base: { ref: base, sha: baseSha },
    user: desk.account.login,
    at: desk.now(),
  });
  await desk.opened(pull);
  return { status: 201, body: pullRequestOf(site, pull) };
};

const changePull: Route['run'] = async (desk, { parts, body }) => {
  const pull = await numbered(desk, parts[0]);
  if (pull === undefined) return notFound;
  if (pull.merged !== undefined && body.state === 'open')
    return invalid('PullRequest', { field: 'state', code: 'invalid' });
  const now = new Date(desk.now()).toISOString();
  const state = body.state === 'closed' || body.state === 'open' ? body.state : pull.state;
  const title = textIn(body, 'title') ?? pull.title;
  const text = textIn(body, 'body') ?? pull.body;
  const closedAt = state === 'open' ? null : (pull.closedAt ?? now);
  const next: PullRequest = { ...pull, state, title, body: text, updatedAt: now, closedAt };
  await savePullRequest(desk.repository, next);
  if (pull.state === 'open' && next.state === 'closed') await desk.closed(next);
  return { status: 200, body: pullRequestOf(desk.site, next) };
};

const mergePull: Route['run'] = async (desk, { parts, body }) => {
  if ((textIn(body, 'merge_method') ?? 'merge') !== 'merge') {
    return { status: 405, body: { message: 'Only merge commits are allowed on this repository.', status: '405' } };
  }
  const message = [textIn(body, 'commit_title'), textIn(body, 'commit_message')].filter((line) => line !== undefined);
  const expectedHead = textIn(body, 'sha');
  try {
    const done = await mergePullRequest(desk.repository, Number(parts[0]), {
      by: desk.account,
      at: desk.now(),
      ...(message.length > 0 ? { message: message.join('\n\n') } : {}),
      ...(expectedHead === undefined ? {} : { expectedHead }),
    });
    await desk.done(done);
    return { status: 200, body: { sha: done.commit, merged: true, message: 'Pull Request successfully merged' } };
  } catch (error) {
    if (!(error instanceof MergeRefused)) throw error;
    return {
      status: error.status,
      body: { message: error.message.replace(/^pull request: /, ''), status: `${error.status}` },
    };
  }
};

const onePull: Route['run'] = async (desk, { parts }) => {
  const pull = await numbered(desk, parts[0]);
  return pull === undefined ? notFound : { status: 200, body: pullRequestOf(desk.site, pull) };
};

/** Pull requests: list, open, show, change, merge (https://docs.github.com/en/rest/pulls/pulls). */
export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/pulls$/, run: listPulls },
  { method: 'POST', path: /^\/pulls$/, run: createPull },
  { method: 'GET', path: /^\/pulls\/(\d+)$/, run: onePull },
  { method: 'PATCH', path: /^\/pulls\/(\d+)$/, run: changePull },
  { method: 'PUT', path: /^\/pulls\/(\d+)\/merge$/, run: mergePull },
];
