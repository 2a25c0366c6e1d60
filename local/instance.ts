import { createHmac } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PromiseFsClient } from 'isomorphic-git';
import { auditKeySecret } from '../shared/audit/signing.ts';
import { alertSecret } from '../shared/intake/receive-alerts.ts';
import { outboxPartition } from '../shared/notify/outbox.ts';
import type { Outside, Settings } from '../shared/outside/outside.ts';
import { probeRegions } from '../shared/outside/probe-regions.ts';
import type { Target } from '../shared/rollout/target.ts';
import { testSecret } from '../shared/test-gates/answer-url.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import type { FlagServices } from './flags/flag-services.ts';
import { simulatedIdentity } from './fleet/clouds/aws-caller.ts';
import { createFleet, type Fleet } from './fleet/fleet.ts';
import type { Images } from './fleet/images.ts';
import { createForge, type Forge } from './forge/forge.ts';
import { type LocalFunctions, localFunctions } from './functions.ts';
import { streamInserts } from './ledger-stream.ts';
import type { Route } from './network.ts';
import { localOutside, type Mode } from './outside.ts';
import { createRegionFaults, type RegionFaults } from './region-faults.ts';
import { regionalLambda, regionalProber } from './regional-probers.ts';
import { every } from './schedule.ts';
import { ensureSecret } from './secret-files.ts';
import { account, blobBucket, createStateMachines, region, stateMachineArn } from './state-machines.ts';

export interface InstanceOptions {
  /** `.tidegate`: everything the instance keeps. */
  readonly dir: string;
  readonly mode: Omit<Mode, 'http' | 'dial'>;
  /** Makes the network once the simulated hosts are known: in process, or over a loopback port. */
  readonly connect: (
    routes: readonly Route[],
  ) => Promise<Pick<Mode, 'http' | 'dial'> & { readonly close: () => Promise<void> }>;
  readonly fs: PromiseFsClient;
  readonly readDefinition: (machine: string) => string;
  /** Targets whose clusters are simulated; none for a fleet that is found by a kubeconfig. */
  readonly simulated: readonly Target[];
  /** As of a fleet; `mode.readFile` then has to give a kubeconfig for each. */
  readonly kubeconfigs?: 'simulated';
  readonly images: Images;
  readonly flags: FlagServices;
  readonly scrapeMs: number;
  /** `owner/name` of the config repository, and its config file. */
  readonly repository: string;
  readonly config: string;
  readonly consoleUrl: string;
  /** Told once when what happens can not be written any more, as on a full disk; nothing goes on after that. Absent: it is thrown. */
  readonly broken?: (thrown: unknown) => void;
}

/** The embedded default: engine, ledger, config repository and, where it is simulated, the fleet, in this process. */
export interface Instance {
  readonly outside: Outside;
  readonly engine: Engine;
  readonly forge: Forge;
  readonly fleet: Fleet;
  /** What is wrong with the regions that probe, on schedule and beside waves. */
  readonly regionFaults: RegionFaults;
  readonly functions: LocalFunctions;
  /** Delivers an artifact event as CI would: signed, to the function that takes them. Returns what it answered. */
  deliverArtifact(event: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Begins, or goes on with what was unfinished when the process ended. */
  start(): Promise<void>;
  /** Nothing is run or written any more. What runs is found again by the next instance over the same folder. */
  stop(): Promise<void>;
}

const forgeHost = 'git.simulated';
const webhookSecret = 'webhook';
/** Availability is probed, probers are watched, forgotten turns are swept, and what was done is chained, every minute. */
const scheduleMs = 60_000;
/** What is needed is kept, and then what is past its time is removed. */
const sweepMs = 24 * 3_600_000;
/** As deployed. */
const driftMs = 5 * 60_000;
/** As long as Step Functions keeps the history of an execution that has ended. */
const historyMs = 90 * 24 * 3_600_000;
/** Where a simulated fleet is probed from, so that what fails from one place alone can be told from what fails. */
const simulatedRegions = [region, 'eu-west-1'];

/** Puts an instance together over `dir`. Nothing runs before `start`. */
export const createInstance = async (options: InstanceOptions): Promise<Instance> => {
  const { dir, mode } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const secret = ensureSecret(join(dir, 'secrets'), webhookSecret, mode.random);
  ensureSecret(join(dir, 'secrets'), alertSecret, mode.random);
  ensureSecret(join(dir, 'secrets'), testSecret, mode.random);
  ensureSecret(join(dir, 'secrets'), auditKeySecret, mode.random);
  // Set below: whatever answers to a simulated host may itself ask others.
  const later: {
    functions?: LocalFunctions;
    blobs?: Outside['blobs'];
    regions?: ReadonlyMap<string, LocalFunctions>;
  } = {};
  const settings = settingsOf(options);
  const regions = probeRegions(settings);
  const functions = (): LocalFunctions => orThrow(later.functions);
  const forge = await createForge({
    clock: mode.clock,
    random: mode.random,
    fs: options.fs,
    dir: join(dir, 'config.git'),
    name: options.repository,
    branch: 'main',
    webhookSecret: secret,
    webhookUrl: `${options.consoleUrl}/hooks/merge`,
    deliver: async (_, headers, body) => {
      const answer = await functions().call('receiveMerge', { version: '2.0', headers, body });
      const status = statusOf(answer);
      if (status >= 300) throw new Error(`webhook was answered with ${status}`);
    },
  });
  const database = new DatabaseSync(ownDatabase(join(dir, 'fleet.sqlite')));
  const fleet = createFleet({
    ...mode,
    targets: options.simulated,
    database,
    images: options.images,
    flagOn: options.flags.valueOn,
    region,
    scrapeMs: options.scrapeMs,
    ...(options.kubeconfigs === undefined ? {} : { kubeconfigs: options.kubeconfigs }),
  });
  const engine = createEngine({
    clock: mode.clock,
    random: mode.random,
    database: ownDatabase(join(dir, 'engine.sqlite')),
    region,
    account,
    invoke: (call) => functions().invoke(call),
    objects: blobObjects(() => orThrow(later.blobs)),
    ...(options.broken && { broken: options.broken }),
  });
  const routes: Route[] = [
    { host: `states.${region}.amazonaws.com`, handle: engine.handle },
    { host: forgeHost, handle: forge.handle },
    ...fleet.routes,
    ...options.flags.routes(options.simulated),
    ...regions
      .filter((each) => each !== region)
      .map((each) => regionalLambda(each, () => orThrow(later.regions?.get(each)))),
  ];
  const { http, dial, close } = await options.connect(routes);
  const identity = simulatedIdentity(mode.clock, ownAccount(options.simulated));
  const kept = localOutside(dir, { ...mode, http, dial }, identity, settings);
  const send = (event: object) => functions().call('sendNotices', event);
  const stream = streamInserts(kept.ledger, outboxPartition, send, { ...mode, region });
  const outside = { ...kept, ledger: stream.ledger };
  const regionFaults = createRegionFaults({ http, dial }, mode.clock);
  const functionsOf = (at: string) => localFunctions({ ...outside, ...regionFaults.from(at) });
  later.blobs = outside.blobs;
  later.functions = withProber(localFunctions(outside), functionsOf(region));
  later.regions = new Map(regions.map((at) => [at, functionsOf(at)]));
  await createStateMachines(engine.handle, options.readDefinition);
  // Each by itself, as where deployed: a prober takes most of its minute, and what fails keeps no other from running.
  const schedules = [
    every(scheduleMs, outside, () => functions().call('sweepTurns', {})),
    every(scheduleMs, outside, () => functions().call('watchProbers', {})),
    every(scheduleMs, outside, () => functions().call('chainAudit', {})),
    every(driftMs, outside, () => functions().call('detectDrift', {})),
    every(sweepMs, outside, async () => {
      await functions().call('keepBlobs', {});
      outside.sweep();
      engine.forget(mode.clock.now() - historyMs);
    }),
    ...[...later.regions].map(([at, there]) =>
      every(scheduleMs, outside, () => there.call('probeAvailability', { region: at })),
    ),
  ];
  return {
    outside,
    engine,
    forge,
    fleet,
    regionFaults,
    functions: functions(),
    deliverArtifact: async (event) => {
      const body = JSON.stringify(event);
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
      const answer = await functions().call('receiveArtifact', { version: '2.0', headers, body });
      return { status: statusOf(answer), body: JSON.parse(bodyOf(answer)) };
    },
    start: async () => {
      fleet.start();
      engine.resume();
      await forge.resume();
      for (const schedule of schedules) schedule.start();
    },
    stop: async () => {
      for (const schedule of schedules) schedule.stop();
      stream.stop();
      await engine.stop();
      fleet.stop();
      await close();
      engine.close();
      outside.close();
      database.close();
    },
  };
};

/** The functions, with the one that probes beside a wave as it runs from its region, whose faults are that region's. */
const withProber = (functions: LocalFunctions, prober: LocalFunctions): LocalFunctions => ({
  ...functions,
  invoke: (call) => (call.functionArn.endsWith(':probeWave') ? prober : functions).invoke(call),
});

/** A database that only its owner reads: it holds what Secrets and states hold. SQLite gives the files beside it the same mode. */
const ownDatabase = (path: string): string => {
  closeSync(openSync(path, 'a', 0o600));
  return path;
};

const settingsOf = (options: InstanceOptions): Settings => ({
  region,
  ...(options.simulated.length > 0 ? { probeRegions: simulatedRegions, regionalProber } : {}),
  stateMachines: {
    rollout: stateMachineArn('rollout'),
    wave: stateMachineArn('wave'),
    deployment: stateMachineArn('deployment'),
  },
  configRepository: {
    api: `https://${forgeHost}`,
    git: `https://${forgeHost}/${options.repository}.git`,
    name: options.repository,
    branch: 'main',
    config: options.config,
    webhookSecret,
  },
  console: options.consoleUrl,
  federation: {
    google: {
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/tidegate/providers/aws',
    },
    azure: { tenant: 'simulated', client: 'tidegate' },
  },
  simulated: options.simulated.length > 0,
});

/** The account that Tidegate itself runs in: the one whose clusters it opens without assuming a role. */
const ownAccount = (targets: readonly Target[]): string =>
  targets
    .map(({ locator }) => ('eks' in locator && locator.eks.role === undefined ? locator.eks.account : undefined))
    .find(Boolean) ?? account;

/** Blobs as the objects of the one bucket that the distributed map reads from. */
const blobObjects = (blobs: () => Outside['blobs']) => ({
  get: async (bucket: string, key: string): Promise<Uint8Array> => {
    const hex = /^sha256\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(key)?.[1];
    if (bucket !== blobBucket || hex === undefined) throw new Error(`no object ${key} in bucket ${bucket}`);
    return blobs().get(`sha256:${hex}`);
  },
  put: async (bucket: string, key: string): Promise<void> => {
    throw new Error(`bucket ${bucket}: nothing is written to ${key}; blobs are stored under their digests`);
  },
});

const orThrow = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the instance was asked before it was put together');
  return value;
};

const answered = (answer: unknown): { readonly statusCode: number; readonly body: string } =>
  answer as { readonly statusCode: number; readonly body: string };
const statusOf = (answer: unknown): number => answered(answer).statusCode;
const bodyOf = (answer: unknown): string => answered(answer).body;
