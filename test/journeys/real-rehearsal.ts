import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRealInstance } from '../../local/real-instance.ts';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { decideApproval } from '../../shared/approval/decide-approval.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import { executionName } from '../../shared/intake/event-name.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import { listRollouts, readRollout } from '../../shared/ledger/rollouts.ts';
import { readWave } from '../../shared/ledger/waves.ts';
import { stepFunctions } from '../../shared/outside/step-functions.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { assertInvariants } from '../invariants/assert-invariants.ts';
import { memoryFolder } from '../memory-folder.ts';
import { smallFleetConfig, webService } from './fleet-config.ts';
import { kindsOf } from './three-versions.ts';

const repository = 'acme/fleet';
const person = { name: 'bo', email: 'bo@example.com', login: 'bo' };
const lookEveryMs = 50;
const longestMs = 50_000;

/** Waits on the real clock until something holds; what never comes ends the story with its last events. */
const until = async (holds: () => boolean | Promise<boolean>, sofar: () => Promise<unknown>): Promise<void> => {
  const deadline = Date.now() + longestMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in ${longestMs} ms; so far: ${JSON.stringify(await sofar())}`);
    await sleep(lookEveryMs);
  }
};

/** One instance in real mode over a folder: real clock, sockets on loopback, jsonnet in its worker. The verbs are those of `rehearsal.ts`. */
export const openRealRehearsal = async (
  given: { readonly config?: string; readonly dir?: string; readonly reaches?: 'simulation' | 'network' } = {},
) => {
  const dir = given.dir ?? memoryFolder('tidegate-real-journey-');
  const config = given.config ?? smallFleetConfig('v1');
  const seed = { 'tidegate.json': config, 'services/web.jsonnet': webService };
  const files = new Map(Object.entries(seed).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  const parsed = await parseConfig(files, 'tidegate.json', evaluateInThread(), assessQuery);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
  const targets = toTargets(parsed.config.targets);
  const instance = await openRealInstance({
    dir,
    simulated: targets.filter(({ locator }) => !('kubeconfig' in locator)),
    reaches: given.reaches ?? 'simulation',
    repository,
    config: 'tidegate.json',
    consoleUrl: 'http://127.0.0.1:4180',
  });
  await instance.start();
  const { ledger } = instance.outside;
  const latest = async (): Promise<readonly string[]> => {
    const [rollout] = await listRollouts(ledger, 1);
    return rollout === undefined ? [] : story.events(rollout.rollout);
  };
  const story = {
    dir,
    instance,
    images: instance.images,
    begin: async (): Promise<string> => {
      await instance.forge.seed(seed, 'First version', person);
      return story.merge({ 'tidegate.json': `${config}\n` }, 'Begin');
    },
    merge: async (changes: Readonly<Record<string, string | null>>, message: string): Promise<string> => {
      const commit = await instance.forge.commit(changes, message, person);
      await instance.forge.settled();
      return executionName(repository, commit);
    },
    /** Git is made true again after the end is decided and before it is told: this waits for both. */
    ended: async (rollout: string) => {
      await story.until(async () => (await readEvents(ledger, rollout)).some(({ event }) => event.kind === 'ended'));
      return (await readRollout(ledger, rollout))?.end;
    },
    asked: async () => {
      await story.until(async () => (await readOpenApprovals(ledger)).length > 0);
      const [approval] = await readOpenApprovals(ledger);
      if (approval === undefined) throw new Error('nobody was asked');
      return approval;
    },
    decide: async (
      approval: { readonly approval: string; readonly plan: string },
      vote: 'approve' | 'reject',
      by = 'ana',
    ) =>
      decideApproval(
        approval.approval,
        { plan: approval.plan, vote, comment: '' },
        { name: by, kind: 'person', roles: ['release-managers'] },
        stepFunctions(instance.outside),
        instance.outside,
      ),
    events: async (rollout: string): Promise<readonly string[]> =>
      (await readEvents(ledger, rollout)).map(({ event }) => event.text),
    kinds: async (rollout: string): Promise<readonly string[]> => kindsOf(await readEvents(ledger, rollout)),
    judged: async (rollout: string, wave: string): Promise<boolean> => {
      const release = (await readRollout(ledger, rollout))?.release;
      if (release === undefined) return false;
      return (await readWave(ledger, { rollout, release, wave, direction: 'forward' })).judgingAt !== undefined;
    },
    rollouts: async () => listRollouts(ledger, 10),
    until: (holds: () => boolean | Promise<boolean>) => until(holds, latest),
    targets: targets.map(({ name }) => name),
    /** Requests that changed something on a simulated target: method and path. */
    writes: (target: string): readonly string[] =>
      (instance.fleet.servers.get(target)?.requests.list() ?? [])
        .filter((request) => request.method !== 'GET' && !request.dryRun && request.status < 300)
        .map((request) => `${request.method} ${request.path}`),
    /** The image that runs on a simulated target. */
    running: (target: string): readonly string[] => [
      ...new Set(
        (instance.fleet.servers.get(target)?.pods() ?? []).filter((pod) => pod.ready).flatMap((pod) => pod.images),
      ),
    ],
    close: async (): Promise<void> => {
      await instance.stop();
      assertInvariants(dir);
      if (given.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
  return story;
};
