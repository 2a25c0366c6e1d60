import { assessCountShift } from '../../shared/analysis/assess-count-shift.ts';
import { clustersOf } from '../../shared/analysis/clusters.ts';
import type { Counts } from '../../shared/analysis/counts.ts';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import type { Clusters } from '../../shared/rollout/clusters.ts';
import { seeded } from './streams.ts';

/**
 * Whole waves: gates times targets, each a stream of windows that is looked at after every window, and compared with its own past once at
 * the end, by the shares of the level that a release gives them. `clustered`: the variance of a window's share around its mean, as when
 * one broken connection fails many requests. `lasting`: how much it resembles that of the window before. `burst`: one window of each past
 * has so many failures more, which does not come again.
 */
export interface World {
  readonly clustered: number;
  readonly lasting: number;
  readonly burst?: number;
}

export const WORLDS: Readonly<Record<string, World>> = {
  'each for itself': { clustered: 0, lasting: 0 },
  'variance 3 times': { clustered: 1, lasting: 0 },
  'and AR(1) 0.5': { clustered: 1, lasting: 0.5 },
  'and AR(1) 0.8': { clustered: 1, lasting: 0.8 },
  'and AR(1) 0.95': { clustered: 1, lasting: 0.95 },
  'a lone burst before': { clustered: 0, lasting: 0, burst: 100 },
};

const GATES = 3;
const TARGETS = 5;
const TESTS = GATES * TARGETS;
export const LEVEL = 0.05;
const WINDOWS = 30;
const PAST = 120;
const PER_WINDOW = 2_000;
const SHARE = 0.001;
/** What sequential gates allow: some more than there is. */
const ALLOWED = 0.002;

/** What is known of clusters, and whether the spread of ten windows a side is looked at. */
export interface Rule {
  clustersOf(past: readonly Counts[]): Clusters | undefined;
  readonly spread: boolean;
}

/** Pearson's statistic over its degrees of freedom of the last ten windows (McCullagh and Nelder 1989, 4.5): blind to what lasts. */
const ofTenWindows = (past: readonly Counts[]): Clusters | undefined => {
  const windows = past.slice(-10);
  const { requests, failures } = sum(windows);
  if (failures < 5) return undefined;
  const share = failures / requests;
  const statistic = windows.reduce((all, { requests: n, failures: k }) => all + (k - n * share) ** 2 / n, 0);
  const variance = Math.max(1, statistic / (share * (1 - share)) / (windows.length - 1));
  return { variance, lasting: 1, windows: windows.length };
};

export const RULES: Readonly<Record<string, Rule>> = {
  independent: { clustersOf: () => undefined, spread: false },
  'ten windows': { clustersOf: ofTenWindows, spread: true },
  ours: { clustersOf, spread: false },
};

const poisson = (random: () => number, mean: number): number => {
  let [count, product] = [0, random()];
  for (const limit = Math.exp(-mean); product > limit; count += 1) product *= random();
  return count;
};
const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * Windows one after the other: the share of each log-normal around `share`, resembling that of the one before. From the `worseFrom`th on
 * it is so many times as high.
 */
const streamOf = (
  random: () => number,
  { clustered, lasting, burst = 0 }: World,
  { from: worseFrom, times }: { readonly from: number; readonly times: number },
): readonly Counts[] => {
  const spread = Math.sqrt(Math.log1p(clustered));
  const bursts = Math.floor(random() * PAST);
  let last = gaussian(random);
  return Array.from({ length: PAST + WINDOWS }, (_, at) => {
    last = lasting * last + Math.sqrt(1 - lasting ** 2) * gaussian(random);
    const own = SHARE * Math.exp(spread * last - (spread * spread) / 2) * (at >= worseFrom ? times : 1);
    const failures = poisson(random, own * PER_WINDOW) + (at === bursts ? burst : 0);
    return { requests: PER_WINDOW, failures: Math.min(PER_WINDOW, failures) };
  });
};

const sum = (windows: readonly Counts[]): Counts => ({
  requests: windows.reduce((all, { requests }) => all + requests, 0),
  failures: windows.reduce((all, { failures }) => all + failures, 0),
});

/**
 * What a rule makes of one stream: the window at which its evidence stops the wave, what it says at the end, and whether a comparison
 * fails.
 */
const judge = (rule: Rule, stream: readonly Counts[]) => {
  const [past, fresh] = [stream.slice(0, PAST), stream.slice(PAST)];
  const clusters = rule.clustersOf(past);
  // The other half of the level is for windows alone.
  const test = {
    kind: 'sequential',
    level: LEVEL,
    of: 2 * TESTS,
    ...(clusters === undefined ? {} : { clusters }),
  } as const;
  const weigh = (end: number) => weighEvidence(sum(fresh.slice(0, end)), ALLOWED, test).verdict;
  const ends = fresh.map((_, index) => index + 1);
  const stopsAt = ends.find((end) => weigh(end) === 'fail') ?? Infinity;
  const [first, baseline] = [fresh.slice(0, 10), past.slice(-10)];
  const windows = rule.spread ? { windows: { fresh: first, baseline } } : {};
  const rules = { level: LEVEL / TESTS, mostRise: 1, minRequests: 1 };
  const compared = assessCountShift(sum(first), sum(baseline), rules, {
    clusters: rule.spread ? undefined : clusters,
    ...windows,
  });
  return { stopsAt, atEnd: weigh(fresh.length), compared: compared.verdict };
};

/**
 * Of so many waves without fault the share that evidence stops, that a comparison fails, and that are left open at the end of their soak.
 */
export const goodWaves = (rule: Rule, world: World, count: number) => {
  const waves = Array.from({ length: count }, (_, wave) => {
    const random = seeded(wave + 1);
    return Array.from({ length: TESTS }, () => judge(rule, streamOf(random, world, { from: Infinity, times: 1 })));
  });
  const share = (is: (stream: ReturnType<typeof judge>) => boolean) =>
    waves.filter((streams) => streams.some(is)).length / count;
  return {
    stopped: share(({ stopsAt }) => stopsAt < Infinity),
    compared: share(({ compared }) => compared === 'fail'),
    open: share(
      ({ stopsAt, atEnd, compared }) =>
        stopsAt === Infinity && (atEnd === 'inconclusive' || compared === 'inconclusive'),
    ),
  };
};

/**
 * Of so many streams that are so many times as bad from the write on: the share found, the window it is found at in the middle, the share
 * that passes, and that a comparison sees.
 */
export const badStreams = (rule: Rule, world: World, times: number, count: number) => {
  const random = seeded(times);
  const streams = Array.from({ length: count }, () => judge(rule, streamOf(random, world, { from: PAST, times })));
  const share = (is: (stream: ReturnType<typeof judge>) => boolean) => streams.filter(is).length / count;
  return {
    found: share(({ stopsAt }) => stopsAt < Infinity),
    median: streams.map(({ stopsAt }) => stopsAt).sort((a, b) => a - b)[Math.floor(count / 2)] ?? Infinity,
    passed: share(({ stopsAt, atEnd }) => stopsAt === Infinity && atEnd === 'pass'),
    compared: share(({ compared }) => compared === 'fail'),
  };
};
