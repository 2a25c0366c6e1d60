import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { badInput } from './stop.ts';

const git = (directory: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string =>
  execFileSync('git', ['-C', directory, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', ...env },
  });

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' && error.stderr !== ''
    ? error.stderr.trim()
    : String(error);

/** The commit a work tree is at; `undefined` where the folder is none, or has no commit yet. */
export const headCommit = (directory: string): string | undefined => {
  try {
    return git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']).trim();
  } catch {
    return undefined;
  }
};

/** The commit that a name stands for in a work tree; the name itself where it is none there. */
export const resolveCommit = (directory: string, name: string): string => {
  try {
    return git(directory, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]).trim();
  } catch {
    return name;
  }
};

/** All files of a work tree's commit, as git keeps them. Throws `Stop` where there is no commit. */
export const filesAtHead = (directory: string): ReadonlyMap<string, Uint8Array> => {
  if (headCommit(directory) === undefined) {
    throw badInput(
      `${directory} has no commit: git is what is released from; run: git init && git add . && git commit -m "First"`,
    );
  }
  const names = git(directory, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD'])
    .split('\0')
    .filter(Boolean);
  return new Map(
    names.map((name) => {
      const bytes = execFileSync('git', ['-C', directory, 'cat-file', 'blob', `HEAD:${name}`], { maxBuffer: 64 << 20 });
      return [name, new Uint8Array(bytes)];
    }),
  );
};

/** Makes the instance's config repository from the work tree's commit, before anything listens to it. Twice changes nothing. */
export const mirrorHead = (directory: string, repository: string): void => {
  if (existsSync(join(repository, 'HEAD'))) return;
  mkdirSync(repository, { recursive: true, mode: 0o700 });
  try {
    git(repository, ['init', '--bare', '--quiet', '--initial-branch=main', '.']);
    git(directory, ['push', '--quiet', repository, 'HEAD:refs/heads/main']);
  } catch (error) {
    rmSync(repository, { recursive: true, force: true });
    throw badInput(`${directory} could not be copied to the instance: ${reasonOf(error)}`);
  }
};

/**
 * Pushes a commit of the work tree to the branch an instance releases from, which is a merge and starts its rollout. The token travels in
 * the environment, where other users do not see it. Throws `Stop` with what git says when the branch has moved on.
 */
export const pushCommit = (directory: string, commit: string, remote: string, token: string): void => {
  const header = `Authorization: Basic ${Buffer.from(`tidegate:${token}`).toString('base64')}`;
  try {
    git(directory, ['push', '--quiet', remote, `${commit}:refs/heads/main`], {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: header,
    });
  } catch (error) {
    throw badInput(
      `commit ${commit.slice(0, 12)} was not taken by the instance's config repository: ${reasonOf(error)}`,
    );
  }
};
