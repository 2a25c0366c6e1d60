import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
/** Where the packaged service of stage `ci` lies: template, state and one archive per function. */
export const packaged = join(root, 'dist', 'packaged');
export const stage = 'ci';

/** What serverless or a plugin of it prints where it goes on although what it made would not work. */
const COMPLAINTS = /cannot generate iam policy statement|warning|unrecognized property|deprecat|invalid/i;

export class PackagingFailed extends Error {
  override readonly name = 'PackagingFailed';
}

/**
 * Runs `serverless package` for the stage `ci` into `packaged`: with no account, no credentials, an empty home and the metadata
 * service off, so nothing of this machine gets in. Takes 5 to 50 s. Throws `PackagingFailed` when it fails, or complains.
 */
export const packageService = (): void => {
  const home = mkdtempSync(join(tmpdir(), 'tidegate-home-'));
  try {
    const parameters = {
      configRepository: 'example/config',
      consoleIssuer: 'https://issuer.example.com',
      consoleAudience: 'tidegate',
    };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'serverless', 'bin', 'serverless.js'),
        ...['package', '--stage', stage, '--package', packaged],
        ...Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`),
      ],
      {
        cwd: root,
        encoding: 'utf8',
        timeout: 240_000,
        env: { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', SLS_TELEMETRY_DISABLED: '1' },
      },
    );
    const said = `${stdout}${stderr}`;
    const complaint = said.split('\n').find((line) => COMPLAINTS.test(line));
    if (status !== 0)
      throw new PackagingFailed(
        `serverless package ended with ${status === null ? 'no answer in 4 minutes' : `code ${status}`}:\n${said}`,
      );
    if (complaint !== undefined)
      throw new PackagingFailed(`serverless package complained: ${complaint.trim()}\n${said}`);
  } finally {
    rmSync(home, { recursive: true });
  }
};

const INPUTS = [
  'serverless.yml',
  'package-lock.json',
  'resources/**/*.yml',
  'statemachines/*.yml',
  'bin/bundle-*.mjs',
  '{functions,shared,console}/**/*',
];

/** Packages unless what is there is newer than everything it is made from. */
export const packageOnce = (): void => {
  const state = join(packaged, 'serverless-state.json');
  const made = existsSync(state) ? statSync(state).mtimeMs : 0;
  const changed = globSync(INPUTS, { cwd: root }).some((file) => statSync(join(root, file)).mtimeMs > made);
  if (changed) packageService();
};

/** One resource of the compiled template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The compiled CloudFormation resources by their logical ids. */
export const packagedResources = (): Readonly<Record<string, Resource>> =>
  JSON.parse(readFileSync(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8')).Resources;
