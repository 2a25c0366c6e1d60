import * as disk from 'node:fs';
import { processClock } from '../../shared/outside/clock.ts';
import { jsonLog } from '../../shared/outside/json-log.ts';
import type { Random } from '../../shared/outside/random.ts';
import type { Evaluate } from '../../shared/render/jsonnet.ts';
import { createFlagServices, type FlagServices } from '../flags/flag-services.ts';
import { createImages, type Images } from '../fleet/images.ts';
import { syncFs } from '../forge/sync-fs.ts';
import { createInstance, type Instance, type InstanceOptions } from '../instance.ts';
import { type Route, simulatedDial, simulatedNetwork } from '../network.ts';

/** What an instance on virtual time is put together from. Images and flags outlive it: an instance over the same `dir` goes on with them. */
export interface VirtualInstanceOptions
  extends Pick<
    InstanceOptions,
    'dir' | 'simulated' | 'kubeconfigs' | 'readDefinition' | 'repository' | 'config' | 'scrapeMs'
  > {
  /** Of the virtual mode that the process is in. */
  readonly random: Random;
  readonly jsonnet: Evaluate;
  readonly images?: Images;
  readonly flags?: FlagServices;
  /** Hosts of others. They are asked before those of the simulation. */
  readonly hosts?: readonly Route[];
  /** What stands between whoever asks and every host of the simulation. */
  readonly around?: (route: Route) => Route;
  readonly readFile?: (path: string) => Promise<string>;
}

export interface VirtualInstance {
  readonly instance: Instance;
  readonly images: Images;
  readonly flags: FlagServices;
  /** Lines of its log. */
  readonly log: readonly string[];
}

/**
 * An instance in virtual mode: no socket, no thread, all hosts in this process. The process must be in virtual mode already, and this file be
 * imported after that. Nothing runs before its `start`.
 */
export const openVirtualInstance = async (options: VirtualInstanceOptions): Promise<VirtualInstance> => {
  const { random, jsonnet, readFile, hosts = [], around = (route) => route } = options;
  const { images = createImages({}, () => undefined), flags = createFlagServices({}, () => undefined) } = options;
  const log: string[] = [];
  const instance = await createInstance({
    ...options,
    mode: {
      clock: processClock,
      random,
      jsonnet,
      log: jsonLog({ write: (line) => log.push(line) }, processClock),
      ...(readFile === undefined ? {} : { readFile }),
    },
    connect: async (simulated) => {
      const routes = [...hosts, ...simulated.map(around)];
      return {
        http: simulatedNetwork({ routes, fallback: 'refuse' }),
        dial: simulatedDial({ routes, fallback: 'refuse', clock: processClock }),
        close: async () => undefined,
      };
    },
    fs: syncFs(disk),
    images,
    flags,
    consoleUrl: 'http://127.0.0.1:4180',
  });
  return { instance, images, flags, log };
};
