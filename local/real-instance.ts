import * as disk from 'node:fs';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processClock } from '../shared/outside/clock.ts';
import { systemLookup } from '../shared/outside/dns.ts';
import type { Http } from '../shared/outside/http.ts';
import { Unreachable } from '../shared/outside/http.ts';
import { jsonLog } from '../shared/outside/json-log.ts';
import { systemRandom } from '../shared/outside/random.ts';
import { socketDial } from '../shared/outside/socket.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';
import { evaluateInWorker } from '../shared/render/jsonnet-worker.ts';
import type { Target } from '../shared/rollout/target.ts';
import { openClusterPorts } from './cluster-ports.ts';
import { createFlagServices, type FlagServices } from './flags/flag-services.ts';
import { createImages, type Images } from './fleet/images.ts';
import { syncFs } from './forge/sync-fs.ts';
import { createInstance, type Instance } from './instance.ts';
import { openLogFile } from './log-file.ts';
import { openLoopback } from './loopback.ts';
import { simulatedDial } from './network.ts';

export interface RealInstanceOptions {
  /** `.tidegate`. */
  readonly dir: string;
  readonly simulated: readonly Target[];
  /** Whether anything but the simulated hosts may be reached: real clusters, their probes and metric stores. */
  readonly reaches: 'simulation' | 'network';
  readonly repository: string;
  readonly config: string;
  readonly consoleUrl: string;
  /** As of an instance. */
  readonly broken?: (thrown: unknown) => void;
}

export interface RealInstance extends Instance {
  readonly images: Images;
  readonly flags: FlagServices;
}

/**
 * An instance in real mode: real clock, sockets on 127.0.0.1, logs to `instance.log` in its folder. Where clusters are simulated, the
 * `kubeconfig` there opens them to kubectl for as long as it runs.
 */
export const openRealInstance = async (options: RealInstanceOptions): Promise<RealInstance> => {
  const { dir } = options;
  disk.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const catalogue = join(dir, 'images.json');
  const kept = existsSync(catalogue) ? JSON.parse(readFileSync(catalogue, 'utf8')) : {};
  const images = createImages(kept, (published) =>
    writeFileSync(catalogue, JSON.stringify(published, null, 2), { mode: 0o600 }),
  );
  const definitions = join(dir, 'flags.json');
  const keptFlags = existsSync(definitions) ? JSON.parse(readFileSync(definitions, 'utf8')) : {};
  const flags = createFlagServices(keptFlags, (files) =>
    writeFileSync(definitions, JSON.stringify(files, null, 2), { mode: 0o600 }),
  );
  const log = openLogFile(join(dir, 'instance.log'));
  const unhear = options.broken === undefined ? () => {} : hearDisk(options.broken);
  const fallback: Http = options.reaches === 'network' ? socketHttp() : refuseOutside;
  const instance = await createInstance({
    ...options,
    mode: {
      clock: processClock,
      random: systemRandom,
      ...(options.reaches === 'network' ? { lookup: systemLookup } : {}),
      jsonnet: evaluateInWorker(processClock),
      log: jsonLog(log, processClock),
    },
    connect: async (routes) => {
      const loopback = await openLoopback(routes, systemRandom);
      const dial = options.reaches === 'network' ? socketDial(processClock) : 'refuse';
      return {
        http: loopback.http(fallback),
        dial: simulatedDial({ routes, fallback: dial, clock: processClock }),
        close: loopback.close,
      };
    },
    fs: syncFs(disk),
    readDefinition: (name) => readFileSync(new URL(`../statemachines/${name}.yml`, import.meta.url), 'utf8'),
    images,
    flags,
    scrapeMs: 1_000,
  });
  const fleet = { ...instance.fleet, setDown: keptOutages(join(dir, 'outages.json'), instance) };
  const outside = { clock: processClock, random: systemRandom };
  const ports =
    instance.fleet.servers.size === 0
      ? undefined
      : await openClusterPorts(instance.fleet, join(dir, 'kubeconfig'), outside);
  return {
    ...instance,
    images,
    flags,
    fleet,
    start: async () => {
      await instance.start();
      // What waited while it was off is overdue, and would look as if nothing were chained any more until the next minute.
      await instance.functions.call('chainAudit', {}).catch((thrown: unknown) => {
        instance.outside.log.error('what waited was not chained', { because: String(thrown) });
      });
    },
    stop: async () => {
      await ports?.close();
      await instance.stop();
      log.close();
      unhear();
    },
  };
};

/** What a simulated cluster can not write any more it throws out of a timer, where nobody waits for it. Returns what ends that. */
const hearDisk = (broken: (thrown: unknown) => void): (() => void) => {
  const hear = (thrown: Error & { readonly code?: unknown }): void => {
    if (thrown.code !== 'ERR_SQLITE_ERROR') throw thrown;
    broken(thrown);
  };
  process.on('uncaughtException', hear);
  return () => void process.off('uncaughtException', hear);
};

/** Outages of API servers that are there again after a restart, so that a story that was killed goes on as it was. */
const keptOutages = (file: string, { fleet }: Instance): Instance['fleet']['setDown'] => {
  const down = new Set<string>(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  for (const target of down) fleet.setDown(target, true);
  return (target, isDown) => {
    fleet.setDown(target, isDown);
    if (isDown) down.add(target);
    else down.delete(target);
    writeFileSync(file, JSON.stringify([...down]), { mode: 0o600 });
  };
};

/** In a simulation nothing leaves this machine. */
const refuseOutside: Http = async (url) => {
  throw new Unreachable(
    `${url}`,
    'dns_failed',
    'no such host in the simulation, and a simulation reaches nothing else',
  );
};
