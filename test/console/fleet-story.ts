import { requestApproval } from '../../shared/approval/request-approval.ts';
import { BlobMissing, type Blobs, type Digest } from '../../shared/blobs/blobs.ts';
import { getJson, putJson } from '../../shared/blobs/json.ts';
import { recordEvent } from '../../shared/ledger/events.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { endRollout, notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markBegun, markVerified } from '../../shared/ledger/target-state.ts';
import { changeTurn, nextTurn } from '../../shared/ledger/turn.ts';
import { advanceWave, keepJudgement, recordDeployment, type WaveRef } from '../../shared/ledger/waves.ts';
import type { StepFunctions } from '../../shared/outside/step-functions.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import {
  countActions,
  type Finding,
  type NamedDelete,
  type PlannedObject,
  type TargetPlan,
  type WavePlan,
} from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { noRestarts, type RestartPlan } from '../../shared/rollout/restarts.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { exampleRelease } from './example-release.ts';

/** 08:40:00 UTC: when the story is looked at. */
export const now = Date.UTC(2026, 10, 21, 8, 40, 0);
export const minutes = (count: number): number => count * 60_000;

/** Blobs in memory, by the same contract: content under its own digest. */
export const memoryBlobs = (): Blobs => {
  const stored = new Map<string, Uint8Array>();
  return {
    put: async (content) => {
      const digest = digestOf(content);
      stored.set(digest, typeof content === 'string' ? new TextEncoder().encode(content) : content);
      return digest;
    },
    get: async (digest) => stored.get(digest) ?? Promise.reject(new BlobMissing(digest)),
  };
};

export interface Story {
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly rollout: string;
  readonly approval: string;
  readonly plan: Digest;
  readonly clock: { time: number; now(): number };
}

const token = 'AQCEAAAAKgAAAAMAAAAA-a-task-token-nobody-may-see';
export const taskToken = token;

/**
 * A fleet whose first release is verified everywhere, and a second one that has passed staging and internal and waits for people to
 * approve external: written by the functions that write a real ledger.
 */
export const tellStory = async (
  names: { readonly author?: string; readonly wave?: string; readonly names?: 'deletes' } = {},
): Promise<Story> => {
  const clock = { time: now, now: () => clock.time };
  const ledger = openSqliteLedger(':memory:', clock);
  const blobs = memoryBlobs();
  const author = names.author ?? 'bo';
  const first = exampleRelease('1');
  const second = exampleRelease('2', names.wave);
  const targets = Object.keys(first.targets);

  const before = await begin(
    ledger,
    blobs,
    first,
    'ro-first',
    '8b1d331d70b1c2f1f4b6b4fd6c1c5e0a3a0f7c11',
    now - minutes(300),
    author,
  );
  for (const target of targets) {
    const standing = { ...before, rendered: digestOf(`first ${target}`), at: now - minutes(290) };
    await markBegun(ledger, target, standing);
    await markVerified(ledger, target, standing);
  }
  const end = {
    outcome: 'succeeded',
    because: '12 targets have the release, verified',
    at: now - minutes(280),
  } as const;
  await endRollout(ledger, 'ro-first', end);

  const rollout = 'ro-6c1ee4e0d1fcd0b5897c';
  const brought = await begin(
    ledger,
    blobs,
    second,
    rollout,
    '1f5db82c8a1e0b6f0f3f3f0f9c0b1a2d3e4f5a6b',
    now - minutes(40),
    author,
  );
  const ref = (wave: string): WaveRef => ({ rollout, release: brought.release, wave, direction: 'forward' });
  const [staging, internal, external] = second.waves;
  if (staging === undefined || internal === undefined || external === undefined) throw new Error('three waves');
  let at = now - minutes(38);
  for (const wave of [staging, internal]) {
    await planned(ledger, blobs, second, ref(wave.name), at);
    await advanceWave(ledger, ref(wave.name), { enteredAt: at, deployingAt: at + 4_000 });
    for (const target of wave.targets) {
      const times = { startedAt: at + 5_000, endedAt: at + 31_000 };
      await markBegun(ledger, target, { ...brought, rendered: digestOf(`second ${target}`), at: times.startedAt });
      await recordDeployment(ledger, ref(wave.name), { target, outcome: 'deployed', because: 'all objects', ...times });
      await recordEvent(ledger, rollout, `deployed ${target}`, {
        at: times.endedAt,
        kind: 'deployment',
        wave: wave.name,
        target,
        text: `${target} deployed`,
      });
    }
    await judged(ledger, ref(wave.name), wave, at + minutes(5));
    await advanceWave(ledger, ref(wave.name), {
      judgingAt: at + 32_000,
      closedAt: at + minutes(5),
      outcome: 'passed',
      because: `wave ${wave.name} passed its gates`,
    });
    for (const target of wave.targets) {
      await markVerified(ledger, target, { ...brought, rendered: digestOf(`second ${target}`), at: at + minutes(5) });
    }
    await recordEvent(ledger, rollout, `wave ${wave.name}`, {
      at: at + minutes(5),
      kind: 'wave',
      wave: wave.name,
      text: `${wave.name} passed: wave ${wave.name} passed its gates`,
    });
    at += minutes(10);
  }
  await changeTurn(ledger, external.name, (turn) =>
    nextTurn(turn, { rollout, token, since: at, startedAt: now - minutes(40) }, 'queue'),
  );
  const plan = await planned(ledger, blobs, second, ref(external.name), at, names.names);
  await advanceWave(ledger, ref(external.name), { enteredAt: at });
  clock.time = now - minutes(14);
  const spec = external.approval;
  if (spec === undefined) throw new Error('external asks for approval');
  const { deletes } = await getJson<WavePlan>(blobs, plan);
  const naming = deletes === undefined ? {} : { deletes: { ...deletes, roles: ['sre'], people: 1 } };
  const ask = { ...spec, ...naming };
  const { approval } = await requestApproval(
    ref(external.name),
    plan,
    ask,
    { ...second.roles, sre: ['eva'] },
    token,
    { steps: nobodyWaits, noticeOf: async () => [] },
    {
      ledger,
      clock: { ...clockOf(clock) },
    },
  );
  clock.time = now;
  return { ledger, blobs, rollout, approval, plan, clock };
};

/** The story has no state machine behind it. */
const nobodyWaits: StepFunctions = {
  start: () => Promise.reject(new Error('nothing starts here')),
  succeed: async () => false,
  fail: async () => false,
  status: async () => undefined,
};

const clockOf = (clock: { now(): number }) => ({
  now: () => clock.now(),
  sleep: () => Promise.reject(new Error('nothing sleeps here')),
  after: () => () => undefined,
});

const begin = async (
  ledger: Ledger,
  blobs: Blobs,
  release: Release,
  rollout: string,
  commit: string,
  at: number,
  author: string,
) => {
  await openRollout(ledger, {
    rollout,
    repository: 'acme/fleet',
    commit,
    startedAt: at,
    startedBy: author,
    authors: [author],
  });
  await recordEvent(ledger, rollout, 'started', {
    at,
    kind: 'started',
    text: `rollout of acme/fleet at ${commit.slice(0, 7)} started by ${author}`,
  });
  const digest = await putJson(blobs, release);
  await notePrepared(
    ledger,
    rollout,
    digest,
    release.waves.map(({ name }) => name),
  );
  return { release: digest, commit, rollout };
};

const image = (letter: string) => `registry.example.com/demo/storefront@sha256:${letter.repeat(64)}`;

/** What the second release changes on a target: an image and a memory limit; one target has other replicas, and one object goes. */
const objectsOf = (target: string): readonly PlannedObject[] => {
  const container = '/spec/template/spec/containers[name=storefront]';
  const fields = [
    { path: `${container}/image`, replaces: image('4'), with: image('9') },
    { path: `${container}/resources/limits/memory`, replaces: '128Mi', with: '192Mi' },
  ];
  const odd = target === 'azure-eastus-prod01' ? [{ path: '/spec/replicas', replaces: '6', with: '4' }] : [];
  const region = target.replace(/^(aws|gcp|azure)-/, '').replace(/-[a-z0-9]+$/, '');
  return [
    {
      id: 'apps/Deployment/default/storefront',
      service: 'storefront',
      action: 'change',
      fields: [...fields, ...odd],
      uid: 'u1',
    },
    {
      id: '/ConfigMap/default/storefront',
      service: 'storefront',
      action: 'change',
      fields: [{ path: '/data/endpoint', replaces: `http://old.${region}`, with: `http://new.${region}` }],
      uid: 'u2',
    },
    {
      id: '/Secret/default/session',
      service: 'storefront',
      action: 'change',
      fields: [{ path: '/data/key', replacesHash: digestOf('a'), withHash: digestOf('b') }],
      uid: 'u3',
    },
    ...(target === 'aws-us-east-1-prod01'
      ? [{ id: 'batch/Job/default/migrate', service: 'storefront', action: 'prune', fields: [], uid: 'u4' } as const]
      : []),
    ...['Service', 'ServiceAccount'].map(
      (kind) =>
        ({ id: `/${kind}/default/storefront`, service: 'storefront', action: 'unchanged', fields: [] }) as const,
    ),
  ];
};

/** What is deleted where deletes have to be named: a cache everywhere, and a database on one target, to be made anew. */
const goneFrom = (target: string): readonly PlannedObject[] => {
  const object = (id: PlannedObject['id'], action: 'prune' | 'recreate'): PlannedObject => ({
    ...{ id, action, service: 'storefront', fields: [], uid: 'u5' },
  });
  return [
    ...(target === 'azure-eastus-prod01' ? [object('apps/StatefulSet/default/orders', 'recreate')] : []),
    object('apps/Deployment/default/cache', 'prune'),
    object('/Service/default/cache', 'prune'),
  ];
};

/** What was found: on all targets the same, on one of them something of its own. */
const findingsOf = (target: string): readonly Finding[] => [
  {
    object: 'apps/Deployment/default/storefront',
    rule: 'no-pre-stop',
    severity: 'warning',
    because: 'Deployment default/storefront: no container has a preStop',
  },
  ...(target === 'azure-eastus-prod01'
    ? [
        {
          object: '/Service/default/storefront',
          rule: 'unknown-target-port',
          severity: 'waived',
          because: 'Service default/storefront: it leads to port 9000; waived: the mesh adds it',
        } as const,
      ]
    : []),
];

/** A volume that an earlier release had, on one target. */
const keptOn = (target: string): Pick<TargetPlan, 'kept'> =>
  target === 'azure-eastus-prod01'
    ? { kept: [{ id: '/PersistentVolumeClaim/default/journal', because: 'holds state' }] }
    : {};

/** The storefront restarts after its cache, in two zones; the gateway reads the same settings and does not. */
const restartsOf = (target: string): RestartPlan => {
  const pods = target === 'azure-eastus-prod01' ? 4 : 6;
  const settings = '/ConfigMap/default/storefront';
  const image = { change: 'template', paths: ['/spec/template/spec/containers[name=storefront]/image'] } as const;
  const zone = (name: string, partner: string) => ({
    workload: `apps/StatefulSet/default/cache-${name}` as const,
    service: 'cache',
    pods: 3,
    zone: name,
    after: [],
    apart: [`apps/StatefulSet/default/cache-${partner}` as const],
    parts: [1, 2],
    causes: [{ change: 'config', object: '/Secret/default/session', keys: [] }] as const,
  });
  return {
    ...noRestarts,
    steps: [
      zone('a', 'b'),
      zone('b', 'a'),
      {
        workload: 'apps/Deployment/default/storefront',
        service: 'storefront',
        pods,
        after: ['apps/StatefulSet/default/cache-a', 'apps/StatefulSet/default/cache-b'],
        apart: [],
        causes: [image, { change: 'config', object: settings, keys: ['endpoint'] }],
      },
    ],
    later: [
      {
        workload: 'apps/Deployment/default/gateway',
        how: 'start',
        object: settings,
        keys: ['endpoint'],
        was: digestOf('old'),
        becomes: digestOf('new'),
      },
    ],
  };
};

const planned = async (
  ledger: Ledger,
  blobs: Blobs,
  release: Release,
  ref: WaveRef,
  at: number,
  names?: 'deletes',
): Promise<Digest> => {
  const wave = release.waves.find(({ name }) => name === ref.wave);
  const targets: WavePlan['targets'][number][] = [];
  const named: NamedDelete[] = [];
  for (const target of wave?.targets ?? []) {
    const gone: readonly PlannedObject[] = names === undefined ? [] : goneFrom(target);
    const objects = [...objectsOf(target), ...gone];
    const plan: TargetPlan = {
      target,
      release: ref.release,
      rendered: digestOf(target),
      objects,
      ...keptOn(target),
      restarts: restartsOf(target),
    };
    named.push(...gone.map(({ id }) => ({ target, object: id })));
    const deletes = gone.length === 0 ? {} : { deletes: { objects: gone.map(({ id }) => id), because: 'they serve' } };
    const endpoint = { server: `https://${target}.example.com` };
    const digest = await putJson(blobs, { endpoint, plan, findings: findingsOf(target), ...deletes });
    targets.push({ target, planned: digest, counts: countActions([plan]) });
  }
  const digest = await putJson(blobs, {
    release: ref.release,
    wave: ref.wave,
    direction: 'forward',
    targets,
    unreachable: [],
    ...(named.length === 0 ? {} : { deletes: { count: named.length, objects: await putJson(blobs, named) } }),
  });
  await advanceWave(ledger, ref, { plan: digest, plannedAt: at });
  await recordEvent(ledger, ref.rollout, `planned ${ref.wave}`, {
    at,
    kind: 'planned',
    wave: ref.wave,
    text: `${ref.wave} planned at 1f5db82 on ${targets.length} targets: 0 create, ${targets.length * 3} change, 0 migrate, 0 recreate, 0 prune`,
  });
  return digest;
};

const judged = async (ledger: Ledger, ref: WaveRef, wave: Wave, at: number): Promise<void> => {
  const window = { from: at - 30_000, to: at };
  const source = 'https://metrics.example.com';
  for (const [number, target] of wave.targets.entries()) {
    const share = number / 41_212;
    const all: Readonly<Record<string, Omit<Judgement, 'gate'>>> = {
      'api-up': {
        kind: 'probe',
        target,
        verdict: 'pass',
        because: `gate api-up on ${target}: 0 of 150 first attempts failed in 30.0 s, which shows (95 %) a share of at most 0.0198`,
        query: `https://${target}.example.com/health`,
        source: 'prober',
        value: 0,
        window,
        samples: 150,
      },
      errors: {
        kind: 'metric',
        target,
        verdict: 'pass',
        because: `gate errors on ${target}: ${number} errors of 41212 requests, share of errors ${share}, within at most 0.001 over 30 s`,
        query: `sum(increase(http_requests_total{code=~"5..",cluster="${target}"}[30s]))`,
        source,
        value: share,
        threshold: 0.001,
        window,
        samples: 41_212,
      },
      latency: {
        kind: 'metric',
        target,
        verdict: 'pass',
        because: `gate latency on ${target}: value 0.212, within at most 0.5`,
        query: `max(http_request_duration_seconds{cluster="${target}"})`,
        source,
        value: 0.212,
        threshold: 0.5,
        window: { from: at, to: at },
        samples: 1,
      },
    };
    for (const gate of wave.gates) {
      const judgement = all[gate];
      if (judgement !== undefined) await keepJudgement(ledger, ref, 'after', at, { gate, ...judgement });
    }
  }
};
