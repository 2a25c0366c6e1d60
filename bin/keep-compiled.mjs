import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the packages: whoever can write there could as well change these. */
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', '.tidegate-compiled');

/**
 * Keeps what Node makes of our TypeScript for the next start, which then takes half as long. Where the folder can not be written
 * nothing is kept. Entries are found by the content and the version of Node, so an old one is never taken for a new one.
 */
export const keepCompiled = () => {
  module.enableCompileCache?.(folder);
  // Node writes at the exit, and a process that is killed has none.
  setTimeout(() => module.flushCompileCache?.(), 1500).unref();
};
