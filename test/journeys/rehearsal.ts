import * as disk from 'node:fs';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Route } from '../../local/network.ts';
import { installVirtualTime } from '../../local/virtual/virtual-time.ts';
import type { Actor } from '../../shared/access/authorise.ts';
import type { Digest } from '../../shared/blobs/blobs.ts';
import type { HoldScope } from '../../shared/rollout/holds.ts';
import type { Finding, PlannedTarget, TargetPlan, WavePlan } from '../../shared/rollout/plan.ts';
import { assertInvariants } from '../invariants/assert-invariants.ts';
import { memoryFolder } from '../memory-folder.ts';

// First of all: packages keep the clock they find when they are loaded.
export const time = installVirtualTime({
  start: Date.parse('2026-03-02T09:00:00Z'),
  seed: process.env.TIDEGATE_SEED ?? 'journey',
});

const { openVirtualInstance } = await import('../../local/rehearsal/virtual-instance.ts');
const { syncFs } = await import('../../local/forge/sync-fs.ts');
const { evaluateInThread } = await import('../../shared/render/jsonnet-in-thread.ts');
const { processClock } = await import('../../shared/outside/clock.ts');
const { assessQuery } = await import('../../shared/analysis/assess-query.ts');
const { parseConfig } = await import('../../shared/fleet/parse-config.ts');
const { toTargets } = await import('../../shared/fleet/targets.ts');
const { listRollouts, readRollout } = await import('../../shared/ledger/rollouts.ts');
const { readDeployments, readWave } = await import('../../shared/ledger/waves.ts');
const { readHolds } = await import('../../shared/ledger/holds.ts');
const { getJson } = await import('../../shared/blobs/json.ts');
const { headOf } = await import('../../shared/intake/github.ts');
const git = await import('isomorphic-git');
const { fetchCommit } = await import('../../shared/intake/read-config.ts');
const { readEvents } = await import('../../shared/ledger/events.ts');
const { readOpenApprovals } = await import('../../shared/approval/rows.ts');
const { decideApproval } = await import('../../shared/approval/decide-approval.ts');
const { stepFunctions } = await import('../../shared/outside/step-functions.ts');
const { consoleActions } = await import('../../local/console-actions.ts');
const { startRollout } = await import('../../shared/release/start-rollout.ts');
const { executionName } = await import('../../shared/intake/event-name.ts');
const { fleetConfig, webService } = await import('./fleet-config.ts');
const { kindsOf } = await import('./three-versions.ts');

export { fleetConfig, image, webService } from './fleet-config.ts';

const repository = 'acme/fleet';
const person = { name: 'bo', email: 'bo@example.com', login: 'bo' };
const evaluate = evaluateInThread();
const owner: Actor = { name: 'ana', kind: 'person', roles: 'all' };
/** No target is hidden from the owner. */
const nothing: ReadonlySet<string> = new Set();
const everything = { kind: 'halt', scope: 'fleet', name: '' } as const;
const longest = { maxVirtualMs: 20 * 24 * 3_600_000 };

/** One instance in virtual mode, its clock, and the verbs a story is told with. */
export const openRehearsal = async (
  given: {
    readonly config?: string;
    readonly dir?: string;
    /** The files of the config repository beside the config; one web service without them. */
    readonly files?: Readonly<Record<string, string>>;
    /** What becomes of the text of a state machine: as another version of Tidegate has it. */
    readonly definition?: (text: string) => string;
    /** Hosts of others that the story needs. */
    readonly hosts?: readonly Route[];
  } = {},
) => {
  const dir = given.dir ?? memoryFolder('tidegate-journey-');
  const config = given.config ?? fleetConfig('v1');
  const files = new Map([['tidegate.json', new TextEncoder().encode(config)]]);
  const seed = { 'tidegate.json': config, ...(given.files ?? { 'services/web.jsonnet': webService }) };
  for (const [path, text] of Object.entries(seed)) files.set(path, new TextEncoder().encode(text));
  const parsed = await parseConfig(files, 'tidegate.json', evaluate, assessQuery);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
  const {
    instance,
    images,
    flags,
    log: lines,
  } = await openVirtualInstance({
    dir,
    random: time.random,
    jsonnet: evaluate,
    readDefinition: (name) => {
      const text = readFileSync(new URL(`../../statemachines/${name}.yml`, import.meta.url), 'utf8');
      return given.definition?.(text) ?? text;
    },
    simulated: toTargets(parsed.config.targets),
    scrapeMs: 2_000,
    repository,
    config: 'tidegate.json',
    ...(given.hosts === undefined ? {} : { hosts: given.hosts }),
  });
  await instance.start();
  const { ledger } = instance.outside;
  const beside = new DatabaseSync(join(dir, 'ledger.sqlite'), { readOnly: true });
  const version = beside.prepare('PRAGMA data_version');
  /** Asks `holds` of the ledger again only when something was written to it, as it is asked after every timer. */
  const onceWritten = (holds: () => Promise<boolean>) => {
    let seen: unknown;
    return () => {
      const now = version.get()?.data_version;
      if (now === seen) return false;
      seen = now;
      return holds();
    };
  };
  const acting = () => consoleActions(instance.outside, instance.functions);
  const story = {
    dir,
    instance,
    images,
    flags,
    log: lines,
    /** The first commit of the config repository, rolled out as a merge is. */
    begin: async (): Promise<string> => {
      await instance.forge.seed(seed, 'First version', person);
      return story.merge({ 'tidegate.json': `${config}\n` }, 'Begin');
    },
    /** The first version on every target, verified. */
    settleFirst: async (): Promise<void> => {
      const first = await story.begin();
      await story.decide(await story.asked(), 'approve');
      const end = await story.ended(first);
      if (end?.outcome !== 'succeeded') throw new Error(`the first version ${end?.outcome}: ${end?.because}`);
    },
    /** A person's merge; returns the rollout it starts. */
    merge: async (
      changes: Readonly<Record<string, string | null>>,
      message: string,
      author: typeof person = person,
    ): Promise<string> => {
      const commit = await instance.forge.commit(changes, message, author);
      await instance.forge.settled();
      return executionName(repository, commit);
    },
    /** Lets time pass until the rollout has ended; returns how. */
    ended: async (rollout: string) => {
      const hasEnded = async () => (await readRollout(ledger, rollout))?.end !== undefined;
      await time.run(onceWritten(hasEnded), longest);
      return (await readRollout(ledger, rollout))?.end;
    },
    /** Lets time pass until somebody is asked; returns the question. */
    asked: async () => {
      await time.run(
        onceWritten(async () => (await readOpenApprovals(ledger)).length > 0),
        longest,
      );
      const [approval] = await readOpenApprovals(ledger);
      if (approval === undefined) throw new Error('nobody was asked');
      return approval;
    },
    decide: async (
      approval: { readonly approval: string; readonly plan: string },
      vote: 'approve' | 'reject',
      by = 'ana',
      deletes?: number,
    ) => {
      // Nobody answers in the millisecond of the question, in which the two events would stand in the order of their digests.
      await story.pass(1);
      return decideApproval(
        approval.approval,
        { plan: approval.plan, vote, comment: '', deletes },
        { name: by, kind: 'person', roles: ['release-managers'] },
        stepFunctions(instance.outside),
        instance.outside,
      );
    },
    events: async (rollout: string): Promise<readonly string[]> =>
      (await readEvents(ledger, rollout)).map(({ event }) => event.text),
    /** What happened in a rollout, with all that is known of it. */
    timeline: async (rollout: string) => (await readEvents(ledger, rollout)).map(({ event }) => event),
    /** What happened in a rollout, by kind, wave and target, in the order in which it happened. */
    kinds: async (rollout: string): Promise<readonly string[]> => kindsOf(await readEvents(ledger, rollout)),
    /** Whether the exit gates of a wave are being judged, or were. */
    judged: async (rollout: string, wave: string): Promise<boolean> => {
      const { release } = await story.rolloutRow(rollout);
      if (release === undefined) return false;
      return (await readWave(ledger, { rollout, release, wave, direction: 'forward' })).judgingAt !== undefined;
    },
    /** The place in every target's request log at this moment. */
    mark: (): ReadonlyMap<string, number> =>
      new Map([...instance.fleet.servers].map(([name, server]) => [name, server.requests.list().length])),
    /** Requests since the mark that changed something on a target: method and path. */
    writes: (target: string, mark?: ReadonlyMap<string, number>): readonly string[] =>
      (instance.fleet.servers.get(target)?.requests.list(mark?.get(target) ?? 0) ?? [])
        .filter((request) => request.method !== 'GET' && !request.dryRun && request.status < 300)
        .map((request) => `${request.method} ${request.path}`),
    /** What a target answers to somebody who asks it past us, and has to. */
    api: async (target: string, method: string, path: string, body?: unknown, type = 'application/json') => {
      const init = {
        method,
        // As another's hand, which owes the ledger nothing.
        headers: { 'content-type': type, 'user-agent': 'kubectl/v1.35.4' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      const server = instance.fleet.servers.get(target);
      const answer = await time.complete(async () => server?.handle(new Request(`https://${target}${path}`, init)), {
        maxVirtualMs: 1_000,
      });
      if (answer?.ok !== true) throw new Error(`${target}: ${method} ${path} answered ${answer?.status}`);
      return (await answer.json()) as Readonly<Record<string, unknown>>;
    },
    /** Names of the objects of a collection, as `apps/v1/namespaces/default/deployments`. */
    names: async (target: string, collection: string): Promise<readonly string[]> => {
      const root = collection.startsWith('v1/') ? '/api/' : '/apis/';
      const { items } = await story.api(target, 'GET', `${root}${collection}`);
      return (items as readonly { readonly metadata: { readonly name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
    },
    /** When a rollout's event of such a text was. */
    at: async (rollout: string, text: RegExp): Promise<number> => {
      const found = (await readEvents(ledger, rollout)).find(({ event }) => text.test(event.text));
      if (found === undefined) throw new Error(`rollout ${rollout} has no event ${text}`);
      return found.event.at;
    },
    /** For each write that a target took, in their order, the rollouts that were deploying there at that moment. */
    writers: async (target: string, rollouts: readonly string[]): Promise<readonly string[]> => {
      const deploying: { readonly startedAt: number; readonly endedAt: number; readonly rollout: string }[] = [];
      for (const rollout of rollouts) {
        const { release, waves = [] } = await story.rolloutRow(rollout);
        for (const wave of waves) {
          if (release === undefined) continue;
          const results = await readDeployments(ledger, { rollout, release, wave, direction: 'forward' });
          const result = results.get(target);
          if (result !== undefined) deploying.push({ ...result, rollout });
        }
      }
      const requests = instance.fleet.servers.get(target)?.requests.list() ?? [];
      return requests
        .filter((request) => request.method !== 'GET' && !request.dryRun && request.status < 300)
        .map(({ at }) => deploying.filter((each) => each.startedAt <= at && at <= each.endedAt))
        .map((writing) => writing.map(({ rollout }) => rollout).join(' and '));
    },
    targets: toTargets(parsed.config.targets).map(({ name }) => name),
    /** Starts the rollout of a commit as `tidegate release` does. */
    release: async (commit: string) =>
      startRollout(
        { repository, commit, by: 'ana', authors: [] },
        executionName(repository, commit),
        stepFunctions(instance.outside),
        instance.outside,
      ),
    /** Starts a rollback of an ended rollout as `tidegate rollback` does. */
    rollBack: async (rollout: string) =>
      consoleActions(instance.outside, instance.functions).rollback(rollout, {
        name: 'ana',
        kind: 'person',
        roles: 'all',
      }),
    /** What the owner does in the console or by a command. */
    freeze: async (
      scope: HoldScope,
      name: string,
      given: { readonly forMs?: number; readonly rollback?: boolean } = {},
    ) => {
      const { rollback: allowsRollback = true, ...rest } = given;
      return acting().hold({ kind: 'freeze', scope, name, because: 'a test', allowsRollback, ...rest }, owner, nothing);
    },
    thaw: async (scope: HoldScope, name: string) =>
      acting().lift({ kind: 'freeze', scope, name, because: '' }, owner, nothing),
    halt: async () => acting().hold({ ...everything, because: 'a test', allowsRollback: false }, owner, nothing),
    endHalt: async () => acting().lift({ ...everything, because: '' }, owner, nothing),
    pause: async (name: string) =>
      acting().hold(
        { kind: 'pause', scope: 'rollout', name, because: 'a test', allowsRollback: false },
        owner,
        nothing,
      ),
    resume: async (name: string) =>
      acting().lift({ kind: 'pause', scope: 'rollout', name, because: '' }, owner, nothing),
    abort: async (rollout: string) => acting().abort(rollout, { because: 'a test', keeps: false }, owner),
    retry: async (rollout: string) => (await acting().retry(rollout, owner)).rollout,
    hold: async (rollout: string) => acting().abort(rollout, { because: 'a test', keeps: true }, owner),
    holds: async () => readHolds(ledger),
    /** Lets releases by what alerts hold. */
    waive: async (scope: HoldScope, name: string) =>
      acting().lift({ kind: 'alert', scope, name, because: 'a test' }, owner, nothing),
    /** A delivery of alerts as Alertmanager makes it, with the secret as bearer token or another. */
    alerts: async (event: unknown, token?: string) => {
      const secret = (await instance.outside.secrets.get('alerts')).reveal();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token ?? secret}` };
      const body = new TextEncoder().encode(JSON.stringify(event));
      return acting().receiveAlerts({ headers, body, via: 'http' });
    },
    now: () => processClock.now(),
    /** What somebody answers who was asked to test, at the address that was named. */
    answer: async (url: string, answer: unknown) => {
      const { pathname, search } = new URL(url);
      const body = new TextEncoder().encode(JSON.stringify(answer));
      return acting().receiveTest({ headers: {}, body, via: 'http', url: `${pathname}${search}` });
    },
    rollouts: async () => listRollouts(ledger, 10),
    /** Delivers an artifact event as CI does, and merges the pull request it leads to. */
    artifact: async (event: unknown) => instance.deliverArtifact(event),
    mergePull: async (number: number): Promise<string> => {
      const commit = await instance.forge.merge(number, person);
      await instance.forge.settled();
      return executionName(repository, commit);
    },
    /** An artifact event whose signature was made with another secret. */
    forged: async (event: unknown) => {
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
      const answer = await instance.functions.call('receiveArtifact', {
        version: '2.0',
        headers,
        body: JSON.stringify(event),
      });
      const { statusCode, body } = answer as { readonly statusCode: number; readonly body: string };
      return { status: statusCode, body: JSON.parse(body) };
    },
    /** A commit on the branch whose only file but the config is a symbolic link; nobody is told of it. */
    commitLink: async (path: string, to: string): Promise<string> => {
      const repository = { fs: syncFs(disk), gitdir: join(dir, 'config.git') };
      const write = async (text: string) => git.writeBlob({ ...repository, blob: Buffer.from(text) });
      const [folder = '', name = ''] = path.split('/');
      const link = [{ mode: '120000', path: name, oid: await write(to), type: 'blob' as const }];
      const root = [
        {
          mode: '040000',
          path: folder,
          oid: await git.writeTree({ ...repository, tree: link }),
          type: 'tree' as const,
        },
        { mode: '100644', path: 'tidegate.json', oid: await write(config), type: 'blob' as const },
      ];
      const tree = await git.writeTree({ ...repository, tree: root });
      const parent = [await headOf(instance.outside, new AbortController().signal)];
      const ref = 'refs/heads/main';
      return git.commit({ ...repository, tree, parent, ref, message: 'A link', author: person });
    },
    /** A file of the config repository as its branch has it. */
    file: async (path: string): Promise<string> => {
      const head = await headOf(instance.outside, new AbortController().signal);
      const files = await fetchCommit(instance.outside, head, new AbortController().signal);
      return new TextDecoder().decode(files.get(path));
    },
    rolloutRow: async (rollout: string) => {
      const row = await readRollout(ledger, rollout);
      if (row === undefined) throw new Error(`there is no rollout ${rollout}`);
      return row;
    },
    /** What was planned for a target in a wave. */
    planned: async (rollout: string, wave: string, target: string): Promise<TargetPlan> => {
      const { release } = await story.rolloutRow(rollout);
      if (release === undefined) throw new Error(`rollout ${rollout} was not prepared`);
      const { plan } = await readWave(ledger, { rollout, release, wave, direction: 'forward' });
      if (plan === undefined) throw new Error(`wave ${wave} of rollout ${rollout} was not planned`);
      const { targets } = await getJson<WavePlan>(instance.outside.blobs, plan);
      const found = targets.find((each) => each.target === target);
      if (found === undefined) throw new Error(`target ${target} is not in the plan of wave ${wave}`);
      return (await getJson<PlannedTarget>(instance.outside.blobs, found.planned)).plan;
    },
    /** What was kept of why a deployment went badly. */
    evidence: async (rollout: string, wave: string, target: string): Promise<unknown> => {
      const { release } = await story.rolloutRow(rollout);
      if (release === undefined) throw new Error(`rollout ${rollout} was not prepared`);
      const results = await readDeployments(ledger, { rollout, release, wave, direction: 'forward' });
      const { evidence } = results.get(target) ?? {};
      return evidence === undefined ? undefined : getJson(instance.outside.blobs, evidence);
    },
    /** What was found on a target when a wave was planned. */
    findings: async (plan: Digest, target: string): Promise<readonly Finding[]> => {
      const { targets } = await getJson<WavePlan>(instance.outside.blobs, plan);
      const planned = targets.find((each) => each.target === target)?.planned;
      if (planned === undefined) throw new Error(`${target} is not in plan ${plan}`);
      return (await getJson<PlannedTarget>(instance.outside.blobs, planned)).findings;
    },
    /** Lets so much time pass. */
    pass: async (ms: number) => {
      const until = processClock.now() + ms;
      const cancel = processClock.after(ms, () => undefined);
      await time.run(() => processClock.now() >= until, longest);
      cancel();
    },
    /** Lets time pass until something holds. */
    until: async (holds: () => boolean | Promise<boolean>) => time.run(holds, longest),
    /** The image that runs on a target. */
    running: (target: string): readonly string[] => [
      ...new Set(
        (instance.fleet.servers.get(target)?.pods() ?? []).filter((pod) => pod.ready).flatMap((pod) => pod.images),
      ),
    ],
    /** Ends the instance, and holds what it left to the invariants that every run has to keep. */
    close: async () => {
      beside.close();
      await instance.stop();
      assertInvariants(dir);
      if (given.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
  return story;
};
