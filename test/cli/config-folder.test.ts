import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ran } from './recording-terminal.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'tidegate-'));
const demo = new URL('../../examples/demo', import.meta.url).pathname;

describe('init', () => {
  test('writes a config that checks and renders as it is', async () => {
    const directory = folder();
    const written = await ran(['init', '--kubeconfig', 'none'], { directory });
    expect([written.exitCode, written.out]).toEqual([
      0,
      ['wrote tidegate.jsonnet', 'wrote services/hello.jsonnet', 'wrote .gitignore'],
    ]);
    expect(written.said.at(-1)).toBe('next: tidegate check');
    const checked = await ran(['check'], { directory });
    expect([checked.exitCode, checked.out]).toEqual([
      0,
      ['tidegate.jsonnet: good; 1 services for 1 targets in waves staging'],
    ]);
    const rendered = await ran(['render', '--target', 'aws-us-east-1-staging'], { directory });
    expect(rendered.exitCode).toBe(0);
    const kinds = parseAllDocuments(rendered.out.join('\n')).map((document) => document.get('kind'));
    expect(kinds).toEqual(['PodDisruptionBudget', 'Deployment', 'Service']);
  });

  test('takes the current context of a kubeconfig, and nothing else of it', async () => {
    const directory = folder();
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, 'current-context: "it\'s-mine"\nusers: [{ name: me, user: { token: secret } }]\n');
    await ran(['init', 'fleet'], { directory, env: { KUBECONFIG: kubeconfig } });
    const config = readFileSync(join(directory, 'fleet', 'tidegate.jsonnet'), 'utf8');
    expect(config).toContain(`kubeconfig: { path: "${kubeconfig}", context: "it's-mine" }`);
    expect(config).not.toContain('secret');
    expect((await ran(['check', 'fleet'], { directory })).exitCode).toBe(0);
  });

  test('overwrites nothing', async () => {
    const directory = folder();
    writeFileSync(join(directory, 'tidegate.jsonnet'), 'mine');
    const { exitCode, said } = await ran(['init', '--kubeconfig', 'none'], { directory });
    expect([exitCode, readFileSync(join(directory, 'tidegate.jsonnet'), 'utf8')]).toEqual([0, 'mine']);
    expect(said[0]).toBe('tidegate.jsonnet is there already and was left as it is');
    expect(existsSync(join(directory, 'services/hello.jsonnet'))).toBe(true);
  });
});

describe('check', () => {
  test('finds the shipped example good', async () => {
    const { exitCode, out } = await ran(['check', demo, '--json']);
    expect([exitCode, out.map((line) => JSON.parse(line))]).toEqual([
      0,
      [
        {
          code: 'WAIVED',
          place: 'services/storefront.jsonnet (deployment)',
          message:
            'Deployment storefront: one replica serves a Service: every restart is a gap; waived: nobody is promised anything of staging',
          object: 'apps/Deployment//storefront',
          rule: 'single-replica',
          severity: 'waived',
          targets: ['aws-us-east-1-staging', 'azure-eastus-staging', 'gcp-us-central1-staging'],
        },
        { ok: true, services: 2, targets: 12, waves: ['staging', 'internal', 'external'], warnings: 0, waived: 1 },
      ],
    ]);
  });

  test('finds nothing to warn of in what init writes', async () => {
    const directory = folder();
    await ran(['init', '--kubeconfig', 'none'], { directory });
    const { exitCode, out } = await ran(['check', '--json'], { directory });
    expect([exitCode, out.map((line) => JSON.parse(line))]).toEqual([
      0,
      [{ ok: true, services: 1, targets: 1, waves: ['staging'], warnings: 0, waived: 0 }],
    ]);
  });

  test('lints what it renders: warnings are told with file and object, what would be refused is exit 2', async () => {
    const directory = folder();
    await ran(['init', '--kubeconfig', 'none'], { directory });
    const file = join(directory, 'services/hello.jsonnet');
    const written = readFileSync(file, 'utf8');
    writeFileSync(file, written.replace('replicas:: 2', 'replicas:: 1'));
    const warned = await ran(['check'], { directory });
    expect([warned.exitCode, warned.out, warned.said]).toEqual([
      0,
      [
        'WARNING services/hello.jsonnet (deployment): Deployment hello: one replica serves a Service: every restart is a gap (single-replica)',
        'tidegate.jsonnet: good; 1 services for 1 targets in waves staging; 1 warning',
      ],
      ['to live with a warning, say why on its object: annotation tidegate.dev/waive-RULE'],
    ]);
    writeFileSync(file, written.replace("path: '/healthz', port: 'http'", "path: '/healthz', port: 'web'"));
    const refused = await ran(['check'], { directory });
    expect([refused.exitCode, refused.out, refused.said]).toEqual([
      2,
      [
        'OUTAGE services/hello.jsonnet (deployment): Deployment hello: readinessProbe of container hello asks port web, which it does not have (unknown-probe-port); change it, or state why in annotation tidegate.dev/waive-unknown-probe-port',
      ],
      ['tidegate.jsonnet: 1 problem'],
    ]);
  });

  test('warns of targets that no prober sees from outside, by what the config says of probers', async () => {
    const directory = folder();
    const config = (more: object) => ({
      services: { web: { manifests: 'web' } },
      targets: { a: { eks: { account: '111111111111', region: 'us-east-1', cluster: 'a' } } },
      waves: [{ name: 'one', targets: {}, gates: ['up'] }],
      gates: { up: { probe: { tcp: 'a.example.com:443' }, below: { failures: 0.001 } } },
      ...more,
    });
    const checked = async (more: object) => {
      writeFileSync(join(directory, 'tidegate.json'), JSON.stringify(config(more)));
      const { exitCode, out } = await ran(['check', '--json'], { directory });
      const warned = out.map((line) => JSON.parse(line)).filter(({ rule }) => rule === 'prober-outside');
      return { exitCode, warned: warned.map(({ message, targets }) => [message, targets]) };
    };
    mkdirSync(join(directory, 'web'));
    writeFileSync(join(directory, 'web/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
    expect(await checked({})).toEqual({ exitCode: 0, warned: [] });
    expect(await checked({ probers: ['us-east-1', 'eu-west-1'] })).toEqual({ exitCode: 0, warned: [] });
    expect(await checked({ probers: ['us-east-1'] })).toEqual({
      exitCode: 0,
      warned: [
        [
          'no prober stands outside the region and provider of a target: us-east-1 fails with them, or sees them by a way that nobody else has',
          ['a'],
        ],
      ],
    });
    const watched = {
      waves: [{ name: 'one', targets: {}, gates: ['up', 'errors', 'alerts'], monitoring: 'required' }],
      metrics: { m: { prometheus: 'https://m.example.com' } },
      gates: {
        ...config({}).gates,
        errors: { metric: { source: 'm', errors: 'a', requests: 'b' }, failAbove: 0.1, minRequests: 1 },
        alerts: { alerts: { source: 'm', labels: { a: 'b' } } },
      },
    };
    expect(await checked(watched)).toEqual({
      exitCode: 0,
      warned: [[expect.stringMatching(/^monitoring is required, and nothing says where probers stand/), []]],
    });
    expect((await checked({ probers: ['europe'] })).exitCode).toBe(2);
  });

  test('prints every problem on one line each, and is exit 2', async () => {
    const directory = folder();
    writeFileSync(
      join(directory, 'tidegate.yaml'),
      'services: { web: { manifests: none } }\ntargets: {}\nwaves: [{ name: one, targets: {}, soak: 5 minutes }]\n',
    );
    const { exitCode, out } = await ran(['check'], { directory });
    expect(exitCode).toBe(2);
    expect(out.length).toBeGreaterThan(1);
    for (const line of out) expect(line).toMatch(/^[A-Z_]+ tidegate\.yaml(:\d+:\d+)? /);
    const asJson = await ran(['check', '--json'], { directory });
    expect(asJson.out.map((line) => Object.keys(JSON.parse(line)))).toEqual(
      out.map(() => ['code', 'place', 'message']),
    );
  });

  test('finds what only rendering shows', async () => {
    const directory = folder();
    await ran(['init', '--kubeconfig', 'none'], { directory });
    writeFileSync(join(directory, 'services/hello.jsonnet'), "{ a: import '../../outside.libsonnet' }");
    const { exitCode, out } = await ran(['check'], { directory });
    expect([exitCode, out[0]]).toEqual([2, expect.stringMatching(/^IMPORT_DENIED services\/hello\.jsonnet/)]);
  });

  test('finds dependencies between workloads that lead nowhere, or in a circle', async () => {
    const directory = folder();
    const workload = (name: string) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: {} } },
    });
    const fleet = (workloads: object) => ({
      services: { shop: { manifests: 'shop.json', workloads } },
      targets: { one: { kubeconfig: { path: 'none' } } },
      waves: [{ name: 'all', targets: {} }],
    });
    writeFileSync(join(directory, 'shop.json'), JSON.stringify([workload('api'), workload('cache')]));
    const checked = async (workloads: object) => {
      writeFileSync(join(directory, 'tidegate.json'), JSON.stringify(fleet(workloads)));
      return ran(['check'], { directory });
    };
    expect((await checked({ api: { dependsOn: ['cache'] } })).exitCode).toBe(0);
    const unknown = await checked({ api: { dependsOn: ['cahce'] } });
    expect([unknown.exitCode, unknown.out]).toEqual([
      2,
      [
        'DEPENDENCY_UNKNOWN target one: services.shop.workloads names cahce, which service shop does not have; it has Deployment/api, Deployment/cache',
      ],
    ]);
    const circle = await checked({ api: { dependsOn: ['cache'] }, cache: { dependsOn: ['Deployment/api'] } });
    expect([circle.exitCode, circle.out]).toEqual([
      2,
      [
        'DEPENDENCY_CYCLE target one: workloads depend on each other: Deployment default/api -> Deployment default/cache -> Deployment default/api; take one of these dependencies away',
      ],
    ]);
  });

  test('refuses a symbolic link wherever it leads, without reading it', async () => {
    const directory = folder();
    await ran(['init', '--kubeconfig', 'none'], { directory });
    symlinkSync('/etc/passwd', join(directory, 'services/passwd.json'));
    const { exitCode, out, said } = await ran(['check'], { directory });
    expect([exitCode, out]).toEqual([2, []]);
    expect(said[0]).toContain('services/passwd.json is a symbolic link');
  });

  test.each([
    [['check', 'none'], 'can not be read'],
    [['check', '.'], 'no config here'],
  ])('%o says what is missing', async (args, message) => {
    const { exitCode, said } = await ran(args, { directory: folder() });
    expect([exitCode, said[0]]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('render', () => {
  test('prints one object a line with --json, of the service asked for', async () => {
    const { exitCode, out } = await ran([
      'render',
      demo,
      '--target',
      'gcp-us-central1-prod01',
      '--service',
      'gateway',
      '--json',
    ]);
    expect(exitCode).toBe(0);
    const objects = out.map((line) => JSON.parse(line));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toContain('Deployment gateway');
    expect(objects.every(({ metadata }) => metadata.name.startsWith('gateway'))).toBe(true);
  });

  test.each([
    [[], '--target is missing: expected one of aws-eu-central-1-prod01'],
    [['--target', 'none'], '--target none: expected one of'],
    [
      ['--target', 'gcp-us-central1-prod01', '--service', 'none'],
      '--service none: gcp-us-central1-prod01 has no such service; expected one of',
    ],
  ])('%o says what could have been meant', async (args, message) => {
    const { exitCode, said } = await ran(['render', demo, ...args]);
    expect([exitCode, said.join('\n')]).toEqual([2, expect.stringContaining(message)]);
  });
});
