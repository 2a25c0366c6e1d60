import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Task } from '../../shared/lambda/task.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Evaluate } from '../../shared/render/jsonnet.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { archives, entryOf } from '../packaging/bundles.ts';
import { unzip } from '../packaging/unzip.ts';

/** What is packed, unpacked where no `node_modules` is in reach. */
export interface PackagedFunctions {
  readonly names: readonly string[];
  /** Makes a function out of its own bundle, over what is outside. */
  make(name: string, outside: Outside): Task;
  /** Jsonnet by the thread and the module that are packed with `prepareRelease`. */
  readonly jsonnet: Evaluate;
  remove(): void;
}

/** Unpacks the archive of every function. */
export const unpackFunctions = (): PackagedFunctions => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-deployed-'));
  for (const archive of archives()) unzip(archive, join(folder, basename(archive, '.zip')));
  const load = createRequire(import.meta.url);
  const rendering = join(folder, 'prepareRelease');
  return {
    names: archives().map((archive) => basename(archive, '.zip')),
    make: (name, outside) => {
      const bundle: Readonly<Record<string, (outside: Outside) => Task>> = load(join(folder, name, entryOf(name)));
      const factory = bundle[name];
      if (factory === undefined) throw new Error(`bundle of ${name} exports ${Object.keys(bundle)}, expected ${name}`);
      return factory(outside);
    },
    jsonnet: evaluateInWorker(processClock, {
      thread: pathToFileURL(join(rendering, 'functions', 'prepare-release.jsonnet-thread.mjs')),
      wasm: pathToFileURL(join(rendering, 'shared', 'render', 'jsonnet', 'jsonnet.wasm')),
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
