import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleActions } from '../local/console-actions.ts';
import { readOpenApprovals } from '../shared/approval/rows.ts';
import { executionName } from '../shared/intake/event-name.ts';
import { listRollouts, type Rollout, readRollout } from '../shared/ledger/rollouts.ts';
import { type Run, textOption } from './command.ts';
import { downTarget, type FaultName, faults, isFaultName } from './demo-faults.ts';
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
    return await tell(options, alone, files, opened, terminal);
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
  const unfinished = (await listRollouts(instance.outside.ledger, 1)).find((rollout) => rollout.end === undefined);
  const follow = (rollout: string, decides: boolean) =>
    followRollout(
      rollout,
      instance.outside,
      { decide: decides ? decider(opened) : undefined, json: options.json, server },
      terminal,
    );
  if (unfinished !== undefined) {
    terminal.say(`\nGoes on with rollout ${unfinished.rollout}, which was unfinished`);
    return conclude(await follow(unfinished.rollout, alone), options, alone, opened, terminal);
  }
  const first = await firstVersion(files, opened);
  if (first !== undefined) {
    terminal.say('\nVersion 1 comes onto the fleet (approved by the demo itself)');
    const brought = await follow(first, true);
    if (brought === undefined || brought.end?.outcome !== 'succeeded')
      return conclude(brought, options, alone, opened, terminal);
  }
  const rollout = await nextVersion(options, opened, terminal);
  return conclude(await follow(rollout, alone), options, alone, opened, terminal);
};

/** Starts the rollout of the first commit, unless a version is verified already. */
const firstVersion = async (
  files: ReadonlyMap<string, Uint8Array>,
  { instance }: OpenedInstance,
): Promise<string | undefined> => {
  const commit = await instance.forge.seed(Object.fromEntries(files), 'The fleet and its two services', developer);
  const known = await readRollout(instance.outside.ledger, executionName(repository, commit));
  if (known !== undefined) return undefined;
  return (await consoleActions(instance.outside, instance.functions).release(commit, owner)).rollout;
};

/** CI publishes an image; its event becomes a pull request, which is merged; the merge starts the rollout, which is returned. */
const nextVersion = async (options: DemoOptions, { instance }: OpenedInstance, terminal: Terminal): Promise<string> => {
  const number = (await listRollouts(instance.outside.ledger, 1000)).length + 1;
  const digest = digestOfVersion(number, options.fault);
  if (options.fault !== undefined) {
    const { says, expects, behaviour } = faults[options.fault];
    instance.images.publish(digest, behaviour);
    if (options.fault === 'cluster-down') instance.fleet.setDown(downTarget, true);
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
  options: DemoOptions,
  alone: boolean,
  opened: OpenedInstance,
  terminal: Terminal,
): Promise<ExitCode> => {
  if (rollout?.end === undefined) {
    terminal.say('\nStopped. What was unfinished goes on with the next start: npm start');
    return exitCodes.interrupted;
  }
  const names = await versionNames(opened, options.fault);
  await printSummary(
    terminal,
    opened.instance,
    rollout.rollout,
    names,
    options.fault === 'cluster-down' ? [downTarget] : [],
  );
  const good = rollout.end.outcome === 'succeeded';
  if (options.fault !== undefined && !good)
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

/** Every digest that was ever a version here; the first is the one the example pins. */
const versionNames = async (
  { instance }: OpenedInstance,
  fault: FaultName | undefined,
): Promise<ReadonlyMap<string, string>> => {
  const count = (await listRollouts(instance.outside.ledger, 1000)).length;
  const pinned = /storefront@(sha256:[0-9a-f]{64})/.exec(new TextDecoder().decode(demoFiles().get(config)))?.[1];
  const names = new Map<string, string>(pinned === undefined ? [] : [[pinned, 'version 1']]);
  for (let number = 2; number <= count; number += 1) {
    for (const each of [undefined, fault, ...Object.keys(faults)] as readonly (FaultName | undefined)[]) {
      names.set(digestOfVersion(number, each), `version ${number}`);
    }
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
