import { readBlob } from 'isomorphic-git';
import { pullRequests } from './pull-requests.ts';
import { isRefName, moveRef, type RefUpdate } from './receive-pack.ts';
import { commitNamed, historyOf, noCommit, refsOf } from './repository.ts';
import { type Answer, type Desk, invalid, notFound, type Route, textIn } from './rest-route.ts';
import { commitOf, pullRequestOf, type Site } from './wire.ts';

const refOf = (site: Site, ref: string, sha: string): Answer['body'] => ({
  ref,
  url: `/repos/${site.name}/git/${ref}`,
  object: { type: 'commit', sha },
});

const createRef: Route['run'] = async (desk, { body }) => {
  const ref = textIn(body, 'ref') ?? '';
  const sha = textIn(body, 'sha') ?? '';
  const refs = await refsOf(desk.repository);
  if (!isRefName(ref)) return invalid('Reference', { field: 'ref', code: 'invalid' });
  if (refs.has(ref)) return { status: 422, body: { message: 'Reference already exists', status: '422' } };
  if ((await commitNamed(desk.repository, sha)) !== sha) {
    return { status: 422, body: { message: 'Object does not exist', status: '422' } };
  }
  await moved(desk, { ref, from: noCommit, to: sha });
  return { status: 201, body: refOf(desk.site, ref, sha) };
};

const changeRef: Route['run'] = async (desk, { parts, body }) => {
  const ref = `refs/${parts[0]}`;
  const from = (await refsOf(desk.repository)).get(ref);
  const sha = textIn(body, 'sha') ?? '';
  if (from === undefined || (await commitNamed(desk.repository, sha)) !== sha) {
    return {
      status: 422,
      body: { message: from === undefined ? 'Reference does not exist' : 'Object does not exist', status: '422' },
    };
  }
  const forced = !(await historyOf(desk.repository, [sha])).has(from);
  if (forced && (body.force !== true || ref === `refs/heads/${desk.site.branch}`)) {
    return { status: 422, body: { message: 'Update is not a fast forward', status: '422' } };
  }
  await moved(desk, { ref, from, to: sha });
  return { status: 200, body: refOf(desk.site, ref, sha) };
};

const removeRef: Route['run'] = async (desk, { parts }) => {
  const ref = `refs/${parts[0]}`;
  const from = (await refsOf(desk.repository)).get(ref);
  if (from === undefined) return { status: 422, body: { message: 'Reference does not exist', status: '422' } };
  if (ref === `refs/heads/${desk.site.branch}`)
    return { status: 422, body: { message: 'Cannot delete a protected branch', status: '422' } };
  await moved(desk, { ref, from, to: noCommit });
  return { status: 204 };
};

const moved = async (desk: Desk, update: RefUpdate): Promise<void> => {
  await moveRef(desk.repository, update);
  await desk.done({ commit: update.to, updates: [update], by: desk.account.login });
};

const compare: Route['run'] = async ({ repository }, { parts }) => {
  const [base = '', head = ''] = (parts[0] ?? '').split('...').map(decodeURIComponent);
  const from = await commitNamed(repository, base);
  const to = await commitNamed(repository, head);
  if (from === undefined || to === undefined) return notFound;
  const before = await historyOf(repository, [from]);
  const after = await historyOf(repository, [to]);
  const ahead = [...after].filter((oid) => !before.has(oid)).reverse();
  const behind = [...before].filter((oid) => !after.has(oid));
  const common = [...after].find((oid) => before.has(oid));
  if (common === undefined)
    return { status: 404, body: { message: `No common ancestor between ${base} and ${head}.`, status: '404' } };
  const words = behind.length > 0 ? ['behind', 'diverged'] : ['identical', 'ahead'];
  return {
    status: 200,
    body: {
      status: words[ahead.length > 0 ? 1 : 0],
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      base_commit: await commitOf(repository, from),
      merge_base_commit: await commitOf(repository, common),
      commits: await Promise.all(ahead.slice(-250).map((oid) => commitOf(repository, oid))),
    },
  };
};

const contents: Route['run'] = async ({ repository, site }, { parts, query }) => {
  const path = decodeURIComponent(parts[0] ?? '');
  const oid = await commitNamed(repository, query.get('ref') ?? site.branch);
  if (oid === undefined) return notFound;
  try {
    const { oid: sha, blob } = await readBlob({ ...repository, oid, filepath: path });
    const content = Buffer.from(blob).toString('base64');
    return {
      status: 200,
      body: { type: 'file', path, name: path.split('/').at(-1), sha, size: blob.length, encoding: 'base64', content },
    };
  } catch {
    return notFound;
  }
};

const oneCommit: Route['run'] = async ({ repository }, { parts }) => {
  const oid = await commitNamed(repository, decodeURIComponent(parts[0] ?? ''));
  return oid === undefined ? notFound : { status: 200, body: await commitOf(repository, oid) };
};

const pullsOfCommit: Route['run'] = async ({ repository, site }, { parts }) => {
  const found = (await pullRequests(repository)).filter(
    (pull) => pull.merged?.commit === parts[0] || pull.head.sha === parts[0],
  );
  return { status: 200, body: found.map((pull) => pullRequestOf(site, pull)) };
};

const oneRef: Route['run'] = async ({ repository, site }, { parts }) => {
  const ref = `refs/${parts[0]}`;
  const sha = (await refsOf(repository)).get(ref);
  return sha === undefined ? notFound : { status: 200, body: refOf(site, ref, sha) };
};

/** Refs, commits, their ancestry and files (https://docs.github.com/en/rest/git/refs, /commits/commits, /repos/contents). */
export const gitRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/git\/ref\/((?:heads|tags)\/.+)$/, run: oneRef },
  { method: 'POST', path: /^\/git\/refs$/, run: createRef },
  { method: 'PATCH', path: /^\/git\/refs\/((?:heads|tags)\/.+)$/, run: changeRef },
  { method: 'DELETE', path: /^\/git\/refs\/((?:heads|tags)\/.+)$/, run: removeRef },
  { method: 'GET', path: /^\/commits\/([^/]+)$/, run: oneCommit },
  { method: 'GET', path: /^\/commits\/([0-9a-f]{40})\/pulls$/, run: pullsOfCommit },
  { method: 'GET', path: /^\/compare\/(.+\.\.\..+)$/, run: compare },
  { method: 'GET', path: /^\/contents\/(.+)$/, run: contents },
];
