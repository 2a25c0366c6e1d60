import { readCommit } from 'isomorphic-git';
import type { PullRequest } from './pull-requests.ts';
import type { RefUpdate } from './receive-pack.ts';
import { noCommit, type Repository } from './repository.ts';

/** What of the forge's place and name its answers repeat. */
export interface Site {
  /** `owner/name`. */
  readonly name: string;
  readonly branch: string;
}

const ownerOf = (site: Site): string => site.name.split('/')[0] ?? site.name;

/** Ids are made from names, so that they are the same in every run: FNV-1a, 31 bits. */
const idOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 1;
};

export const accountOf = (login: string) => ({
  login,
  id: idOf(login),
  type: login.endsWith('[bot]') ? 'Bot' : 'User',
});

export const repositoryOf = (site: Site) => ({
  id: idOf(site.name),
  name: site.name.split('/')[1] ?? site.name,
  full_name: site.name,
  private: true,
  owner: accountOf(ownerOf(site)),
  default_branch: site.branch,
});

/** A pull request as GitHub's REST API and webhooks show it, the fields that are known here. */
export const pullRequestOf = (site: Site, pull: PullRequest) => ({
  id: idOf(`${site.name}#${pull.number}`),
  number: pull.number,
  url: `/repos/${site.name}/pulls/${pull.number}`,
  html_url: `/${site.name}/pull/${pull.number}`,
  state: pull.state,
  locked: false,
  draft: false,
  title: pull.title,
  body: pull.body,
  user: accountOf(pull.user),
  created_at: pull.createdAt,
  updated_at: pull.updatedAt,
  closed_at: pull.closedAt,
  merged: pull.merged !== undefined,
  merged_at: pull.merged?.at ?? null,
  merged_by: pull.merged === undefined ? null : accountOf(pull.merged.by),
  merge_commit_sha: pull.merged?.commit ?? null,
  head: { label: `${ownerOf(site)}:${pull.head.ref}`, ...pull.head, repo: repositoryOf(site) },
  base: { label: `${ownerOf(site)}:${pull.base.ref}`, ...pull.base, repo: repositoryOf(site) },
});

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Here an account is the part of the address before the @. */
const usernameOf = (email: string): string => email.split('@')[0] ?? email;

/** As `GET /repos/{owner}/{repo}/commits/{ref}` shows a commit. */
export const commitOf = async (repository: Repository, oid: string) => {
  const { commit } = await readCommit({ ...repository, oid });
  const person = ({ name, email, timestamp }: typeof commit.author) => ({ name, email, date: isoOf(timestamp) });
  return {
    sha: oid,
    commit: {
      message: commit.message.trimEnd(),
      author: person(commit.author),
      committer: person(commit.committer),
      tree: { sha: commit.tree },
    },
    author: accountOf(usernameOf(commit.author.email)),
    committer: accountOf(usernameOf(commit.committer.email)),
    parents: commit.parent.map((sha) => ({ sha })),
  };
};

/** The body of a `push` webhook. `commits` are the new ones, oldest first, at most 20 as GitHub's API events carry. */
export const pushOf = async (
  repository: Repository,
  site: Site,
  update: RefUpdate,
  commits: readonly string[],
  pusher: string,
  forced: boolean,
) => {
  const shown = await Promise.all(commits.slice(-20).map((oid) => hookCommitOf(repository, oid)));
  return {
    ref: update.ref,
    before: update.from,
    after: update.to,
    created: update.from === noCommit,
    deleted: update.to === noCommit,
    forced,
    base_ref: null,
    commits: shown,
    head_commit: update.to === noCommit ? null : await hookCommitOf(repository, update.to),
    repository: repositoryOf(site),
    pusher: { name: pusher },
    sender: accountOf(pusher),
  };
};

const hookCommitOf = async (repository: Repository, oid: string) => {
  const { commit } = await commitOf(repository, oid);
  const { name, email } = commit.author;
  return {
    id: oid,
    tree_id: commit.tree.sha,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    author: { name, email, username: usernameOf(email) },
    committer: {
      name: commit.committer.name,
      email: commit.committer.email,
      username: usernameOf(commit.committer.email),
    },
  };
};
