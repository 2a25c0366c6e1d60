import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Expectation } from '../local/rehearsal/assess-expectations.ts';
import type { Rehearsed } from '../local/rehearsal/rehearsed.ts';
import type { Scenario } from '../local/rehearsal/scenario-schema.ts';
import type { Clock } from '../shared/outside/clock.ts';
import { exitCodes } from './exit-codes.ts';
import { badInput, Stop } from './stop.ts';

/** One scenario with one seed, as its process is told. */
export interface RehearsalJob {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly dir: string;
  /** Paths with their bytes in base64. */
  readonly files: readonly (readonly [path: string, base64: string])[];
  readonly config: string;
  /** The state machines, by name. */
  readonly definitions: Readonly<Record<string, string>>;
}

/** What came out, and what of the expectations came true. */
export interface RehearsalResult {
  readonly rehearsed: Rehearsed;
  readonly expectations: readonly Expectation[];
}

export type RehearsalAnswer =
  | ({ readonly ok: true } & RehearsalResult)
  | { readonly ok: false; readonly because: string };

/** Longer than any rehearsal that ends: jsonnet that never does can not be stopped from within. */
const longestMs = 15 * 60_000;

/** The process as it lies beside this file, and beside the packed command line, which is all JavaScript. */
const program = new URL(`./rehearsal-process.${import.meta.url.endsWith('.ts') ? 'ts' : 'mjs'}`, import.meta.url);

const machines = ['rollout', 'wave', 'deployment'];

/**
 * Runs scenarios, each with each seed, in processes side by side, as many as there are cores. `told` gets each result as soon as it and those before
 * it are there, so that the order is always the same. Throws `Stop` (exit 2) for a scenario that the config has nothing for.
 */
export const runRehearsals = async (
  asked: readonly { readonly scenario: Scenario; readonly seed: string }[],
  folder: { readonly files: ReadonlyMap<string, Uint8Array>; readonly config: string },
  { clock, interrupted }: { readonly clock: Pick<Clock, 'after'>; readonly interrupted: AbortSignal },
  told: (result: RehearsalResult) => void,
): Promise<void> => {
  const files = [...folder.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')] as const);
  const definitions = Object.fromEntries(machines.map((name) => [name, definitionOf(name)]));
  const results = new Map<number, RehearsalResult>();
  let next = 0;
  let shown = 0;
  const stop = new AbortController();
  const work = async (): Promise<void> => {
    for (let number = next++; number < asked.length; number = next++) {
      const one = asked[number];
      if (one === undefined || stop.signal.aborted) return;
      const answer = await inProcess(
        { ...one, files, config: folder.config, definitions },
        clock,
        AbortSignal.any([interrupted, stop.signal]),
      );
      if (!answer.ok) throw badInput(answer.because);
      results.set(number, answer);
      for (let ready = results.get(shown); ready !== undefined; ready = results.get(shown)) {
        told(ready);
        results.delete(shown);
        shown += 1;
      }
    }
  };
  const workers = Array.from({ length: Math.min(asked.length, availableParallelism()) }, work);
  try {
    await Promise.all(workers);
  } finally {
    stop.abort();
    await Promise.allSettled(workers);
  }
};

const definitionOf = (name: string): string =>
  readFileSync(new URL(`../statemachines/${name}.yml`, import.meta.url), 'utf8');

const inProcess = async (
  job: Omit<RehearsalJob, 'dir'>,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<RehearsalAnswer> => {
  const dir = mkdtempSync(join(inMemory() ? '/dev/shm' : tmpdir(), 'tidegate-rehearsal-'));
  const late = new AbortController();
  const cancel = clock.after(longestMs, () => late.abort());
  try {
    const text = await ask({ ...job, dir }, AbortSignal.any([signal, late.signal]));
    return JSON.parse(text) as RehearsalAnswer;
  } catch (error) {
    const what = `scenario ${job.scenario.name}, seed ${job.seed}`;
    if (late.signal.aborted)
      throw badInput(`${what}: not done after ${longestMs / 60_000} minutes; is there an endless loop in its jsonnet?`);
    if (signal.aborted) throw error;
    const because = error instanceof Error ? error.message : String(error);
    throw new Stop(exitCodes.ourError, 'REHEARSAL_DIED', `${what}: the rehearsal itself failed: ${because}`);
  } finally {
    cancel();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Thousands of commits of what nobody keeps: in memory where the system has such, with room for some rehearsals. */
const inMemory = (): boolean => {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= 2 ** 29;
  } catch {
    return false;
  }
};

const ask = (job: RehearsalJob, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(program)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (some: Buffer) => void out.push(some));
    child.stderr.on('data', (some: Buffer) => {
      errors = `${errors}${some.toString('utf8')}`.slice(-4_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(new Error(lastLine(errors) ?? `its process ended with ${code}`));
    });
    // Who died before it has read all says why by its end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(job));
  });

/** What was thrown, without where: that is of no use to whoever rehearses. */
const lastLine = (errors: string): string | undefined => /^(?:Uncaught )?(\w*Error: .*)$/m.exec(errors)?.[1];
