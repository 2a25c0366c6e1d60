import type { PassRows, WaveRows } from '../../../console/rows/rollout-rows.ts';
import type { DeploymentRecord } from '../../../shared/ledger/waves.ts';
import type { DeploymentOutcome } from '../../../shared/rollout/outcome.ts';
import type { WavePlan } from '../../../shared/rollout/plan.ts';
import { exampleRelease } from '../example-release.ts';

const nothing: PassRows = { progress: {}, deployments: new Map(), judgements: [] };

/** The rows of a wave of two targets, `a` and `b`, of which only what differs is said. */
export const waveRows = (rows: {
  readonly forward?: Partial<PassRows>;
  readonly back?: Partial<PassRows>;
  readonly more?: Partial<WaveRows>;
}): WaveRows => {
  const [wave] = exampleRelease('1').waves;
  if (wave === undefined) throw new Error('no wave');
  return {
    wave: { ...wave, name: 'one', targets: ['a', 'b'] },
    queue: [],
    flags: [],
    forward: { ...nothing, ...rows.forward },
    back: { ...nothing, ...rows.back },
    ...rows.more,
  };
};

export const planOf = (targets: readonly string[], unreachable: readonly string[] = []): WavePlan => ({
  release: 'sha256:1',
  wave: 'one',
  direction: 'forward',
  targets: targets.map((target) => ({
    target,
    planned: 'sha256:2',
    counts: { create: 0, change: 1, migrate: 0, recreate: 0, prune: 0, unchanged: 0 },
  })),
  unreachable: unreachable.map((target) => ({ target, because: 'no route' })),
});

export const results = (outcomes: Readonly<Record<string, DeploymentOutcome>>): ReadonlyMap<string, DeploymentRecord> =>
  new Map(
    Object.entries(outcomes).map(([target, outcome]) => [
      target,
      { target, outcome, because: 'crashed', startedAt: 1_000, endedAt: 2_000 },
    ]),
  );
