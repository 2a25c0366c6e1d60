import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../../shared/rollout/release.ts';

/** What upstream says of an object; `status` is `error` where it says nothing but an error, or panics. */
export interface Upstream {
  readonly status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'error';
  readonly reason: string;
  readonly message: string;
}

export const noUpstream = 'skipped: no Go that builds kstatus';

const here = import.meta.dirname;

/**
 * The program that asks kstatus, built on first use (half a minute) into a cache folder outside the checkout. Undefined where it can
 * not be built, for want of Go or of its modules; in CI that is an error.
 */
export const buildUpstream = (): string | undefined => {
  const sources = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) sources.update(readFileSync(join(here, file)));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tidegate', 'kstatus');
  const program = join(folder, sources.digest('hex').slice(0, 12));
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const aside = `${program}.${process.pid}`;
  const built = spawnSync('go', ['build', '-trimpath', '-o', aside, '.'], {
    cwd: here,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
    encoding: 'utf8',
  });
  if (built.status === 0) {
    renameSync(aside, program);
    return program;
  }
  if (process.env.CI === 'true') throw new Error(`kstatus can not be built: ${built.error ?? built.stderr}`);
  return undefined;
};

/** Asks upstream about objects, in order. */
export const askUpstream = (program: string, objects: readonly Manifest[]): readonly Upstream[] => {
  const input = objects.map((object) => JSON.stringify(object)).join('\n');
  const ran = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (ran.status !== 0) throw new Error(`kstatus: ${ran.error ?? ran.stderr}`);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line): Upstream => JSON.parse(line));
};
