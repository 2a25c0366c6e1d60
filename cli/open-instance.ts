import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConsoleServer, openConsoleServer } from '../local/console-server.ts';
import { PortTaken } from '../local/http-server.ts';
import { InstanceLocked, lockFolder } from '../local/lock.ts';
import { openRealInstance, type RealInstance } from '../local/real-instance.ts';
import { assessQuery } from '../shared/analysis/assess-query.ts';
import { parseConfig } from '../shared/fleet/parse-config.ts';
import { printProblem } from '../shared/fleet/problem.ts';
import { toTargets } from '../shared/fleet/targets.ts';
import { processClock } from '../shared/outside/clock.ts';
import { systemRandom } from '../shared/outside/random.ts';
import { evaluateInWorker } from '../shared/render/jsonnet-worker.ts';
import type { Target } from '../shared/rollout/target.ts';
import { type Options, textOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { badInput, Stop } from './stop.ts';

export interface OpenOptions {
  /** `.tidegate`. */
  readonly dir: string;
  readonly port: number;
  /** Throws everything away that the folder holds, first. */
  readonly fresh: boolean;
  /** `owner/name` of the config repository, and the path of its config file. */
  readonly repository: string;
  readonly config: string;
  /** Files of the config repository that the targets are read from. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly simulate: boolean;
  /** What has to be in the folder before an instance is put together over it. */
  readonly prepare?: () => void;
}

export interface OpenedInstance {
  readonly instance: RealInstance;
  readonly server: ConsoleServer;
  readonly targets: readonly Target[];
  /** Rejects with a `Stop` when what happens can not be written any more, as on a full disk. */
  readonly broken: Promise<never>;
  close(): Promise<void>;
}

/**
 * Takes the folder, opens the console and puts an instance together behind it; what was unfinished goes on. Throws `Stop` for a folder that
 * is in use, belongs to another repository or was written by a later version, a port that is taken, a config with mistakes, and targets in a cloud unless simulated.
 */
export const openInstance = async (options: OpenOptions): Promise<OpenedInstance> => {
  const { dir, files, config, repository } = options;
  const targets = await readTargets(files, config);
  const inClouds = targets.filter(({ locator }) => !('kubeconfig' in locator));
  if (!options.simulate && inClouds.length > 0) {
    throw badInput(
      `${inClouds.length} targets are on EKS, GKE or AKS, the first ${inClouds[0]?.name}: an instance on one machine reaches real clusters by a kubeconfig only; give --simulate to rehearse on a simulated fleet`,
    );
  }
  const unlock = orStop(() => lockFolder(dir));
  /** What is to be closed, in the order it was opened. */
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    try {
      for (const each of opened) await each();
    } finally {
      unlock();
    }
  };
  const broken = Promise.withResolvers<never>();
  // It may break before anybody waits for that.
  broken.promise.catch(() => {});
  try {
    if (options.fresh) wipe(dir);
    keepIdentity(dir, repository);
    options.prepare?.();
    const server = await openConsoleServer(dir, options.port, systemRandom).catch((error: unknown) => {
      throw error instanceof PortTaken ? badInput(error.message) : error;
    });
    opened.push(server.close);
    const instance = await openRealInstance({
      dir,
      simulated: options.simulate ? targets : [],
      reaches: options.simulate ? 'simulation' : 'network',
      repository,
      config,
      consoleUrl: server.url,
      broken: (thrown) => broken.reject(stoppedBy(thrown, dir)),
    });
    opened.push(instance.stop);
    await instance.start();
    server.serve(instance);
    return { instance, server, targets, broken: broken.promise, close };
  } catch (error) {
    await close();
    throw error instanceof Error && unreadable.has(error.name) ? badInput(error.message) : error;
  }
};

const stoppedBy = (thrown: unknown, dir: string): Stop =>
  new Stop(
    exitCodes.ourError,
    'ENGINE_STOPPED',
    `${dir}: the instance could not go on: ${thrown instanceof Error ? thrown.message : String(thrown)}; what was unfinished goes on with the next start`,
  );

const readTargets = async (files: ReadonlyMap<string, Uint8Array>, config: string): Promise<readonly Target[]> => {
  const parsed = await parseConfig(files, config, evaluateInWorker(processClock), assessQuery);
  if (parsed.ok) return toTargets(parsed.config.targets);
  throw badInput(parsed.problems.map(printProblem).join('\n'));
};

const orStop = <Value>(take: () => Value): Value => {
  try {
    return take();
  } catch (error) {
    if (error instanceof InstanceLocked) throw new Stop(exitCodes.badInput, 'INSTANCE_RUNNING', error.message);
    throw error;
  }
};

const ours = [
  'ledger.sqlite',
  'engine.sqlite',
  'fleet.sqlite',
  'blobs',
  'secrets',
  'config.git',
  'images.json',
  'flags.json',
  'outages.json',
  'audit-heads.jsonl',
  'instance.json',
  'instance.log',
  'kubeconfig',
  'repository',
];
/** Of a database its log and index, of a log the part before, of a file from before an upgrade its copy. */
const beside = /^(|-wal|-shm|\.1|\.layout-\d+)$/;

/** Everything but the lock, which this process holds, and what is not ours. */
const wipe = (dir: string): void => {
  const isOurs = (entry: string) =>
    ours.some((name) => entry.startsWith(name) && beside.test(entry.slice(name.length)));
  for (const entry of readdirSync(dir).filter(isOurs)) rmSync(join(dir, entry), { recursive: true, force: true });
};

/** Files that a later version wrote: nothing of them is changed, and the message says what to do. */
const unreadable = new Set(['LedgerUnreadable', 'DatabaseRefused', 'FleetUnreadable']);

/** One folder serves one config repository for good: rows and blobs of two would be taken for each other's. */
const keepIdentity = (dir: string, repository: string): void => {
  const file = join(dir, 'repository');
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (kept === undefined) writeFileSync(file, repository, { mode: 0o600 });
  else if (kept !== repository) {
    throw badInput(
      `${dir} belongs to an instance of ${kept}: set TIDEGATE_HOME to another folder, or give --fresh to throw it away`,
    );
  }
};

/** The port of `--port`: 4180 where nothing is said, 0 for a free one. Throws `Stop` for what is no port. */
export const portOption = (options: Options): number => {
  const text = textOption(options, 'port') ?? '4180';
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw badInput(`--port ${text}: expected a number from 0 to 65535`);
  return port;
};
