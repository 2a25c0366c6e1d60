import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ran } from './recording-terminal.ts';

/** The command line as it stands in the sources. */
export const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/**
 * The environment of a command: nothing of this process's but PATH. What Node compiles is kept where `bin/compile-cache.mjs` keeps it, which
 * spares each start two thirds of its work.
 */
export const environmentOf = (home: string): Readonly<Record<string, string>> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
});

/** How a command ended, and what it wrote. */
export interface Ran {
  readonly exitCode: number | null;
  readonly out: readonly string[];
  readonly err: string;
}

/** What happens to a command while it runs. */
export interface Meanwhile {
  /** Its standard input. */
  readonly input?: string;
  /** Ctrl-C comes when it has written this on stdout. */
  readonly interruptAt?: string;
  /** Its stdout is read no more when this has been read of it. */
  readonly hangUpAt?: string;
}

/** Runs the command line as a process of its own, in `directory`. */
export const tidegate = (
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { input = '', interruptAt, hangUpAt }: Meanwhile = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: directory,
      env: { ...environmentOf(directory), NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Whoever reads no input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const texts = { out: '', err: '' };
    let awaited = interruptAt;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.out += text;
      if (hangUpAt !== undefined && texts.out.includes(hangUpAt)) child.stdout.destroy();
      if (awaited === undefined || !texts.out.includes(awaited)) return;
      awaited = undefined;
      child.kill('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.err += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) =>
      resolve({ exitCode, out: texts.out.split('\n').filter((line) => line !== ''), err: texts.err.trimEnd() }),
    );
  });

/** The same in this process, at no start of another: for what needs neither a process nor the real clock. */
export const tidegateHere = async (
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => {
  const { exitCode, out, said } = await ran(args, { directory, env: { HOME: directory, ...env } });
  return {
    exitCode,
    out: out
      .join('\n')
      .split('\n')
      .filter((line) => line !== ''),
    err: said.join('\n'),
  };
};

/** A new folder with these files in it. */
export const folderWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};
