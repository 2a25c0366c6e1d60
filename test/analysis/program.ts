import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';

export interface Program {
  readonly pid: number;
  stop(): Promise<void>;
}

const isThere = (program: string): boolean => spawnSync('which', [program]).status === 0;

/**
 * Tests against programs that Debian has packages of; skipped, saying so, where one is not installed, unless
 * `TIDEGATE_REQUIRE_STORES=1`, as after `.ci/run` has installed them.
 */
export const describeWith = (name: string, programs: readonly string[], cases: () => void): void => {
  const missing = programs.filter((program) => !isThere(program));
  const usable = missing.length === 0 || process.env.TIDEGATE_REQUIRE_STORES === '1';
  describe.runIf(usable)(name, cases);
  if (!usable) test.skip(`${name} skipped: not installed: ${missing.join(', ')}`, () => {});
};

/** An empty folder of its own, removed by `remove`. */
export const temporaryFolder = (name: string): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), `tidegate-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** Starts a program and waits until `ready` says so. Rejects with what it wrote when it ends before, or is not ready within a minute. */
export const startProgram = async (
  program: string,
  args: readonly string[],
  ready: () => Promise<boolean>,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> => {
  const child: ChildProcess = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let written = '';
  const keep = (chunk: Buffer) => {
    written = (written + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${program} ended: ${written}`);
    if (await ready().catch(() => false)) return { pid: child.pid ?? 0, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${program} was not ready within a minute: ${written}`);
};

/** Whether an address answers with a status below 400. */
export const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;

/** Asks again and again until what is found is as wanted, for half a minute; gives what was found last. */
export const eventually = async <Found>(
  ask: () => Promise<Found>,
  isWanted: (found: Found) => boolean,
): Promise<Found> => {
  for (let attempt = 0; ; attempt += 1) {
    const found = await ask();
    if (isWanted(found) || attempt >= 120) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};
