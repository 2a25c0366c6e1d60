/**
 * `node bench/apply/run.ts`: 500 objects created, applied again unchanged, and one of them changed, by kubectl, kapp, helm and by us
 * against one local kube-apiserver in one run. Prints a Markdown table; calls are those the API server's audit log counts. Needs
 * `npm run control-plane`, `bash bench/apply/peers.sh` (Go), kubectl and GNU time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNamedCluster } from '../../cli/kubeconfig.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { findControlPlane } from '../../test/control-plane/binaries.ts';
import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import { keepAudit, spokenCalls } from './audit.ts';
import {
  type Contestant,
  helm,
  kapp,
  kubectlApply,
  kubectlDiff,
  kubectlUnvalidated,
  oursAsProcess,
  oursWarm,
  type Ring,
  writeManifests,
} from './contestants.ts';
import { type Cost, median } from './measure.ts';

const repeats = 3;

const binaries = findControlPlane(process.env);
if (binaries === undefined) throw new Error('no control plane; run npm run control-plane');
const peers = execFileSync('bash', [join(import.meta.dirname, 'peers.sh')], { encoding: 'utf8' }).trim();
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'));
const audit = keepAudit(join(folder, 'audit'));
const plane = await startControlPlane({ ...binaries, controllers: false }, { flags: audit.flags });

type Counted = Cost & { readonly calls: Readonly<Record<string, number>> };

const once = async (contestant: Contestant, version: number): Promise<Counted> => {
  audit.calls();
  const cost = await contestant.apply(version);
  return { ...cost, calls: audit.calls() };
};
const several = async (run: (time: number) => Promise<Counted>): Promise<Counted> => {
  const costs: Counted[] = [];
  for (let time = 1; time <= repeats; time++) costs.push(await run(time));
  return median(costs);
};

try {
  writeManifests({ folder });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 });
  const env = { KUBECONFIG: kubeconfig, HOME: folder };
  const { cluster } = await openNamedCluster({ env, directory: folder, clock: processClock }, undefined, undefined);
  const ring: Ring = { folder, env, cluster, peers };
  const kubectl = kubectlApply(ring);
  const contestants = [kubectl, kubectlUnvalidated(ring), oursWarm(ring), oursAsProcess(ring), kapp(ring), helm(ring)];
  for (const { namespace } of contestants) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await plane.request('/api/v1/namespaces', { method: 'POST', body });
  }

  console.log('| 500 objects | who | wall s | of kubectl | CPU s | MB | API calls |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const scene = async (what: string, all: readonly Contestant[], run: (each: Contestant) => Promise<Counted>) => {
    let beside: number | undefined;
    for (const contestant of all) {
      const { wall, cpu, memory, calls } = await run(contestant);
      beside ??= wall;
      const ratio = (wall / beside).toFixed(3);
      const spoken = memory === undefined ? '' : String(Math.round(memory));
      const cells = [what, contestant.name, wall.toFixed(2), ratio, cpu.toFixed(2), spoken, spokenCalls(calls)];
      console.log(`| ${cells.join(' | ')} |`);
    }
  };
  await scene('created', contestants, (each) => once(each, 0));
  await scene('unchanged', [...contestants, kubectlDiff(ring)], (each) => several(() => once(each, 0)));
  // One object back and forth, so that each run changes it.
  await scene('one changed', contestants, (each) => several((time) => once(each, time % 2)));
} finally {
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
