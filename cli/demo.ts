import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleActions } from '../local/console-actions.ts';
import { readOpenApprovals } from '../shared/approval/rows.ts';
import { executionName } from '../shared/intake/event-name.ts';
import { listFleetRollouts, type Rollout, readRollout } from '../shared/ledger/rollouts.ts';
import { readTargetStates } from '../shared/ledger/target-state.ts';
import { releaseOf } from '../shared/release/release-of.ts';
import { type Run, textOption } from './command.ts';
import { downTarget, type FaultName, faultNames, faults, isExpected, isFaultName } from './demo-faults.ts';
import { printSummary } from './demo-summary.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followRollout } from './follow.ts';
import { type OpenedInstance, openInstance, portOption } from './open-instance.ts';
import { badInput } from './stop.ts';
import { type Terminal, untilInterrupted } from './terminal.ts';

interface DemoOptions {
  /** Decides for the person, and ends by itself. */
  readonly yes: boolean;
  readonly fault?: FaultName;
  readonly port: number;
  readonly fresh: boolean;
  readonly json: boolean;
}

const repository = 'demo/fleet';
const config = 'tidegate.jsonnet';
const image = 'registry.example.com/demo/storefront';
const developer = { name: 'Bo', email: 'bo@example.com' };
const owner = { name: 'local', kind: 'person', roles: 'all' } as const;

/** `tidegate demo`, what `npm start` runs. Throws `Stop` for options that make no sense. */
export const run: Run = (_, options, { terminal, json }) => {
  const fault = textOption(options, 'break');
  if (fault !== undefined && !isFaultName(fault)) {
    throw badInput(`--break ${fault}: expected one of ${Object.keys(faults).join(', ')}`);
  }
  return runDemo(
    {
      yes: options.yes === true,
      ...(fault === undefined ? {} : { fault }),
      port: portOption(options),
      fresh: options.fresh === true,
      json,
    },
    terminal,
  );
};

/**
 * The whole way of a release on a simulated fleet of twelve targets: a verified first version, then the next one from artifact event to done.
 * Without a terminal it never waits for a person. Exit 0 only when the release succeeded; 3 when it did not, as `--break` intends.
 */
const runDemo = async (options: DemoOptions, terminal: Terminal): Promise<ExitCode> => {
  const alone = options.yes || options.fault !== undefined;
  if (!alone && !terminal.canAsk) {
    throw badInput(
      'the demo asks a person to approve external production, and there is no terminal: give --yes, or --break FAULT',
    );
  }
  const files = demoFiles();
  const dir = resolve(terminal.directory, terminal.env.TIDEGATE_HOME ?? '.tidegate');
  const opened = await openInstance({
    dir,
    port: options.port,
    fresh: options.fresh,
    repository,
    config,
    files,
    simulate: true,
  });
  try {
    return await Promise.race([tell(options, alone, files, opened, terminal), opened.broken]);
  } finally {
    await opened.close();
  }
};

const tell = async (
  options: DemoOptions,
  alone: boolean,
  files: ReadonlyMap<string, Uint8Array>,
  opened: OpenedInstance,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { instance, server, targets } = opened;
  terminal.say(
    terminal.style(
      'bold',
      `Tidegate demo   SIMULATED fleet: ${targets.length} targets on EKS, GKE and AKS; nothing leaves this machine`,
    ),
  );
  terminal.say(`  console   ${server.signIn}`);
  const unfinished = (await fleetRollouts(opened, 1)).find((rollout) => rollout.end === undefined);
  const follow = (rollout: string, decides: boolean) =>
    followRollout(
      rollout,
      instance.outside,
      { decide: decides ? decider(opened) : undefined, json: options.json, server },
      terminal,
    );
  if (unfinished !== undefined) {
    terminal.say(`\nGoes on with rollout ${unfinished.rollout}, which was unfinished`);
    const ended = await follow(unfinished.rollout, alone);
    if (ended?.end?.outcome !== 'succeeded') return conclude(ended, alone, opened, terminal);
  }
  if (!(await isAnythingVerified(opened))) {
    const brought = await follow(await firstVersion(files, opened, terminal), true);
    if (brought?.end?.outcome !== 'succeeded') return conclude(brought, alone, opened, terminal);
  }
  const rollout = await nextVersion(options.fault, opened, terminal);
  return conclude(await follow(rollout, alone), alone, opened, terminal);
};

/** Newest first, each a version of the story; what follows to a private target is none of its own. */
const fleetRollouts = ({ instance }: OpenedInstance, limit = 1_000): Promise<readonly Rollout[]> =>
  listFleetRollouts(instance.outside.ledger, limit);

/** Whether any target has a version that was shown to be well: only then is there something to go back to. */
const isAnythingVerified = async ({ instance }: OpenedInstance): Promise<boolean> =>
  [...(await readTargetStates(instance.outside.ledger)).values()].some(({ verified }) => verified !== undefined);

/** Starts what the fleet shall have first: the head of the config repository or, where that was tried and failed, a sound next version. */
const firstVersion = async (
  files: ReadonlyMap<string, Uint8Array>,
  opened: OpenedInstance,
  terminal: Terminal,
): Promise<string> => {
  const { instance } = opened;
  const { ledger } = instance.outside;
  const commit = await instance.forge.seed(Object.fromEntries(files), 'The fleet and its two services', developer);
  if ((await readRollout(ledger, executionName(repository, commit)))?.end !== undefined) {
    terminal.say('\nNo version is verified anywhere, and the head of the config repository was tried already');
    return nextVersion(undefined, opened, terminal);
  }
  const name = (await fleetRollouts(opened, 1)).length === 0 ? 'Version 1' : `The head ${commit.slice(0, 7)}`;
  terminal.say(`\n${name} comes onto the fleet (approved by the demo itself)`);
  return (await consoleActions(instance.outside, instance.functions).release(commit, owner)).rollout;
};

/** CI publishes an image; its event becomes a pull request, which is merged; the merge starts the rollout, which is returned. */
const nextVersion = async (
  fault: FaultName | undefined,
  opened: OpenedInstance,
  terminal: Terminal,
): Promise<string> => {
  const { instance } = opened;
  const number = (await fleetRollouts(opened)).length + 1;
  const digest = digestOfVersion(number, fault);
  // An outage lasts until the next version, also over a restart.
  instance.fleet.setDown(downTarget, fault === 'cluster-down');
  if (fault !== undefined) {
    const { says, expects, behaviour } = faults[fault];
    instance.images.publish(digest, behaviour);
    terminal.say(terminal.style('yellow', `\nVersion ${number} is made bad on purpose: ${says}`));
    terminal.say(terminal.style('yellow', `  expected: ${expects}`));
  }
  terminal.say(`\nVersion ${number}: CI publishes ${image}@${digest.slice(0, 19)}…`);
  const { status, body } = await instance.deliverArtifact({
    id: `build-${number}-${digest.slice(7, 15)}`,
    image: `${image}@${digest}`,
  });
  const pull = pullOf(body);
  if (pull === undefined) throw new Error(`the artifact event was answered with ${status}: ${JSON.stringify(body)}`);
  terminal.say(`  pull request #${pull} pins the image by its digest in ${config}`);
  const commit = await instance.forge.merge(pull, developer);
  await instance.forge.settled();
  terminal.say(`  merged by ${developer.name} as ${commit.slice(0, 7)}; the merge starts the rollout`);
  return executionName(repository, commit);
};

const conclude = async (
  rollout: Rollout | undefined,
  alone: boolean,
  opened: OpenedInstance,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (rollout?.end === undefined) {
    terminal.say('\nStopped. What was unfinished goes on with the next start: npm start');
    return exitCodes.interrupted;
  }
  const fault = await faultOf(rollout, opened);
  const names = await versionNames(opened);
  const downs = fault === 'cluster-down' ? [downTarget] : [];
  await printSummary(terminal, opened.instance, rollout.rollout, names, downs);
  const good = rollout.end.outcome === 'succeeded';
  if (isExpected(fault, rollout.end.outcome))
    terminal.say('  This was expected: the new version was made bad on purpose. Exit code 3');
  if (!alone && !terminal.interrupted.aborted) {
    terminal.say(`\n  Look around: ${opened.server.url}   Break something: npm start -- --break probe   Ctrl-C ends`);
    await untilInterrupted(terminal);
  }
  return good ? exitCodes.done : exitCodes.notGood;
};

/** Says yes to every approval, as the owner of the instance. */
const decider = ({ instance }: OpenedInstance) => {
  const actions = consoleActions(instance.outside, instance.functions);
  return async (): Promise<void> => {
    for (const { approval, plan } of await readOpenApprovals(instance.outside.ledger)) {
      await actions.decide(approval, { plan, vote: 'approve', comment: 'decided by the demo' }, owner);
    }
  };
};

const digestOfVersion = (number: number, fault: FaultName | undefined): string =>
  `sha256:${createHash('sha256')
    .update(`storefront ${number} ${fault ?? ''}`)
    .digest('hex')}`;

/** What was made bad in the version that a rollout brings, also one of an earlier process: its release pins the digest made for it. */
const faultOf = async ({ release }: Rollout, opened: OpenedInstance): Promise<FaultName | undefined> => {
  const { blobs } = opened.instance.outside;
  if (release === undefined) return undefined;
  const { services } = await releaseOf(blobs, release);
  const pinned = services.storefront?.images.storefront ?? '';
  const numbers = (await fleetRollouts(opened)).map((_, index) => index + 1);
  return faultNames.find((fault) => numbers.some((number) => pinned.endsWith(digestOfVersion(number, fault))));
};

/** Every digest that was ever a version here; the first is the one the example pins. */
const versionNames = async (opened: OpenedInstance): Promise<ReadonlyMap<string, string>> => {
  const count = (await fleetRollouts(opened)).length;
  const pinned = /storefront@(sha256:[0-9a-f]{64})/.exec(new TextDecoder().decode(demoFiles().get(config)))?.[1];
  const names = new Map<string, string>(pinned === undefined ? [] : [[pinned, 'version 1']]);
  for (let number = 2; number <= count; number += 1) {
    for (const each of [undefined, ...faultNames]) names.set(digestOfVersion(number, each), `version ${number}`);
  }
  return names;
};

const pullOf = (body: unknown): number | undefined =>
  typeof body === 'object' && body !== null && 'number' in body && typeof body.number === 'number'
    ? body.number
    : undefined;

/** The example config repository that is shipped. */
const demoFiles = (): ReadonlyMap<string, Uint8Array> => {
  const root = fileURLToPath(new URL('../examples/demo', import.meta.url));
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(root, file).replaceAll('\\', '/'), new Uint8Array(readFileSync(file))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};
