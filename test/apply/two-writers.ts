import { writingOf } from '../../functions/tools/deploying.ts';
import { applyManifests } from '../../shared/apply/apply-manifests.ts';
import { rememberJobs } from '../../shared/apply/jobs/remember-jobs.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { planTarget } from '../../shared/apply/plan-target.ts';
import { pruneObjects } from '../../shared/apply/prune-objects.ts';
import type { SliceResult } from '../../shared/apply/slice.ts';
import type { Journal } from '../../shared/apply/writing.ts';
import type { ClusterRequest } from '../../shared/clouds/cluster.ts';
import { type DeploymentRef, deploymentName } from '../../shared/deployment/deployment-ref.ts';
import { writeGuard, writeJournal } from '../../shared/deployment/write-guard.ts';
import { freeLease, takeLease } from '../../shared/ledger/lease.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { readOpenWrites, readWrites, type WriteIntent, type WriteRecord } from '../../shared/ledger/writes.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { AdmissionPolicy } from '../../shared/rollout/fence.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import { releaseOf, restartingOf } from './rehearsal.ts';
import type { Server } from './server.ts';

/** A write as the API server took it. */
export interface Accepted {
  readonly token: number;
  readonly intent: string;
  readonly verb: string;
  readonly name: string;
}

const leaseMs = 60_000;

/**
 * Where a writer is held: before it asks whether it may write, with its request on the way, or with the answer on its way back.
 * `unguarded`: before it tells anybody of the write, and it does not ask.
 */
export type Point = 'unguarded' | 'guard' | 'request' | 'answer';

/** Holds a writer's writes from the one numbered `after` on, at one point, until they are let go. */
export interface Pause {
  readonly after: number;
  readonly point: Point;
}

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

/** One target, a ledger, and the API server's own record of what it took. */
export const openScene = (server: Server, ledger: Ledger, namespace: string, mode: AdmissionPolicy) => {
  const accepted: Accepted[] = [];
  let passed = 0;
  /** By which leases run out. Apart from the writers' own time, so that one that was held is not told by its own clock to end. */
  const leaseClock = { ...server.clock, now: () => server.clock.now() + passed };
  const request = async (path: string, init: ClusterRequest = {}): Promise<Response> => {
    const response = await server.request(path, init);
    const { method = 'GET', headers = {} } = init;
    const isWrite = method !== 'GET' && !path.includes('dryRun=All');
    if (!isWrite || !response.ok) return response;
    const [, intent = '', token = ''] = /intent=([^;]*); token=(\w+)/.exec(headers['user-agent'] ?? '') ?? [];
    accepted.push({
      token: Number(token),
      intent,
      verb: method,
      name: (path.split('?')[0] ?? '').split('/').at(-1) ?? '',
    });
    return response;
  };

  /** A deployment of `rendered`; each call of `attempt` is one invocation of its step. */
  const writer = (rollout: string, rendered: RenderedTarget) => {
    const release = releaseOf(rendered);
    const plan = async (): Promise<TargetPlan> => {
      const { signal } = new AbortController();
      const cluster = { target: 'rehearsal', request };
      const result = await planTarget({ cluster, rendered, release, namespace, signal });
      if (result.status === 'refused') throw new Error(JSON.stringify(result.refusals));
      return result.plan;
    };
    const attempt = async (step: 'apply' | 'prune', approved: TargetPlan, pause?: Pause) => {
      const ref: DeploymentRef = {
        ...{ rollout, release, wave: 'only', direction: 'forward', target: 'rehearsal' },
        ...{ plan: digestOf(canonicalJson(approved)), planned: digestOf('') },
      };
      const { clock } = server;
      const invocation = { signal: new AbortController().signal, deadline: clock.now() + 600_000 };
      const now = leaseClock.now();
      const lease = await takeLease(ledger, 'rehearsal', deploymentName(ref), now, now + leaseMs);
      const paused = pausing(pause);
      const outside = { ledger, clock };
      const guard = writeGuard(ref, lease, { ledger, clock: leaseClock });
      const writing = await writingOf(
        ref,
        {
          lease,
          cluster: {
            target: 'rehearsal',
            request: (path, init) => paused.request(() => request(path, init), path, init),
          },
          guard: () => paused.guard(guard),
          journal: paused.journal(writeJournal(ref, lease, outside)),
          target: {
            ...{ name: 'rehearsal', locator: { kubeconfig: { path: '' } }, labels: {}, namespace, allow: [] },
            ...{ admissionPolicy: mode, rendered: digestOf('') },
          },
        },
        outside,
        invocation,
      );
      const input = { rendered, release, namespace, approved, plan: ref.plan, progress: {} };
      const run =
        step === 'apply'
          ? applyManifests(
              input,
              { ...writing, restarting: restartingOf(clock), jobs: rememberJobs('two writers', clock) },
              invocation,
            )
          : pruneObjects(input, writing, invocation);
      return { token: lease.fence, ended: run as Promise<SliceResult>, held: paused.held, letGo: paused.letGo };
    };
    /** As a deployment that has come to its end does. */
    const giveBack = () => freeLease(ledger, 'rehearsal', `deployment#${rollout}#only#forward#rehearsal`);
    return { plan, attempt, giveBack };
  };

  return {
    accepted,
    writer,
    /** Whoever has the lease has it no longer. */
    leaseRunsOut: () => {
      passed += leaseMs + 1;
    },
    /** Every write that the ledger knows of: with an outcome, and without. */
    journal: async (
      ...rollouts: readonly string[]
    ): Promise<{ readonly ended: readonly WriteRecord[]; readonly open: readonly WriteIntent[] }> => {
      const names = rollouts.map((rollout) => `deployment#${rollout}#only#forward#rehearsal`);
      const ended = await Promise.all(names.map((name) => readWrites(ledger, name)));
      return { ended: ended.flat(), open: await readOpenWrites(ledger, 'rehearsal') };
    },
    data: async (): Promise<Readonly<Record<string, unknown>>> => {
      const list = await (await server.request(`/api/v1/namespaces/${namespace}/configmaps`)).json();
      const items = (list as { readonly items: readonly LiveObject[] }).items;
      const own = items.filter(({ metadata }) => metadata.labels?.['applyset.kubernetes.io/part-of'] !== undefined);
      return Object.fromEntries(own.map(({ metadata, data }) => [metadata.name, (data as { key: string }).key]));
    },
  };
};

const pausing = (pause: Pause | undefined) => {
  const { opened, open } = gate();
  let writes = 0;
  let guards = 0;
  let intents = 0;
  let held = 0;
  const hold = async () => {
    held += 1;
    await opened;
  };
  return {
    held: () => held,
    letGo: open,
    guard: async (guard: () => Promise<string | undefined>) => {
      guards += 1;
      if (pause?.point === 'unguarded') return undefined;
      if (pause?.point === 'guard' && guards > pause.after) await hold();
      return guard();
    },
    journal: (journal: Journal): Journal => ({
      ...journal,
      intent: async (write) => {
        intents += 1;
        if (pause?.point === 'unguarded' && intents > pause.after) await hold();
        return journal.intent(write);
      },
    }),
    request: async (send: () => Promise<Response>, path: string, init: ClusterRequest = {}) => {
      const isWrite = (init.method ?? 'GET') !== 'GET' && !path.includes('dryRun=All');
      if (!isWrite || pause === undefined) return send();
      writes += 1;
      const isHeld = writes > pause.after;
      if (isHeld && pause.point === 'request') await hold();
      const response = await send();
      if (isHeld && pause.point === 'answer') await hold();
      return response;
    },
  };
};
