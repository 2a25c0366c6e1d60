import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './serverless.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tidegate-packed-'));
const app = join(scratch, 'app');
const home = join(scratch, 'home');
/** Nothing of the checkout is in reach, and no variable of this process. */
const env = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), HOME: home };

const npm = (cwd: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8', timeout: 240_000 });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
};

const tidegate = (
  ...args: readonly string[]
): { readonly code: number | null; readonly out: string; readonly err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(app, 'node_modules/.bin/tidegate'), ...args], {
    cwd: app,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, out: stdout, err: stderr };
};

let archive = '';

beforeAll(() => {
  for (const folder of [app, home]) mkdirSync(folder);
  archive = join(scratch, npm(root, 'pack', '--silent', '--pack-destination', scratch).trim().split('\n').at(-1) ?? '');
  npm(app, 'install', '--offline', '--omit=optional', '--no-audit', '--no-fund', archive);
}, 500_000);
afterAll(() => rmSync(scratch, { recursive: true }));

describe('the command line that npm packs', () => {
  it('is one package, without any other, of less than 2.5 MB', () => {
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['tidegate']);
    expect(statSync(archive).size).toBeLessThan(2_500_000);
  });

  it('has the licences of what is bundled', () => {
    const text = readFileSync(join(app, 'node_modules/tidegate/dist/cli/LICENCES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-s3', 'commander', 'hono', 'idiomorph', 'isomorphic-git', 'yaml', 'zod']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: \\S+`, 'm'));
    }
  });

  it.each([
    ...['apply', 'settled', 'probe', 'measure', 'judge', 'presets', 'engine', 'start', 'plan', 'release', 'status'],
    ...['login', 'logout', 'rehearse', 'audit'],
  ])('explains %s', (command) => {
    const { code, out, err } = tidegate(command, '--help');
    expect({ code, err, usage: out.split('\n')[0] }).toEqual({
      code: 0,
      err: '',
      usage: expect.stringMatching(new RegExp(`^Usage: tidegate ${command}`)),
    });
  });

  it('reads a config in jsonnet, as the folder that it makes has', () => {
    expect(tidegate('init', 'fleet').code).toBe(0);
    const { code, out, err } = tidegate('check', 'fleet');
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringContaining('good; 1 services for 1 targets'),
      err: '',
    });
  });

  it('rehearses on that folder, in a process of its own', () => {
    const { code, out, err } = tidegate('rehearse', 'crashing-version', '--config', 'fleet', '--json');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('1 rehearsal, all as expected') });
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ outcome: 'rolled_back', asExpected: true });
  });

  it('says what is wrong with a config, and where', () => {
    mkdirSync(join(app, 'wrong'));
    writeFileSync(join(app, 'wrong', 'tidegate.jsonnet'), '{ servces: {} }\n');
    const { code, out, err } = tidegate('check', 'wrong');
    expect(code).not.toBe(0);
    expect(`${out}${err}`).toContain('unknown field "servces"');
    expect(`${out}${err}`).not.toContain('bundle:');
  });

  it('judges objects in files', () => {
    writeFileSync(join(app, 'live.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: b }\n');
    expect(tidegate('settled', 'live.yaml', '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"ready"'),
      err: '',
    });
  });

  it('refuses what can not be read, in a sentence', () => {
    expect(tidegate('apply', 'nothing.yaml', '--set', 'web')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing.yaml'),
    });
    expect(tidegate('judge', 'nothing.json')).toMatchObject({ code: 2, err: expect.stringContaining('nothing.json') });
  });

  it('has the egress rules of the sources: a private address is not connected to unless it is allowed', () => {
    const { out } = tidegate('probe', 'http://127.0.0.1:9/', '--json');
    expect(out).toContain('address_refused');
    expect(tidegate('probe', 'http://127.0.0.1:9/', '--json', '--allow', '127.0.0.0/8').out).toContain(
      'connect_refused',
    );
  });
});
