import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

export const root = join(import.meta.dirname, '..', '..');
/** Where the packaged service of stage `ci` lies: template, state and one archive per function. */
export const packaged = join(root, 'dist', 'packaged');
export const stage = 'ci';

/** What serverless or a plugin of it prints where it goes on although what it made would not work. */
const COMPLAINTS = /cannot generate iam policy statement|warning|unrecognized property|deprecat|invalid/i;

export class PackagingFailed extends Error {
  override readonly name = 'PackagingFailed';
}

/** Runs `use` while no other process does: two that package would take each other's files away. Waits for up to 5 minutes. */
const alone = (use: () => void): void => {
  const lock = join(root, 'dist', 'packaging.lock');
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (let left = 300; ; left -= 1) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (left === 0)
        throw new PackagingFailed(`${lock} was there for 5 minutes; remove it if nothing packages`, { cause: error });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    }
  }
  try {
    use();
  } finally {
    rmdirSync(lock);
  }
};

/**
 * Runs `serverless package` for the stage `at` into `folder`, without more for `ci` into `packaged`: with no account, no credentials, an empty home and the metadata
 * service off, so nothing of this machine gets in. Takes 5 to 50 s, and waits for others that package here. `config` is the service, by default the whole.
 * Throws `PackagingFailed` when it fails, or complains.
 */
export const packageService = (...given: Parameters<typeof packageAlone>): void => alone(() => packageAlone(...given));

/** Values for `--param`. */
type Given = Readonly<Record<string, string>>;

const packageAlone = (config = 'serverless.yml', folder = packaged, more: Given = {}, at = stage): void => {
  // Of a run that was killed: its parts would be packed for functions that they are not of.
  rmSync(join(root, '.esbuild'), { recursive: true, force: true });
  const said = serverless(['package', '--config', config, '--stage', at, '--package', folder], more, root);
  const complaint = said.split('\n').find((line) => COMPLAINTS.test(line));
  if (complaint !== undefined) throw new PackagingFailed(`serverless package complained: ${complaint.trim()}\n${said}`);
};

/** A service of a folder as `serverless print` understands it, for the stage `ci`, with nothing packaged. Takes 1 s. Throws `PackagingFailed`. */
export const printedService = (config: string, folder: string, more: Given): unknown =>
  parse(serverless(['print', '--config', config, '--stage', stage], more, folder), { logLevel: 'error' });

/** What serverless says to a command, with no account, no credentials and an empty home. Throws `PackagingFailed` with that where it fails. */
const serverless = (command: readonly string[], more: Given, cwd: string): string => {
  const home = mkdtempSync(join(tmpdir(), 'tidegate-home-'));
  try {
    const parameters = {
      configRepository: 'example/config',
      consoleIssuer: 'https://issuer.example.com',
      consoleAudience: 'tidegate',
      // The fleet has clusters at all three clouds.
      googleAudience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/tidegate/providers/aws',
      azureTenant: 'simulated',
      azureClient: 'tidegate',
      ...more,
    };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'serverless', 'bin', 'serverless.js'),
        ...command,
        ...Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`),
      ],
      {
        cwd,
        encoding: 'utf8',
        timeout: 240_000,
        env: { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', SLS_TELEMETRY_DISABLED: '1' },
      },
    );
    const said = `${stdout}${stderr}`;
    if (status === 0) return command[0] === 'print' ? stdout : said;
    const how = status === null ? 'no answer in 4 minutes' : `code ${status}`;
    throw new PackagingFailed(`serverless ${command[0]} ended with ${how}:\n${said}`);
  } finally {
    rmSync(home, { recursive: true });
  }
};

const INPUTS = [
  'serverless.yml',
  'package-lock.json',
  'resources/**/*.yml',
  'statemachines/*.yml',
  'bin/{bundle-*.mjs,*.cjs}',
  '{functions,shared,console}/**/*',
];

/** What is there was made from what is there now. */
const isCurrent = (): boolean => {
  const state = join(packaged, 'serverless-state.json');
  const made = existsSync(state) ? statSync(state).mtimeMs : 0;
  return globSync(INPUTS, { cwd: root }).every((file) => statSync(join(root, file)).mtimeMs <= made);
};

/** Packages unless what is there is newer than everything it is made from. Several processes may call it at once. */
export const packageOnce = (): void => {
  if (isCurrent()) return;
  alone(() => {
    if (!isCurrent()) packageAlone();
  });
};

/**
 * What `packageService` makes, in less time: the archives are those of `packaged`, as no function differs by stage or by service, and what is
 * made is the template. Takes 5 to 10 s where `packaged` is current.
 */
export const packageTemplate = (config: string, folder: string, more: Given = {}, at = stage): void => {
  packageOnce();
  for (const archive of globSync('*.zip', { cwd: packaged })) cpSync(join(packaged, archive), join(folder, archive));
  packageService(config, folder, { ...more, bundled: 'true' }, at);
};

/** One resource of the compiled template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** The compiled CloudFormation resources by their logical ids. */
export const packagedResources = (): Readonly<Record<string, Resource>> =>
  JSON.parse(readFileSync(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8')).Resources;
