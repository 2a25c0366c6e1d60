import * as disk from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installVirtualTime } from '../../local/virtual/virtual-time.ts';

// First of all: packages keep the clock they find when they are loaded.
export const time = installVirtualTime({
  start: Date.parse('2026-03-02T09:00:00Z'),
  seed: process.env.TIDEGATE_SEED ?? 'journey',
});

const { createInstance } = await import('../../local/instance.ts');
const { simulatedDial, simulatedNetwork } = await import('../../local/network.ts');
const { createImages } = await import('../../local/fleet/images.ts');
const { syncFs } = await import('../../local/forge/sync-fs.ts');
const { evaluateInThread } = await import('../../shared/render/jsonnet-in-thread.ts');
const { processClock } = await import('../../shared/outside/clock.ts');
const { jsonLog } = await import('../../shared/outside/json-log.ts');
const { parseConfig } = await import('../../shared/fleet/parse-config.ts');
const { toTargets } = await import('../../shared/fleet/targets.ts');
const { readRollout } = await import('../../shared/ledger/rollouts.ts');
const { readEvents } = await import('../../shared/ledger/events.ts');
const { readOpenApprovals } = await import('../../shared/approval/rows.ts');
const { decideApproval } = await import('../../shared/approval/decide-approval.ts');
const { stepFunctions } = await import('../../shared/outside/step-functions.ts');
const { executionName } = await import('../../shared/intake/event-name.ts');
const { fleetConfig, webService } = await import('./fleet-config.ts');

export { fleetConfig, image, webService } from './fleet-config.ts';

const repository = 'acme/fleet';
const person = { name: 'bo', email: 'bo@example.com', login: 'bo' };
const evaluate = evaluateInThread();
const longest = { maxVirtualMs: 20 * 24 * 3_600_000 };

/** One instance in virtual mode, its clock, and the verbs a story is told with. */
export const openRehearsal = async (given: { readonly config?: string; readonly dir?: string } = {}) => {
  const dir = given.dir ?? mkdtempSync(join(tmpdir(), 'tidegate-journey-'));
  const config = given.config ?? fleetConfig('v1');
  const files = new Map([['tidegate.json', new TextEncoder().encode(config)]]);
  const seed = { 'tidegate.json': config, 'services/web.jsonnet': webService };
  for (const [path, text] of Object.entries(seed)) files.set(path, new TextEncoder().encode(text));
  const parsed = await parseConfig(files, 'tidegate.json', evaluate);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
  const lines: string[] = [];
  const images = createImages({}, () => undefined);
  const instance = await createInstance({
    dir,
    mode: {
      clock: processClock,
      random: time.random,
      jsonnet: evaluate,
      log: jsonLog({ write: (line) => lines.push(line) }, processClock),
    },
    connect: async (routes) => ({
      http: simulatedNetwork({ routes, fallback: 'refuse' }),
      dial: simulatedDial({ routes, fallback: 'refuse', clock: processClock }),
      close: async () => undefined,
    }),
    fs: syncFs(disk),
    readDefinition: (name) => readFileSync(new URL(`../../statemachines/${name}.yml`, import.meta.url), 'utf8'),
    simulated: toTargets(parsed.config.targets),
    images,
    scrapeMs: 5_000,
    repository,
    config: 'tidegate.json',
    consoleUrl: 'http://127.0.0.1:4180',
  });
  await instance.start();
  const { ledger } = instance.outside;
  const story = {
    dir,
    instance,
    images,
    log: lines,
    /** The first commit of the config repository, rolled out as a merge is. */
    begin: async (): Promise<string> => {
      await instance.forge.seed(seed, 'First version', person);
      return story.merge({ 'tidegate.json': `${config}\n` }, 'Begin');
    },
    /** A person's merge; returns the rollout it starts. */
    merge: async (changes: Readonly<Record<string, string>>, message: string): Promise<string> => {
      const commit = await instance.forge.commit(changes, message, person);
      await instance.forge.settled();
      return executionName(repository, commit);
    },
    /** Lets time pass until the rollout has ended; returns how. */
    ended: async (rollout: string) => {
      await time.run(async () => (await readRollout(ledger, rollout))?.end !== undefined, longest);
      return (await readRollout(ledger, rollout))?.end;
    },
    /** Lets time pass until somebody is asked; returns the question. */
    asked: async () => {
      await time.run(async () => (await readOpenApprovals(ledger)).length > 0, longest);
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
    /** Requests that changed something on a target, dry runs left out. */
    writes: (target: string) =>
      (instance.fleet.servers.get(target)?.requests.list() ?? []).filter(
        (request) => request.method !== 'GET' && !request.dryRun && request.status < 300,
      ),
    /** The image that runs on a target. */
    running: (target: string): readonly string[] => [
      ...new Set(
        (instance.fleet.servers.get(target)?.pods() ?? []).filter((pod) => pod.ready).flatMap((pod) => pod.images),
      ),
    ],
    close: async () => {
      await instance.stop();
      if (given.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
  return story;
};
