/**
 * `node bench/apply/run.ts`: 500 objects created, applied again unchanged, and one of them changed, by kubectl and by us against one
 * local kube-apiserver in one run. Prints a Markdown table; needs `npm run control-plane`, kubectl and GNU time.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openNamedCluster } from '../../cli/kubeconfig.ts';
import { applyAlone } from '../../shared/apply/apply-alone.ts';
import type { Cluster } from '../../shared/clouds/cluster.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Manifest, RenderedObject } from '../../shared/rollout/release.ts';
import { findControlPlane } from '../../test/control-plane/binaries.ts';
import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import { type Cost, callsOf, median, runCommand, spokenCalls } from './measure.ts';

const count = 500;
const repeats = 3;

/** Four kinds of 125 each; `version` changes exactly one object. */
const objectsOf = (version: number): readonly Manifest[] =>
  Array.from({ length: count }, (_, place): Manifest => {
    const name = `object-${String(place).padStart(3, '0')}`;
    const labels = { app: name };
    if (place % 4 === 0) {
      const data = { version: place === 0 ? String(version) : '0', text: 'x'.repeat(200) };
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
    }
    if (place % 4 === 1) {
      const spec = { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
      return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
    }
    if (place % 4 === 2) return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
    const container = {
      name: 'main',
      image: 'registry.example.com/web:v1',
      ports: [{ containerPort: 8080 }],
      env: [{ name: 'A', value: 'b' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
    };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
  });

const binaries = findControlPlane(process.env);
if (binaries === undefined) throw new Error('no control plane; run npm run control-plane');
const plane = await startControlPlane({ ...binaries, controllers: false });
const folder = join(plane.folder, 'bench');

const write = (version: number): string => {
  const path = join(folder, `v${version}`);
  mkdirSync(path, { recursive: true });
  for (const object of objectsOf(version)) {
    writeFileSync(join(path, `${object.metadata.name}.yaml`), JSON.stringify(object));
  }
  return path;
};

const counted = (cluster: Cluster, calls: Record<string, number>): Cluster => ({
  target: cluster.target,
  request: (path, init) => {
    const verb = init?.method ?? 'GET';
    calls[verb] = (calls[verb] ?? 0) + 1;
    return cluster.request(path, init);
  },
});

try {
  const paths = [write(0), write(1)];
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, plane.kubeconfig);
  const env = { KUBECONFIG: kubeconfig, HOME: folder };
  const { cluster } = await openNamedCluster({ env, directory: folder, clock: processClock }, undefined, undefined);
  const makeNamespace = (name: string) =>
    plane.request('/api/v1/namespaces', {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    });
  for (const name of ['kubectl', 'warm', 'process']) await makeNamespace(name);

  const kubectl = async (verb: string, version: number): Promise<Cost> => {
    const command = ['kubectl', verb, '--server-side', '-n', 'kubectl', '-f', paths[version] ?? ''];
    // Read calls off a run of its own would change what is measured; the log costs nothing that could be seen.
    const { wall, cpu, said } = await runCommand([...command, '-v=6'], env, [0, 1]);
    return { wall, cpu, calls: callsOf(said) };
  };
  const rendered = [0, 1].map((version) =>
    objectsOf(version).map((object): RenderedObject => ({ object, source: object.metadata.name })),
  );
  const held = { calls: {} as Record<string, number> };
  const watched = counted(
    cluster,
    new Proxy(
      {},
      {
        get: (_, verb: string) => held.calls[verb],
        set: (_, verb: string, value: number) => {
          held.calls[verb] = value;
          return true;
        },
      },
    ),
  );
  const warm = async (version: number): Promise<Cost> => {
    held.calls = {};
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const { summary } = await applyAlone(
      {
        ...{ set: 'bench', namespace: 'warm', objects: rendered[version] ?? [] },
        ...{ dryRun: false, prune: true, wait: false, patienceMs: 60_000 },
      },
      { cluster: watched, clock: processClock, interrupted: new AbortController().signal },
      { signal: new AbortController().signal, deadline: processClock.now() + 600_000 },
      { line: () => {}, say: (sentence) => console.error(sentence) },
    );
    if (summary.failed + summary.refused + summary.conflict > 0) throw new Error(JSON.stringify(summary));
    const { user, system } = process.cpuUsage(cpu);
    return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, calls: held.calls };
  };
  const memory: number[] = [];
  const main = join(import.meta.dirname, '../../bin/tidegate.mjs');
  const asProcess = async (version: number): Promise<Cost> => {
    const flags = ['--set', 'bench', '--namespace', 'process', '--no-wait', '--json'];
    const command = ['/usr/bin/time', '-f', 'memory %M', process.execPath, main, 'apply', paths[version] ?? ''];
    const { wall, cpu, said } = await runCommand([...command, ...flags], env);
    memory.push(Number(/^memory (\d+)$/m.exec(said)?.[1]) / 1024);
    return { wall, cpu, calls: {} };
  };
  const several = async (run: () => Promise<Cost>): Promise<Cost> => {
    const costs: Cost[] = [];
    for (let time = 0; time < repeats; time++) costs.push(await run());
    return median(costs);
  };
  /** One object back and forth, so that each run changes it. */
  const flip = (run: (version: number) => Promise<Cost>) => {
    let version = 0;
    return several(() => {
      version = 1 - version;
      return run(version);
    });
  };

  const created = { kubectl: await kubectl('apply', 0), warm: await warm(0), process: await asProcess(0) };
  const unchanged = {
    kubectl: await several(() => kubectl('apply', 0)),
    warm: await several(() => warm(0)),
    process: await several(() => asProcess(0)),
  };
  const diff = await several(() => kubectl('diff', 0));
  const changed = {
    kubectl: await flip((version) => kubectl('apply', version)),
    warm: await flip(warm),
    process: await flip(asProcess),
  };

  const row = (what: string, who: string, cost: Cost, beside: Cost) =>
    `| ${what} | ${who} | ${cost.wall.toFixed(2)} | ${(cost.wall / beside.wall).toFixed(3)} | ${cost.cpu.toFixed(2)} | ${spokenCalls(cost.calls)} |`;
  const lines = Object.entries({ created, unchanged, 'one changed': changed }).flatMap(([what, costs]) => [
    row(what, '`kubectl apply --server-side`', costs.kubectl, costs.kubectl),
    row(what, 'ours, warm', costs.warm, costs.kubectl),
    row(what, 'ours, as a process', costs.process, costs.kubectl),
  ]);
  console.log('| 500 objects | who | wall s | of kubectl | CPU s | API calls |\n| --- | --- | --- | --- | --- | --- |');
  console.log(lines.join('\n'));
  console.log(row('unchanged', '`kubectl diff --server-side`', diff, unchanged.kubectl));
  console.log(`\nMemory of the process at its most: ${Math.round(Math.max(...memory))} MB.`);
} finally {
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
