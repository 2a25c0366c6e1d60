import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyAlone } from '../../shared/apply/apply-alone.ts';
import type { Cluster } from '../../shared/clouds/cluster.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { RenderedObject } from '../../shared/rollout/release.ts';
import { type Cost, runCommand } from './measure.ts';
import { objectsOf } from './objects.ts';

/** Something that brings a namespace to one of the two versions of the set. */
export interface Contestant {
  readonly name: string;
  readonly namespace: string;
  apply(version: number): Promise<Cost>;
}

export interface Ring {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cluster: Cluster;
  /** Where kapp and helm are. */
  readonly peers: string;
}

const versions = [0, 1];
const main = join(import.meta.dirname, '../../bin/tidegate.mjs');

/** The manifests as a folder of files, one object each; what `ring.folder` holds afterwards is `v0`, `v1`, `chart0`, `chart1`. */
export const writeManifests = ({ folder }: Pick<Ring, 'folder'>): void => {
  for (const version of versions) {
    const places = [join(folder, `v${version}`), join(folder, `chart${version}`, 'templates')];
    for (const place of places) mkdirSync(place, { recursive: true });
    writeFileSync(join(folder, `chart${version}`, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n');
    for (const object of objectsOf(version)) {
      for (const place of places) writeFileSync(join(place, `${object.metadata.name}.yaml`), JSON.stringify(object));
    }
  }
};

export const kubectlApply = ({ folder, env }: Ring): Contestant => ({
  name: '`kubectl apply --server-side`',
  namespace: 'kubectl',
  apply: (version) =>
    runCommand(['kubectl', 'apply', '--server-side', '-n', 'kubectl', '-f', join(folder, `v${version}`)], env),
});

/** Without what takes most of its time: to find out for every object whether the server can validate fields. */
export const kubectlUnvalidated = ({ folder, env }: Ring): Contestant => ({
  name: '`kubectl apply --server-side --validate=false`',
  namespace: 'unvalidated',
  apply: (version) => {
    const flags = ['--server-side', '--validate=false', '-n', 'unvalidated'];
    return runCommand(['kubectl', 'apply', ...flags, '-f', join(folder, `v${version}`)], env);
  },
});

/** Says what would change; ends with 1 where anything would. */
export const kubectlDiff = ({ folder, env }: Ring): Contestant => ({
  name: '`kubectl diff --server-side`',
  namespace: 'kubectl',
  apply: (version) =>
    runCommand(['kubectl', 'diff', '--server-side', '-n', 'kubectl', '-f', join(folder, `v${version}`)], env, [0, 1]),
});

export const oursWarm = ({ cluster }: Ring): Contestant => {
  const rendered = versions.map((version) =>
    objectsOf(version).map((object): RenderedObject => ({ object, source: object.metadata.name })),
  );
  return {
    name: 'ours, warm',
    namespace: 'warm',
    apply: async (version) => {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const { summary } = await applyAlone(
        {
          ...{ set: 'bench', namespace: 'warm', objects: rendered[version] ?? [] },
          ...{ dryRun: false, prune: true, wait: false, patienceMs: 60_000 },
        },
        { cluster, clock: processClock, interrupted: new AbortController().signal },
        { signal: new AbortController().signal, deadline: processClock.now() + 600_000 },
        { line: () => {}, say: (sentence) => console.error(sentence) },
      );
      if (summary.failed + summary.refused + summary.conflict > 0) throw new Error(JSON.stringify(summary));
      const { user, system } = process.cpuUsage(cpu);
      return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
    },
  };
};

export const oursAsProcess = ({ folder, env }: Ring): Contestant => ({
  name: 'ours, as a process',
  namespace: 'process',
  apply: (version) => {
    const flags = ['--set', 'bench', '--namespace', 'process', '--no-wait', '--json'];
    return runCommand([process.execPath, main, 'apply', join(folder, `v${version}`), ...flags], env);
  },
});

export const kapp = ({ folder, env, peers }: Ring): Contestant => ({
  name: '`kapp deploy --wait=false`',
  namespace: 'kapp',
  apply: (version) => {
    const flags = ['-a', 'bench', '-n', 'kapp', '--into-ns', 'kapp', '--wait=false', '--yes'];
    return runCommand([join(peers, 'kapp'), 'deploy', '-f', join(folder, `v${version}`), ...flags], env);
  },
});

export const helm = ({ folder, env, peers }: Ring): Contestant => ({
  name: '`helm upgrade --install`',
  namespace: 'helm',
  apply: (version) => {
    const command = ['upgrade', '--install', 'bench', join(folder, `chart${version}`), '-n', 'helm'];
    return runCommand([join(peers, 'helm'), ...command], env);
  },
});
