import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

const { targets, waves, gates } = JSON.parse(fleetConfig('v1'));
const few = ['eks-staging', 'eks-internal', 'gke-internal'];
/** Two of three groups of a score: errors weigh 60, latency what is left. */
const health = (onMarginal: string) => ({
  score: {
    metrics: {
      errors: { ...gates.errors.metric, minRequests: 100, group: 'errors' },
      p99: {
        source: 'prod',
        query: 'max(http_request_duration_seconds{cluster="{target}",quantile="0.99"})',
        bad: 'higher',
        group: 'latency',
      },
    },
    groups: { errors: 60 },
    marginal: 50,
    onMarginal,
  },
  interval: '30s',
  maxAge: '1m',
});
/** A wave that looks at nothing, and one that is left by its score. */
const scored = (version: string, onMarginal = 'wait'): string =>
  fleetConfig(version, {
    targets: Object.fromEntries(few.map((name) => [name, targets[name]])),
    waves: waves
      .slice(0, 2)
      .map((wave: { readonly name: string }) =>
        wave.name === 'internal'
          ? { ...wave, gates: ['health'], inconclusiveWithin: '5m' }
          : { ...wave, soak: '10s', gates: [] },
      ),
    gates: { health: health(onMarginal) },
  });

const story = await openRehearsal({ config: scored('v1') });
afterAll(story.close);
const publish = (version: string, behaviour: Parameters<typeof story.images.publish>[1]) =>
  story.images.publish(image(version).split('@')[1] ?? '', behaviour);

test('a score that falls in the second wave stops it during the soak and takes all back; one that is marginal waits, or passes, as configured', async () => {
  const first = await story.begin();
  expect(await story.ended(first)).toMatchObject({ outcome: 'succeeded' });
  expect(await story.events(first)).toContainEqual(
    expect.stringMatching(
      /^after internal: INCONCLUSIVE gate health on \S+: no score, as nothing was verified here before/,
    ),
  );

  publish('v2', { errorRatio: 0.05, latencyMs: 400 });
  const worse = await story.merge({ 'tidegate.json': scored('v2') }, 'Worse');
  expect(await story.ended(worse)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^FAIL gate health on (eks|gke)-internal: score 0, 95 passes and below 50 fails; not passed: errors, p99; errors: compared with before: .*; p99: compared with before: .* expected no rise$/,
    ),
  });
  for (const target of few) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);

  // What is compared with is the time before the write: not while it still holds what has just been taken back.
  await story.pass(5 * 60_000);
  publish('v3', { latencyMs: 400 });
  const slower = await story.merge({ 'tidegate.json': scored('v3') }, 'Slower');
  expect(await story.ended(slower)).toMatchObject({
    outcome: 'rolled_back',
    because: expect.stringMatching(
      /^INCONCLUSIVE gate health on \S+: score 60, 95 passes and below 50 fails; not passed: p99; marginal, which waits; p99: .*; given up at /,
    ),
  });

  await story.pass(10 * 60_000);
  publish('v4', { latencyMs: 400 });
  const borne = await story.merge({ 'tidegate.json': scored('v4', 'pass') }, 'Slower, and borne');
  expect(await story.ended(borne)).toMatchObject({ outcome: 'succeeded' });
  expect(await story.events(borne)).toContainEqual(
    expect.stringMatching(
      /^after internal: gate health PASS on 2 targets; last of them: .*marginal, which passes as configured/,
    ),
  );
});
