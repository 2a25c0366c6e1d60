import type { Done } from './changes.ts';
import type { PullRequest } from './pull-requests.ts';
import type { Author, Repository } from './repository.ts';
import type { Site } from './wire.ts';

/** What one call may use and what it hands back to be told by webhook. */
export interface Desk {
  readonly repository: Repository;
  readonly site: Site;
  readonly now: () => number;
  /** Who the token belongs to. */
  readonly account: Author & { readonly login: string };
  readonly opened: (pull: PullRequest) => Promise<void>;
  readonly closed: (pull: PullRequest) => Promise<void>;
  readonly done: (done: Done) => Promise<void>;
}

export interface Call {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the pattern's groups matched. */
  readonly parts: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: string;
  /** Of the path after `/repos/{owner}/{repo}`. */
  readonly path: RegExp;
  readonly run: (desk: Desk, call: Call) => Promise<Answer>;
}

export const notFound: Answer = { status: 404, body: { message: 'Not Found', status: '404' } };

export const invalid = (resource: string, detail: Readonly<Record<string, string>>): Answer => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ resource, ...detail }], status: '422' },
});

/** The member of that name when it is a text with something in it. */
export const textIn = (body: Call['body'], key: string): string | undefined => {
  const value = body[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
