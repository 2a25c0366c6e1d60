import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

/** What the library took for one load. */
export interface LibraryRun {
  readonly readyMs: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly because: string;
  readonly peakMiB: number;
}

/** The module's path, after it was installed where it is not yet; undefined where that failed. */
const installed = (): string | undefined => {
  try {
    return execFileSync('bash', [join(import.meta.dirname, 'install-library.sh')], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
};

/**
 * Runs the definition `rounds` times in aws-local-stepfunctions over a list of `items`, the best counts. It keeps no history, has no
 * API, runs a distributed Map as an inline one and a nested execution as a function that does nothing.
 */
export const runLibrary = (definition: object, items: number, rounds: number): Promise<LibraryRun | undefined> => {
  const path = installed();
  if (path === undefined) return Promise.resolve(undefined);
  const input = JSON.stringify(Array.from({ length: items }, (_, at) => at));
  const script = join(import.meta.dirname, 'library-run.mjs');
  const child = spawn(process.execPath, [script, path, JSON.stringify(definition), input, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  child.stdout.on('data', (text) => lines.push(String(text)));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`aws-local-stepfunctions ended with ${code}`));
      const run: LibraryRun = JSON.parse(lines.join(''));
      resolve(run);
    });
  });
};
