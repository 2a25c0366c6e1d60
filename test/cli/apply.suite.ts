import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configMap, deployment, service, widget, widgetDefinition } from '../apply/manifests.ts';
import type { ReachableServer } from './api-server.ts';
import { folderWith, type Meanwhile, tidegate } from './tidegate.ts';

const json = (...objects: readonly unknown[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

/** `tidegate apply` as a process, against a server that it finds by a kubeconfig. */
export const applySuite = (server: () => ReachableServer): void => {
  let folder: string;
  let count = 0;
  let namespace = '';
  const write = (name: string, ...objects: readonly unknown[]) => writeFileSync(join(folder, name), json(...objects));
  const run = (...args: readonly string[]) => runMeanwhile({}, ...args);
  const runMeanwhile = async (meanwhile: Meanwhile, ...args: readonly string[]) => {
    const env = { KUBECONFIG: join(folder, 'kubeconfig') };
    const ran = await tidegate(folder, ['apply', ...args, '--namespace', namespace, '--json'], env, meanwhile);
    const said = ran.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    const summary = said.at(-1)?.summary as Record<string, unknown> | undefined;
    const lines = said
      .slice(0, -1)
      .map(({ identity, action, status }) =>
        [action, String(identity).replace(`/${namespace}/`, '/-/'), ...(status === undefined ? [] : [status])].join(
          ' ',
        ),
      );
    return { ...ran, said, lines, summary };
  };

  beforeEach(async () => {
    namespace = `alone-${++count}`;
    folder = folderWith({ kubeconfig: server().kubeconfig });
    await server().request('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    server().writes();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('creates, leaves alone, changes and prunes, each object a line, and a summary', async () => {
    write('a.yaml', configMap('settings'), service('web'));
    write('b.json', deployment('web', { reads: 'settings' }));
    const first = await run('.', '--set', 'web');
    // The kubeconfig has no .yaml ending, so it is no manifest of the folder.
    expect([first.exitCode, first.lines.toSorted(), first.err]).toEqual([
      0,
      ['created /ConfigMap/-/settings ready', 'created /Service/-/web ready', 'created apps/Deployment/-/web ready'],
      '',
    ]);
    expect(first.summary).toEqual({
      ...{ created: 3, changed: 0, unchanged: 0, migrated: 0, recreated: 0, pruned: 0 },
      ...{ conflict: 0, refused: 0, failed: 0, skipped: 0, notReady: 0, kept: [] },
    });

    server().writes();
    const again = await run('.', '--set', 'web');
    expect([again.exitCode, again.lines.toSorted(), server().writes()]).toEqual([
      0,
      [
        'unchanged /ConfigMap/-/settings ready',
        'unchanged /Service/-/web ready',
        'unchanged apps/Deployment/-/web ready',
      ],
      [],
    ]);

    write('a.yaml', configMap('settings', { key: 'other' }));
    const dry = await run('.', '--set', 'web', '--dry-run');
    const expected = ['changed /ConfigMap/-/settings', 'pruned /Service/-/web', 'unchanged apps/Deployment/-/web'];
    expect([dry.exitCode, dry.lines.toSorted(), server().writes()]).toEqual([0, expected, []]);

    const kept = await run('.', '--set', 'web', '--no-prune', '--no-wait');
    expect(kept.lines.toSorted()).toEqual(['changed /ConfigMap/-/settings', 'unchanged apps/Deployment/-/web']);

    const pruned = await run('.', '--set', 'web', '--no-wait');
    expect([pruned.exitCode, pruned.lines.toSorted()]).toEqual([
      0,
      ['pruned /Service/-/web', 'unchanged /ConfigMap/-/settings', 'unchanged apps/Deployment/-/web'],
    ]);
    expect((await server().request('GET', `/api/v1/namespaces/${namespace}/services/web`)).status).toBe(404);
  });

  it('leaves other sets of the same namespace alone', async () => {
    write('one.yaml', configMap('one'));
    write('two.yaml', configMap('two'));
    expect((await run('one.yaml', '--set', 'one', '--no-wait')).exitCode).toBe(0);
    expect((await run('two.yaml', '--set', 'two', '--no-wait')).lines).toEqual(['created /ConfigMap/-/two']);
    const taken = await run('one.yaml', 'two.yaml', '--set', 'two', '--no-wait');
    expect([taken.exitCode, taken.lines.toSorted()]).toEqual([
      3,
      ['refused /ConfigMap/-/one', 'unchanged /ConfigMap/-/two'],
    ]);
  });

  it('two processes on one set at the same moment leave it as one of them wants it, or say that they did not', async () => {
    const names = Array.from({ length: 24 }, (_, place) => `m${place}`);
    const files = ['one', 'other'];
    for (const key of files) {
      write(`${key}.yaml`, ...names.map((name) => configMap(name, { key })), deployment('web', { reads: 'm0' }));
    }
    const versions = async () => {
      const { body } = await server().request('GET', `/api/v1/namespaces/${namespace}/configmaps`);
      const items = body.items as readonly { readonly metadata: { readonly name: string }; readonly data: object }[];
      return items.filter(({ metadata }) => names.includes(metadata.name)).map(({ data }) => Object.values(data)[0]);
    };
    for (const round of ['made', 'changed']) {
      const ran = await Promise.all(files.map((file) => run(`${file}.yaml`, '--set', 'web')));
      const live = await versions();
      const whole = files.filter((file) => live.every((version) => version === file));
      const good = files.filter((_, place) => ran[place]?.exitCode === 0);
      const reasons = ran.flatMap(({ said }) =>
        said.flatMap(({ reason }) => (reason === undefined ? [] : [`${reason}`])),
      );
      const told = reasons.filter((text) => /another tidegate.* appl.* this set at the same time/.test(text));
      expect([live.length, ran.every(({ exitCode }) => exitCode === 0 || exitCode === 3), round]).toEqual([
        24,
        true,
        round,
      ]);
      // Both are content only where one came wholly behind the other.
      expect([whole.length === 1 || good.length < 2, good.length === 2 || told.length > 0, round]).toEqual([
        true,
        true,
        round,
      ]);
      expect(whole.length === 0 || good.includes(whole[0] ?? '') || good.length === 0).toBe(true);
      const mended = await run('one.yaml', '--set', 'web');
      expect([mended.exitCode, await versions()]).toEqual([0, names.map(() => 'one')]);
    }
  });

  it('goes on beside what is refused, skips what needs it, and prunes nothing', async () => {
    write('set.yaml', configMap('old'));
    expect((await run('set.yaml', '--set', 'web', '--no-wait')).exitCode).toBe(0);
    const bad = deployment('web', { reads: 'settings' });
    const annotations = { 'config.kubernetes.io/depends-on': `apps/namespaces/${namespace}/Deployment/web` };
    write(
      'set.yaml',
      configMap('settings'),
      { ...bad, spec: { ...(bad.spec as object), replicas: 'many' } },
      { ...configMap('after'), metadata: { name: 'after', annotations } },
      { apiVersion: 'gateway.example.com/v1', kind: 'Gateway', metadata: { name: 'edge' } },
    );
    const dry = await run('set.yaml', '--set', 'web', '--dry-run');
    const ran = await run('set.yaml', '--set', 'web');
    const lines = (status: string) => [
      `created /ConfigMap/-/settings${status}`,
      'refused apps/Deployment/-/web',
      'refused gateway.example.com/Gateway//edge',
      'skipped /ConfigMap/-/after',
    ];
    expect([dry.exitCode, dry.lines.toSorted()]).toEqual([3, lines('')]);
    expect([ran.exitCode, ran.lines.toSorted()]).toEqual([3, lines(' ready')]);
    expect((await server().request('GET', `/api/v1/namespaces/${namespace}/configmaps/old`)).status).toBe(200);
  });

  it('tells what the API server warns of: with the line of the object, for people on stderr', async () => {
    const pod = { nodeSelector: { 'beta.kubernetes.io/os': 'linux' }, containers: [{ name: 'main', image: 'web:1' }] };
    const template = { metadata: { labels: { app: 'web' } }, spec: pod };
    const text = 'nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead';
    const object = { ...deployment('web'), spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template } };
    write('a.yaml', object, configMap('quiet'));
    const warned = (said: readonly Record<string, unknown>[]) =>
      said.flatMap(({ identity, warnings }) => (warnings === undefined ? [] : [[identity, warnings]]));
    const expected = [[`apps/Deployment/${namespace}/web`, [`spec.template.spec.${text}`]]];
    expect(warned((await run('a.yaml', '--set', 'web', '--dry-run')).said)).toEqual(expected);
    const people = await tidegate(folder, ['apply', 'a.yaml', '--set', 'web', '--namespace', namespace], {
      KUBECONFIG: join(folder, 'kubeconfig'),
    });
    expect([people.exitCode, people.err]).toEqual([
      0,
      `warning: Deployment ${namespace}/web: spec.template.spec.${text}`,
    ]);
    expect(warned((await run('a.yaml', '--set', 'web')).said)).toEqual([]);
  });

  it('counts equal duplicates once and refuses both of unequal ones', async () => {
    write('a.yaml', configMap('same'), configMap('unlike', { key: 'a' }));
    write('b.yaml', configMap('same'), configMap('unlike', { key: 'b' }));
    const ran = await run('a.yaml', 'b.yaml', '--set', 'web', '--no-wait');
    expect([ran.exitCode, ran.lines.toSorted()]).toEqual([
      3,
      ['created /ConfigMap/-/same', 'refused /ConfigMap/-/unlike', 'refused /ConfigMap/-/unlike'],
    ]);
    expect(ran.said.flatMap(({ reason }) => (String(reason).includes('is also in') ? [reason] : []))).toEqual([
      `a.yaml:3 (document 2): ConfigMap ${namespace}/unlike is also in b.yaml:3 (document 2) (service web); keep one of them`,
      `b.yaml:3 (document 2): ConfigMap ${namespace}/unlike is also in a.yaml:3 (document 2) (service web); keep one of them`,
    ]);
  });

  it('takes over from kubectl apply, and tells a field of somebody else as a conflict', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const last = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    await server().request('POST', `${path}?fieldManager=kubectl-client-side-apply`, {
      ...configMap('applied', { key: 'old', gone: 'x' }),
      metadata: { name: 'applied', annotations: last },
    });
    await server().request('POST', `${path}?fieldManager=operator`, configMap('operated', { key: 'theirs' }));
    write('set.yaml', configMap('applied', { key: 'new' }), configMap('operated', { key: 'ours' }));
    const ran = await run('set.yaml', '--set', 'web', '--no-wait');
    expect([ran.exitCode, ran.lines.toSorted()]).toEqual([
      3,
      ['conflict /ConfigMap/-/operated', 'migrated /ConfigMap/-/applied'],
    ]);
    expect((await server().request('GET', `${path}/applied`)).body.data).toEqual({ key: 'new' });
  });

  it('brings a CRD and its objects in one go, and says of what has no controller that it is not ready', async () => {
    write('set.yaml', widget('one', 1), widgetDefinition);
    const ran = await run('set.yaml', '--set', 'widgets', '--timeout', '60s');
    expect([ran.exitCode, ran.lines.toSorted()]).toEqual([
      0,
      [
        'created apiextensions.k8s.io/CustomResourceDefinition//widgets.example.com ready',
        'created example.com/Widget/-/one ready',
      ],
    ]);
    await server().request('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com');
  });

  it('names a doomed pod long before the time is up', async () => {
    write('set.yaml', deployment('web', { image: 'registry.example.com/not-found:v1' }));
    const ran = await run('set.yaml', '--set', 'web');
    expect([ran.exitCode, ran.lines, ran.summary?.notReady]).toEqual([3, ['created apps/Deployment/-/web failed'], 1]);
    expect(ran.said[0]?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff): pod web-.*not-found:v1/);
  });

  it('reads standard input, links and folders behind links, each file once', async () => {
    mkdirSync(join(folder, 'shared/deeper'), { recursive: true });
    mkdirSync(join(folder, 'set/.hidden'), { recursive: true });
    write('shared/deeper/linked.yaml', configMap('linked'));
    write('set/own.yml', configMap('own'));
    write('set/.hidden/no.yaml', configMap('hidden'));
    symlinkSync('../shared', join(folder, 'set/behind'));
    symlinkSync('.', join(folder, 'set/loop'));
    symlinkSync('own.yml', join(folder, 'set/again.yaml'));
    const input = json(configMap('piped'));
    const ran = await runMeanwhile({ input }, 'set', '-', '--set', 'web', '--no-wait');
    expect([ran.exitCode, ran.err, ran.lines.toSorted()]).toEqual([
      0,
      '',
      ['created /ConfigMap/-/linked', 'created /ConfigMap/-/own', 'created /ConfigMap/-/piped'],
    ]);
    symlinkSync('nowhere', join(folder, 'set/lost.yaml'));
    const lost = await run('set', '--set', 'web', '--no-wait');
    expect([lost.exitCode, lost.err]).toEqual([2, expect.stringContaining('set/lost.yaml: there is no such file')]);
  });

  it('says at Ctrl-C of each object how far it is, with a summary and exit 130', async () => {
    write('set.yaml', configMap('settings'), deployment('web', { image: 'registry.example.com/hang:v1' }));
    const ran = await runMeanwhile({ interruptAt: '/settings' }, 'set.yaml', '--set', 'web');
    expect([ran.exitCode, ran.lines]).toEqual([
      130,
      ['created /ConfigMap/-/settings ready', 'created apps/Deployment/-/web in-progress'],
    ]);
    expect(ran.summary).toMatchObject({ created: 2, notReady: 1 });
  });

  it('refuses everything where the namespace is not there, and does not create it', async () => {
    write('set.yaml', configMap('settings'));
    namespace = 'nowhere';
    const ran = await run('set.yaml', '--set', 'web');
    expect([ran.exitCode, ran.lines]).toEqual([3, ['refused /ConfigMap/-/settings']]);
    expect((await server().request('GET', '/api/v1/namespaces/nowhere')).status).toBe(404);
  });
};
