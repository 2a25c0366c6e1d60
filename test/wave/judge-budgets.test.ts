import { expect, test } from 'vitest';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { PlannedFlag } from '../../shared/rollout/flag.ts';
import type { BudgetGate } from '../../shared/rollout/gate.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { judgeBudgets } from '../../shared/wave/judge-budgets.ts';
import { targetNamed } from '../analysis/asking.ts';

const slo: BudgetGate = { kind: 'budget', allowed: 0.001, windowMs: 1, atLeast: 0.1, counted: { probe: 'up' } };
const wave: Wave = {
  ...{ name: 'w', targets: ['t'], batches: ['100%'], maxConcurrent: 1, maxFailures: 0, soakMs: 1, gates: ['slo'] },
  ...{ whenTaken: 'queue', settleWithinMs: 1, inconclusiveWithinMs: 1 },
};
const release: Release = {
  ...{ targets: {}, waves: [wave], gates: { slo }, metrics: {}, services: {}, settled: [], roles: {} },
  deletes: { max: 5, protect: [] },
};
const none = { create: 0, change: 0, migrate: 0, recreate: 0, prune: 0, unchanged: 3 };
const flag: PlannedFlag = { flag: 'dark', store: 'main', key: 'dark', from: { value: false }, to: { value: true } };

test.each([
  { does: 'changes nothing', counts: none, flags: [], judged: [] },
  { does: 'changes objects', counts: { ...none, change: 1 }, flags: [], judged: ['fail'] },
  { does: 'sets a flag alone', counts: none, flags: [flag], judged: ['fail'] },
] as const)('a spent budget of a wave whose plan $does is judged $judged', async ({ counts, flags, judged }) => {
  const target = targetNamed('t');
  const plan = { targets: [{ target: 't', planned: digestOf('p'), counts }], flags };
  const measureBudget = async () => ({ gate: 'slo', kind: 'budget', verdict: 'fail', because: 'spent' }) as const;
  const never = new AbortController().signal;
  const judgements = await judgeBudgets(release, wave, [target], plan, undefined, { measureBudget }, never);
  expect(judgements.map(({ verdict }) => verdict)).toEqual(judged);
});
