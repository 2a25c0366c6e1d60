import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const { gates, targets, waves, ...rest } = JSON.parse(fleetConfig('v1'));
const counted = 'http_requests_total{cluster="{target}"';
const slo = {
  budget: {
    objective: 0.999,
    window: '30m',
    atLeast: 0.1,
    source: 'prod',
    errors: `sum(increase(${counted},code=~"5.."}[{window}]))`,
    requests: `sum(increase(${counted}}[{window}]))`,
  },
};
const few = ['eks-staging', 'eks-a', 'gke-a'];
/** Three of the targets; the budget is asked for by the wave that people approve. */
const withBudget = (version: string): string =>
  fleetConfig(version, {
    ...rest,
    services: JSON.parse(fleetConfig(version)).services,
    targets: Object.fromEntries(few.map((name) => [name, targets[name]])),
    gates: { ...gates, slo },
    waves: waves
      .filter(({ name }: { readonly name: string }) => name !== 'internal')
      .map((wave: { readonly name: string }) => ({
        ...wave,
        soak: '1m',
        gates: wave.name === 'external' ? ['errors', 'slo'] : ['errors'],
      })),
  });

const story = await openRehearsal({ config: withBudget('v1') });
afterAll(story.close);

test('a wave whose error budget is spent is entered by a named decision only, which says so', async () => {
  await story.settleFirst();
  const digest = image('v1').split('@')[1] ?? '';
  story.images.publish(digest, { errorRatio: 0.2 });
  await story.pass(5 * 60_000);
  story.images.publish(digest, {});
  await story.pass(5 * 60_000);
  const second = await story.merge({ 'tidegate.json': withBudget('v2') }, 'Version 2');
  const approval = await story.asked();
  const spent =
    /^gate slo on \S+: \d+ of \d+ failed where [\d.]+ may: -\d+ % of the budget is left, expected at least 10 %$/;
  expect(approval).toMatchObject({ budgets: [{ gate: 'slo', targets: 2, because: expect.stringMatching(spent) }] });
  const before = story.mark();
  await story.pass(60_000);
  expect(story.writes('eks-a', before)).toEqual([]);
  await story.decide(approval, 'approve');

  expect(await story.ended(second)).toMatchObject({ outcome: 'succeeded' });
  const said = await story.events(second);
  expect(said).toContainEqual(
    expect.stringMatching(
      /^waits for 1 of release-managers to approve external, although the budget of slo does not pass on 2 targets/,
    ),
  );
  expect(said).toContainEqual(
    expect.stringMatching(/^external approved by ana, although the budget of slo does not pass/),
  );
  expect(said).toContainEqual(
    expect.stringMatching(/^before external: FAIL gate slo on \S+: .* of the budget is left/),
  );
});
