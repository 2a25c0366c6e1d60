import { timingSafeEqual } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { PromiseFsClient } from 'isomorphic-git';
import type { Clock } from '../../shared/outside/clock.ts';
import type { Random } from '../../shared/outside/random.ts';
import { commitOnBranch, type Done, followBranches, historyOfUpdate, mergePullRequest } from './changes.ts';
import { BadPacket } from './pkt-line.ts';
import { type PullRequest, savePullRequest } from './pull-requests.ts';
import { receivePack, receivePackCapabilities } from './receive-pack.ts';
import { type Author, type Changes, openRepository, refsOf } from './repository.ts';
import { rest } from './rest.ts';
import type { Desk } from './rest-route.ts';
import { advertise, uploadPack, uploadPackCapabilities } from './upload-pack.ts';
import { createWebhooks, type Deliver } from './webhooks.ts';
import { accountOf, pullRequestOf, pushOf, repositoryOf, type Site } from './wire.ts';

export interface ForgeOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** `syncFs(fs)` over `node:fs` or a memfs volume. */
  readonly fs: PromiseFsClient;
  /** Folder of the bare repository; pull requests and unsent deliveries are kept in it too. */
  readonly dir: string;
  /** `owner/name`. */
  readonly name: string;
  readonly branch: string;
  /** Asked for with every call when given: `Bearer` or `token` for REST, the password of Basic for git. */
  readonly token?: string;
  readonly webhookSecret?: string;
  /** Where webhooks go; handed to `deliver`. */
  readonly webhookUrl: string;
  readonly deliver: Deliver;
}

/** The config repository on one machine: GitHub's REST API and git's smart HTTP over one bare repository. */
export interface Forge {
  /**
   * Answers `/repos/{owner}/{name}/...` (also below `/api/v3`) and `/{owner}/{name}.git/...`; anything else is 404. Changes take
   * turns; webhooks are stored before the answer is given and sent after it.
   */
  handle(request: Request): Promise<Response>;
  /** A first commit on the branch, with no webhook; when the branch is there already, its head is returned and nothing is written. */
  seed(files: Changes, message: string, author: Author): Promise<string>;
  /** A commit on the branch by a person. `null` removes a file. Delivers `push`. */
  commit(files: Changes, message: string, author: Author): Promise<string>;
  /** Merges a pull request with a merge commit; again is safe. Delivers `pull_request` and `push`. Throws `MergeRefused`. */
  merge(number: number, by: Author): Promise<string>;
  /** Sends again what was not accepted, also what an earlier process left. */
  resume(): Promise<void>;
  /** When every delivery that was begun has ended. */
  settled(): Promise<void>;
}

/** 64 MiB: the largest body of a push or a call, before and after decompression. */
const maxBody = 64 * 1024 * 1024;
const bot = { name: 'tidegate[bot]', email: 'tidegate[bot]@users.noreply.github.com', login: 'tidegate[bot]' };

/** Opens the repository in `dir`, made when it is not there. */
export const createForge = async (options: ForgeOptions): Promise<Forge> => {
  const site: Site = { name: options.name, branch: options.branch };
  const repository = await openRepository(options.fs, options.dir, options.branch);
  const secret = options.webhookSecret === undefined ? {} : { secret: options.webhookSecret };
  const webhooks = createWebhooks(repository, options.random, options.deliver, { url: options.webhookUrl, ...secret });
  const begun = new Set<Promise<void>>();

  const send = () => {
    const sending = webhooks.send().finally(() => begun.delete(sending));
    begun.add(sending);
  };
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    const mine = turn.then(run, run);
    turn = mine.catch(() => undefined);
    const result = await mine;
    send();
    return result;
  };

  const tellOfPull = (action: 'opened' | 'closed', pull: PullRequest, login: string) =>
    webhooks.queue('pull_request', {
      action,
      number: pull.number,
      pull_request: pullRequestOf(site, pull),
      repository: repositoryOf(site),
      sender: accountOf(login),
    });
  const tell = async (done: Done) => {
    if (done.pull !== undefined) await tellOfPull('closed', done.pull, done.by);
    for (const update of done.updates) {
      const { commits, forced } = await historyOfUpdate(repository, update);
      await webhooks.queue('push', await pushOf(repository, site, update, commits, done.by, forced));
    }
    if (done.pull !== undefined) await savePullRequest(repository, done.pull);
    for (const pull of await followBranches(repository, done.updates, options.clock.now())) {
      await tellOfPull('closed', pull, done.by);
    }
  };
  const desk: Desk = {
    repository,
    site,
    now: () => options.clock.now(),
    account: bot,
    opened: (pull) => tellOfPull('opened', pull, bot.login),
    closed: (pull) => tellOfPull('closed', pull, bot.login),
    done: tell,
  };

  const commit = async (changes: Changes, message: string, author: Author) =>
    commitOnBranch(repository, site.branch, { changes, message, author, at: options.clock.now() });

  const git = async (method: string, path: string, service: string | null, body: Uint8Array): Promise<Response> => {
    const reading = service === 'git-upload-pack';
    if (method === 'GET' && path === '/info/refs' && (reading || service === 'git-receive-pack')) {
      const capabilities = reading ? uploadPackCapabilities(site.branch) : receivePackCapabilities;
      return gitAnswer(`${service}-advertisement`, await advertise(repository, service, capabilities, site.branch));
    }
    if (method === 'POST' && path === '/git-upload-pack') {
      return gitAnswer('git-upload-pack-result', await uploadPack(repository, body));
    }
    if (method === 'POST' && path === '/git-receive-pack') {
      const { response, updates } = await receivePack(repository, body, { branch: site.branch });
      await tell({ commit: updates[0]?.to ?? '', updates, by: bot.login });
      return gitAnswer('git-receive-pack-result', response);
    }
    return new Response('not found\n', { status: 404 });
  };

  const answer = async (request: Request, url: URL): Promise<Response> => {
    const body = await bodyOf(request);
    if (body === 'too large') return new Response('the body is larger than 64 MiB\n', { status: 413 });
    const path = url.pathname.replace(/^\/api\/v3(?=\/)/, '');
    if (path.startsWith(`/${site.name}.git/`)) {
      const rest = path.slice(site.name.length + 5);
      return inTurn(() => git(request.method, rest, url.searchParams.get('service'), body));
    }
    const prefix = `/repos/${site.name}`;
    if (path !== prefix && !path.startsWith(`${prefix}/`))
      return Response.json({ message: 'Not Found', status: '404' }, { status: 404 });
    const given = jsonOf(body);
    if (given === undefined) return Response.json({ message: 'Problems parsing JSON', status: '400' }, { status: 400 });
    return inTurn(() => rest(desk, request.method, path.slice(prefix.length), url.searchParams, given));
  };

  return {
    handle: async (request) => {
      const url = new URL(request.url);
      if (options.token !== undefined && !isAuthorised(request.headers.get('authorization'), options.token)) {
        const isGit = url.pathname.includes('.git/');
        return isGit
          ? new Response('sign in\n', { status: 401, headers: { 'www-authenticate': 'Basic realm="git"' } })
          : Response.json({ message: 'Bad credentials', status: '401' }, { status: 401 });
      }
      try {
        return await answer(request, url);
      } catch (error) {
        if (!(error instanceof BadPacket)) throw error;
        return new Response(`${error.message}\n`, { status: 400 });
      }
    },
    seed: (files, message, author) =>
      inTurn(async () => {
        return (
          (await refsOf(repository)).get(`refs/heads/${site.branch}`) ?? (await commit(files, message, author)).commit
        );
      }),
    commit: (files, message, author) =>
      inTurn(async () => {
        const done = await commit(files, message, author);
        await tell(done);
        return done.commit;
      }),
    merge: (number, by) =>
      inTurn(async () => {
        const done = await mergePullRequest(repository, number, { by, at: options.clock.now() });
        await tell(done);
        return done.commit;
      }),
    resume: () => webhooks.send(),
    settled: async () => {
      while (begun.size > 0) await Promise.all(begun);
    },
  };
};

const gitAnswer = (type: string, body: Uint8Array): Response =>
  new Response(Buffer.from(body), {
    headers: { 'content-type': `application/x-${type}`, 'cache-control': 'no-cache' },
  });

const bodyOf = async (request: Request): Promise<Uint8Array | 'too large'> => {
  if (Number(request.headers.get('content-length') ?? 0) > maxBody) return 'too large';
  const sent = new Uint8Array(await request.arrayBuffer());
  if (sent.length > maxBody) return 'too large';
  if (request.headers.get('content-encoding') !== 'gzip') return sent;
  try {
    return gunzipSync(sent, { maxOutputLength: maxBody });
  } catch {
    return 'too large';
  }
};

const jsonOf = (body: Uint8Array): Readonly<Record<string, unknown>> | undefined => {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const isAuthorised = (header: string | null, token: string): boolean => {
  const [scheme = '', value = ''] = (header ?? '').split(' ');
  const basic =
    scheme.toLowerCase() === 'basic'
      ? Buffer.from(value, 'base64')
          .toString('utf8')
          .replace(/^[^:]*:/, '')
      : value;
  const given = Buffer.from(basic);
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
