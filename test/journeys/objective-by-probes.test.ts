import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const { gates, targets, waves, ...rest } = JSON.parse(fleetConfig('v1'));
/** Nothing but scheduled probes says how the target is: no wave has the probe itself. */
const byProbes = (version: string, names: readonly string[]): string =>
  fleetConfig(version, {
    ...rest,
    services: JSON.parse(fleetConfig(version)).services,
    targets: Object.fromEntries(['eks-staging', 'eks-a'].map((name) => [name, targets[name]])),
    gates: {
      'api-up': gates['api-up'],
      slo: { budget: { objective: 0.99, window: '1d', atLeast: 0.5, probe: 'api-up' } },
      burn: { metric: { probe: 'api-up' }, test: 'burn', failAbove: 0.001 },
    },
    waves: waves
      .filter(({ name }: { readonly name: string }) => name !== 'internal')
      .map((wave: { readonly name: string }) => ({
        ...wave,
        soak: '1m',
        gates: wave.name === 'external' ? names : [],
      })),
  });

const story = await openRehearsal({ config: byProbes('v1', ['slo', 'burn']) });
afterAll(story.close);

test('a budget and a burn rate are fed by scheduled probes alone: what burns stops the entry, what is spent asks by name', async () => {
  await story.settleFirst();
  const digest = image('v1').split('@')[1] ?? '';
  // Now and then an attempt fails: too seldom for an outage, too often for the objective.
  for (let minute = 0; minute < 10; minute += 1) {
    story.images.publish(digest, { health: 'failing' });
    await story.pass(6_000);
    story.images.publish(digest, {});
    await story.pass(54_000);
  }
  const burns = await story.merge({ 'tidegate.json': byProbes('v2', ['slo', 'burn']) }, 'Version 2');
  expect(await story.ended(burns)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^before external: FAIL gate burn on eks-a: burns \(page\): (1h & 5m|6h & 30m): \d+ of \d+ failed, .* more than (14\.4|6) x 0\.001$/,
    ),
  });

  await story.pass(35 * 60_000);
  const spent = await story.merge({ 'tidegate.json': byProbes('v3', ['slo', 'burn']) }, 'Version 3');
  const approval = await story.asked();
  expect(approval).toMatchObject({
    budgets: [
      {
        gate: 'slo',
        targets: 1,
        because: expect.stringMatching(
          /^gate slo on eks-a: \d+ of \d+ failed where [\d.]+ may: -?\d+\.?\d* % of the budget is left, expected at least 50 %$/,
        ),
      },
    ],
  });
  await story.decide(approval, 'approve');
  expect(await story.ended(spent)).toMatchObject({ outcome: 'succeeded' });
  expect(await story.events(spent)).toContainEqual(
    expect.stringMatching(/^after external: PASS gate burn on eks-a: no rule burns; 1h & 5m: .* and 0 of \d+ failed/),
  );
});
