import { expect, test } from 'vitest';
import { planCost } from '../../shared/cost/plan-cost.ts';
import { prices } from '../../shared/cost/prices.ts';
import type { PlannedObject, TargetPlan } from '../../shared/rollout/plan.ts';
import { noRestarts } from '../../shared/rollout/restarts.ts';
import { exampleRelease } from '../console/example-release.ts';

const release = exampleRelease('v2');
const web: PlannedObject = { id: 'apps/Deployment/default/web', service: 'web', action: 'change', fields: [] };
const planOf = (target: string, action: PlannedObject['action']): TargetPlan => ({
  ...{ target, release: 'sha256:1', rendered: 'sha256:2', restarts: noRestarts },
  objects: [{ ...web, action }],
});
const all = release.waves.flatMap(({ targets }) => targets);

test('a rollout costs by the states that it enters and the time that it is probed', () => {
  const cost = planCost(
    release,
    all.map((target) => planOf(target, 'change')),
  );
  expect(cost.pricesAsOf).toBe(prices.asOf);
  expect(cost.transitions).toBeGreaterThan(15 * all.length);
  expect(cost.dollars).toBeGreaterThan(cost.transitions * prices.stateTransition);
  expect(cost.dollars).toBeLessThan(0.25);
});

test('a longer soak costs more, and a target that is not planned nothing', () => {
  const plans = all.map((target) => planOf(target, 'change'));
  const longer = { waves: release.waves.map((wave) => ({ ...wave, soakMs: wave.soakMs + 3_600_000 })) };
  expect(planCost(longer, plans).dollars).toBeGreaterThan(planCost(release, plans).dollars);
  expect(planCost(release, plans.slice(1)).dollars).toBeLessThan(planCost(release, plans).dollars);
});

test.each([[[]], [all.map((target) => planOf(target, 'unchanged'))]])(
  'where nothing differs nothing is paid',
  (plans) => {
    expect(planCost(release, plans)).toEqual({ dollars: 0, transitions: 0, pricesAsOf: prices.asOf });
  },
);
