import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { ran } from './recording-terminal.ts';

const directory = memoryFolder('tidegate-rehearse-');
beforeAll(async () => {
  mkdirSync(join(directory, 'fleet'));
  await ran(['init', 'fleet', '--kubeconfig', '/nowhere'], { directory });
  writeFileSync(
    join(directory, 'wrong.yaml'),
    'name: wrong\nto: { behaves: { crash: gone } }\nexpect: { outcome: succeeded, told: [rolled back] }\n',
  );
  writeFileSync(join(directory, 'bad.yaml'), 'name: bad\nfaults:\n  - fault: api-dwn\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const rehearse = (...args: readonly string[]) => ran(['rehearse', '--config', 'fleet', ...args], { directory });

describe('tidegate rehearse', () => {
  it('runs scenarios in processes of their own, the same bytes for the same seed, and exits 3 for what did not come', async () => {
    const asked = ['crashing-version', 'wrong.yaml', '--json', '--record', 'day.md'];
    const { exitCode, out, said } = await rehearse(...asked);
    expect(exitCode).toBe(3);
    const lines = out.map((line) => JSON.parse(line));
    const ended = lines.filter(({ type }) => type === 'rehearsal');
    expect(ended.map(({ scenario, seed, outcome, asExpected }) => [scenario, seed, outcome, asExpected])).toEqual([
      ['crashing-version', '1', 'rolled_back', true],
      ['wrong', '1', 'rolled_back', false],
    ]);
    expect(ended[1].expectations).toEqual([
      { expected: 'it ends succeeded', held: false, came: expect.stringMatching(/^rolled_back: /) },
      { expected: 'people are told of "rolled back"', held: true, came: expect.stringContaining('ended rolled back') },
    ]);
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['event', 'told', 'target', 'rehearsal']));
    expect(said.at(-1)).toBe('\n2 rehearsals, 1 NOT as expected: wrong (seed 1)');
    const record = readFileSync(join(directory, 'day.md'), 'utf8');
    expect(record).toContain('| wrong | 1 | rolled back | **no** |');
    expect(record).toContain('- [x] people are told of "rolled back"');

    expect((await rehearse(...asked)).out).toEqual(out);
  });

  it('shows what happened and how to repeat it, where one did not come as expected', async () => {
    const { exitCode, out } = await rehearse('wrong.yaml', '--seed', '7');
    expect(exitCode).toBe(3);
    const text = out.join('\n');
    expect(text).toMatch(/^ {4}0:0\d\.\d {2}FOUND {4}aws-us-east-1-staging failed: /m);
    expect(text).toContain('wrong  NOT AS EXPECTED  1 of 2, seed 7');
    expect(text).toContain('✗ expected    it ends succeeded');
    expect(text).toContain('  again       tidegate rehearse wrong.yaml --seed 7 --config fleet');
    expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each([
    [
      ['bad.yaml'],
      /^SCHEMA_VALUE bad\.yaml:3:12 \/faults\/0\/fault: "api-dwn" is not known here; .*did you mean api-down\?/,
    ],
    [
      ['crashing-verson'],
      /scenario crashing-verson: no file, and none of that name .*did you mean crashing-version\?$/,
    ],
    [['missing.yaml'], /missing\.yaml: can not be read/],
    [['--seeds', '0'], /--seeds 0: expected a whole number from 1/],
    [['--config', 'nowhere'], /nowhere: can not be read/],
    [['crashing-version', '--record', 'no/day.md'], /--record .*no\/day\.md: can not be written \(ENOENT/],
    [['crashing-version', '--record', 'fleet'], /--record .*fleet: can not be written \(EISDIR/],
  ])('refuses %j before anything is run', async (args, message) => {
    const { exitCode, out, said } = await rehearse(...args);
    expect([exitCode, out]).toEqual([2, []]);
    expect(said.join('\n').replace(/^tidegate: /, '')).toMatch(message);
  });

  it('names what there is, and why a scenario says nothing of a config', async () => {
    const { exitCode, out } = await rehearse('--list', '--json');
    expect(exitCode).toBe(0);
    const listed = new Map(out.map((line) => [JSON.parse(line).scenario, JSON.parse(line)]));
    expect(listed.get('crashing-version')).toMatchObject({ fits: true, lacks: [] });
    expect(listed.get('unhealthy-version')).toMatchObject({ fits: false, lacks: ['no wave has a gate that probes'] });
  });

  it('has nothing to release where no service pins an image, but what needs none', async () => {
    mkdirSync(join(directory, 'plain', 'web'), { recursive: true });
    writeFileSync(
      join(directory, 'plain', 'web', 'web.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: {}\n',
    );
    writeFileSync(
      join(directory, 'plain', 'tidegate.yaml'),
      'services: { web: { manifests: web/ } }\ntargets: { a: { kubeconfig: { path: /kc } } }\nwaves: [{ name: all, targets: {} }]\n',
    );
    const { out } = await ran(['rehearse', '--config', 'plain', '--list', '--json'], { directory });
    const listed = new Map(out.map((line) => [JSON.parse(line).scenario, JSON.parse(line).lacks]));
    expect(listed.get('all-goes-well')).toEqual(['no service pins an image under `images`']);
    expect(listed.get('lost-render')).toEqual([]);
  });

  it('shows a scenario to begin with, and the faults there are', async () => {
    expect((await rehearse('--show', 'api-server-down')).out.join('\n')).toContain('fault: api-down');
    expect((await rehearse('--faults')).out.join('\n')).toMatch(/^api-down {9}the API server does not answer/);
  });
});
