import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { asking, query, withSource } from './schema-asked.ts';
import { countFromOne, duration, name, text } from './schema-fields.ts';

const rule = (rules: RuleName): RuleName => rules;

/** A score, or a part of one. */
const points = z.number(rule('points')).min(0, rule('points')).max(100, rule('points'));

const weighed = {
  group: name.optional().describe('Its own name.'),
  critical: z.boolean().default(false).describe('Worse makes the score 0; false.'),
  mostRise: z.number(rule('mostRise')).min(1, rule('mostRise')).optional().describe('As of a metric.'),
};

const ofValues = withSource(
  z
    .strictObject({
      query: query.describe('What gives one value.'),
      bad: z
        .enum(['higher', 'lower', 'either'], rule('bad'))
        .optional()
        .describe('As of a metric; one that is critical must say it.'),
      mostExceeds: z
        .number(rule('mostExceeds'))
        .min(0.5, rule('mostExceeds'))
        .lt(1, rule('mostExceeds'))
        .optional()
        .describe('In place of mostRise.'),
      mostDeviations: z
        .number(rule('mostDeviations'))
        .min(0, rule('mostDeviations'))
        .optional()
        .describe('In place of mostRise.'),
      ...asking,
      ...weighed,
    })
    .refine((metric) => !metric.critical || metric.bad !== undefined, {
      error: rule('criticalDirection'),
      path: ['bad'],
    })
    .refine(
      ({ mostRise, mostExceeds, mostDeviations }) =>
        [mostRise, mostExceeds, mostDeviations].filter((each) => each !== undefined).length < 2,
      { error: rule('oneEffect'), path: [] },
    ),
);

const ofCounts = withSource(
  z.strictObject({
    errors: query.describe('What counts all that failed.'),
    requests: query.describe('What counts everything.'),
    minRequests: countFromOne.default(1).describe('Fewer on either side can not be compared; 1.'),
    errorsMayBeAbsent: z.literal(true).optional().describe('As of a metric.'),
    ...asking,
    ...weighed,
  }),
);

const MOST_METRICS = 30;

/** An entry of `gates` that weighs several metrics. */
export const scoreGate = z
  .strictObject({
    score: z
      .strictObject({
        metrics: z
          .record(name, z.union([ofValues, ofCounts]))
          .refine((metrics) => Object.keys(metrics).length > 0, rule('someMetric'))
          .refine((metrics) => Object.keys(metrics).length <= MOST_METRICS, rule('fewMetrics'))
          .describe('What is compared, by name.'),
        baseline: z
          .enum(['before', 'others', 'difference', 'last-week'], rule('baseline'))
          .default('before')
          .describe('As of a metric; before.'),
        pass: points.default(95).describe('95.'),
        marginal: points.default(75).describe('75; below, it fails.'),
        onMarginal: z
          .enum(['wait', 'pass', 'fail'], rule('onMarginal'))
          .default('wait')
          .describe('What a score between the two does; wait.'),
        groups: z
          .record(text, z.number(rule('weight')).gt(0, rule('weight')).max(100, rule('weight')))
          .default({})
          .describe('Weights of groups, 100 together.'),
      })
      .refine(({ pass, marginal }) => marginal <= pass, rule('scoreLimits'))
      .describe('Metrics against a baseline.'),
    interval: duration.default('1m').describe('How often it is judged; 1m.'),
    maxAge: duration.optional().describe('As of a metric.'),
    level: z
      .number(rule('level'))
      .gt(0, rule('level'))
      .max(0.5, rule('level'))
      .default(0.05)
      .describe('As of a metric, over all looks; 0.05.'),
    effect: z.enum(['block', 'report'], rule('effect')).default('block').describe('As of a metric; block.'),
  })
  .describe('Metrics against a baseline, weighed into one score.');
