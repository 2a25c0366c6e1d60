import { expect, test } from 'vitest';
import { renderProgress } from '../../../cli/progress.ts';
import type { RolloutRows, WaveRows } from '../../../console/rows/rollout-rows.ts';
import { causeOf } from '../../../console/views/cause.ts';
import { rolloutView } from '../../../console/views/rollout.ts';
import type { KeptJudgement } from '../../../shared/ledger/waves.ts';
import { exampleRelease } from '../example-release.ts';
import { planOf, results, waveRows } from './wave.ts';

const rowsOf = (wave: WaveRows, more: Partial<RolloutRows> = {}): RolloutRows => ({
  rollout: {
    rollout: 'ro-1',
    repository: 'acme/fleet',
    commit: '1f5db82c8a1e0b6f0f3f3f0f9c0b1a2d3e4f5a6b',
    startedAt: 0,
    startedBy: 'bo',
    authors: ['bo'],
    release: 'sha256:1',
  },
  release: exampleRelease('1'),
  waves: [wave],
  begun: new Set(['a', 'b']),
  debt: [],
  evidence: new Map(),
  events: [],
  ...more,
});

const fail: KeptJudgement = {
  gate: 'errors',
  kind: 'metric',
  target: 'a',
  verdict: 'fail',
  because: 'gate errors on a: share of errors 0.0031, expected at most 0.001',
  query: 'sum(x)',
  source: 'https://metrics.example.com',
  value: 0.0031,
  threshold: 0.001,
  window: { from: 0, to: 30_000 },
  samples: 41_212,
  moment: 'during',
  at: 50_000,
};

const both = results({ a: 'deployed', b: 'deployed' });
const holder = { rollout: 'ro-1', since: 5_000 };

test.each([
  [
    'it is prepared',
    rowsOf(waveRows({}), { waves: [] }),
    { kind: 'moving', sentence: 'Every wave is through; the rollout is being concluded' },
  ],
  [
    'another rollout holds the wave',
    rowsOf(waveRows({ more: { holder: { rollout: 'ro-0', since: 1 }, queue: [{ rollout: 'ro-1', since: 7_000 }] } })),
    { kind: 'waiting', sentence: 'Waits for wave one, which rollout ro-0 holds', wave: 'one', since: 7_000 },
  ],
  [
    'the wave is planned',
    rowsOf(waveRows({ more: { holder } })),
    { kind: 'moving', sentence: 'Plans one against what is live', wave: 'one', since: 5_000 },
  ],
  [
    'what is live is ill already',
    rowsOf(
      waveRows({
        forward: {
          progress: { plannedAt: 6_000, enteredAt: 8_000 },
          judgements: [{ ...fail, moment: 'before', verdict: 'inconclusive', because: 'gate errors on a: no data' }],
        },
      }),
    ),
    {
      kind: 'waiting',
      sentence: 'Waits before one: INCONCLUSIVE gate errors on a: no data',
      wave: 'one',
      since: 8_000,
      until: 608_000,
      thenGivesUp: true,
    },
  ],
  [
    'a batch is deployed',
    rowsOf(
      waveRows({
        forward: {
          progress: { deployingAt: 9_000 },
          plan: planOf(['a', 'b']),
          deployments: results({ a: 'deployed' }),
        },
      }),
    ),
    { kind: 'moving', sentence: 'Deploys one: 1 of 2 targets have the release, now b', wave: 'one', since: 9_000 },
  ],
  [
    'the wave soaks',
    rowsOf(
      waveRows({
        forward: { progress: { deployingAt: 1_000, judgingAt: 2_500 }, plan: planOf(['a', 'b']), deployments: both },
      }),
    ),
    { kind: 'moving', sentence: 'Soaks one: 2 of 2 targets must run well', wave: 'one', since: 2_500, until: 242_000 },
  ],
  [
    'the wave goes back',
    rowsOf(
      waveRows({
        forward: {
          progress: { outcome: 'failed', because: 'gate errors failed' },
          plan: planOf(['a', 'b']),
          deployments: both,
        },
        back: { plan: planOf(['a', 'b']), progress: { plannedAt: 60_000 }, deployments: results({ a: 'deployed' }) },
      }),
    ),
    {
      kind: 'going-back',
      sentence: 'Rolls back one: 1 of 2 targets are back, because gate errors failed',
      wave: 'one',
      since: 60_000,
    },
  ],
  [
    'the wave is back and nothing else is left',
    rowsOf(
      waveRows({
        forward: {
          progress: { outcome: 'failed', because: 'gate errors failed' },
          plan: planOf(['a', 'b']),
          deployments: both,
        },
        back: { plan: planOf(['a', 'b']), progress: { outcome: 'passed', closedAt: 65_000 }, deployments: both },
      }),
    ),
    {
      kind: 'going-back',
      sentence: 'Wave one is back; what else was changed goes back, then the rollout ends',
      wave: 'one',
      since: 65_000,
    },
  ],
  [
    'it has ended',
    rowsOf(waveRows({}), {
      rollout: {
        ...rowsOf(waveRows({})).rollout,
        end: { outcome: 'partial', because: 'not on the release: b', at: 70_000 },
      },
    }),
    { kind: 'ended', sentence: 'Partly succeeded: not on the release: b', since: 70_000 },
  ],
] as const)('the one sentence when %s', (_, rows, expected) => {
  expect(rolloutView(rows, 10_000).situation).toEqual(expected);
});

test('the sentence after a soak names the gate that is waited for and when it is given up', () => {
  const open = {
    ...fail,
    verdict: 'inconclusive',
    because: 'gate errors on a: 12 requests, expected at least 100',
  } as const;
  const rows = rowsOf(
    waveRows({
      forward: {
        progress: { deployingAt: 1, judgingAt: 2_500 },
        plan: planOf(['a', 'b']),
        deployments: both,
        judgements: [open],
      },
    }),
  );
  expect(rolloutView(rows, 300_000).situation).toEqual({
    kind: 'waiting',
    sentence: 'Waits after the soak of one: INCONCLUSIVE gate errors on a: 12 requests, expected at least 100',
    wave: 'one',
    since: 242_000,
    until: 842_000,
    thenGivesUp: true,
  });
});

const failed = rowsOf(
  waveRows({
    forward: {
      progress: { outcome: 'failed', because: 'FAIL gate errors on a' },
      plan: planOf(['a', 'b']),
      deployments: both,
      judgements: [fail],
    },
    back: { plan: planOf(['a', 'b']), progress: { plannedAt: 60_000 }, deployments: results({ a: 'deployed' }) },
  }),
);

test('a failed gate is the cause, with what was measured against what', () => {
  expect(causeOf(rolloutView(failed, 70_000))).toEqual({
    kind: 'gate',
    subject: 'gate one/errors FAIL on a',
    at: 50_000,
    because: 'gate errors on a: share of errors 0.0031, expected at most 0.001',
    measured: '0.31 %',
    limit: '≤ 0.1 %',
    window: 30_000,
    samples: 41_212,
    source: 'https://metrics.example.com',
    query: 'sum(x)',
    problems: [],
    suspects: [],
    rule: 'one may lose 0 of its targets, and only pass opens a gate: the wave goes back together',
    evidence: [],
  });
});

test('a crashed deployment is the cause, with what the cluster said', () => {
  const objects = [
    {
      object: 'apps/Deployment/default/web',
      because: 'CrashLoopBackOff',
      events: ['Back-off'],
      logs: ['panic: no config'],
    },
  ];
  const rows = rowsOf(
    waveRows({
      forward: {
        progress: { outcome: 'failed', because: '1 lost' },
        plan: planOf(['a', 'b']),
        deployments: results({ a: 'failed' }),
      },
    }),
    { evidence: new Map([['a', objects]]) },
  );
  expect(causeOf(rolloutView(rows, 70_000))).toMatchObject({
    kind: 'deployment',
    subject: 'a failed in wave one',
    because: 'crashed',
    evidence: [{ target: 'a', objects }],
  });
});

test('a refused release is its own cause, with every problem', () => {
  const end = { outcome: 'refused', because: '2 problems', at: 3_000 } as const;
  const { release: _, ...rows } = rowsOf(waveRows({}), {
    waves: [],
    events: [{ at: 2_000, kind: 'prepared', text: 'refused, nothing written', details: ['A x: b', 'C y: d'] }],
  });
  const view = rolloutView({ ...rows, rollout: { ...rows.rollout, end } }, 70_000);
  expect(causeOf(view)).toMatchObject({
    kind: 'refusal',
    problems: ['A x: b', 'C y: d'],
    because: 'refused, nothing written',
  });
});

test('progress says states as words first, then a mark per target, then what failed', () => {
  expect(renderProgress(rolloutView(failed, 70_000))).toEqual([
    'ro-1  commit 1f5db82',
    'ROLLING BACK  Rolls back one: 1 of 2 targets are back, because FAIL gate errors on a',
    '  one       rolling back   1/2  [<-]  FAIL gate errors on a: share of errors 0.0031, expected at most 0.001',
  ]);
});
