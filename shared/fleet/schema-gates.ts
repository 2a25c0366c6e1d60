import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { asking, query, source, withSource } from './schema-asked.ts';
import { checkSchema } from './schema-checks.ts';
import { count, countFromOne, duration, text } from './schema-fields.ts';
import { scoreGate } from './schema-score.ts';
import { testGate } from './schema-tests.ts';

const rule = (name: RuleName): RuleName => name;

const level = {
  level: z
    .number(rule('level'))
    .gt(0, rule('level'))
    .max(0.5, rule('level'))
    .default(0.05)
    .describe(
      'With sequential and objective: how often a wave without fault is stopped at most, over all such gates of it; 0.05. An objective is met with what is left to 1.',
    ),
};

const TEST =
  'threshold compares the share found; sequential weighs the evidence at every look and stops at the earliest sound moment; objective does, and passes only when requests enough have shown the share';

const probeTest = {
  test: z.enum(['threshold', 'sequential', 'objective'], rule('test')).default('threshold').describe(`${TEST}.`),
  ...level,
};

const metricTest = {
  test: z
    .enum(['threshold', 'sequential', 'objective', 'burn'], rule('metricTest'))
    .default('threshold')
    .describe(
      `${TEST}; burn fails when what may fail burns too fast in two windows at once, which the queries name by {window}.`,
    ),
  severity: z
    .enum(['page', 'ticket'], rule('severity'))
    .optional()
    .describe(
      'With burn: page asks the fast windows (1h & 5m, 6h & 30m), ticket the slow ones too (1d & 2h, 3d & 6h); page.',
    ),
  ...level,
};

const effect = z
  .enum(['block', 'report'], rule('effect'))
  .default('block')
  .describe('report measures and tells and never stops a rollout, to try a gate on real ones; block.');

const limits = {
  count: countFromOne
    .optional()
    .describe('So many measurements, errors not counted, decide it; without, the soak does.'),
  failureLimit: z
    .int(rule('failureLimit'))
    .min(-1, rule('failureLimit'))
    .optional()
    .describe('More failed measurements than this fail it; 0. -1: failures alone never do.'),
  inconclusiveLimit: count
    .optional()
    .describe('More inconclusive measurements than this end it inconclusive; any number.'),
  consecutiveErrorLimit: count.optional().describe('More errors in a row than this end it as an error; any number.'),
  consecutiveSuccessLimit: countFromOne.optional().describe('So many passes in a row pass it.'),
};

const comparison = {
  baseline: z
    .enum(['before', 'others', 'difference', 'last-week'], rule('baseline'))
    .optional()
    .describe(
      'Compared with this too when the wave is left: the target before its first write, the targets not reached yet, difference: the target before less what changed on those meanwhile, or this hour of the last three weeks.',
    ),
  bad: z
    .enum(['higher', 'lower', 'either'], rule('bad'))
    .optional()
    .describe('With baseline: which way is bad; higher. Of errors it is always higher.'),
  mostRise: z
    .number(rule('mostRise'))
    .min(1, rule('mostRise'))
    .optional()
    .describe('With baseline: ratio to it up to which a worsening is borne however sure it is; 1.'),
};

const probeGate = z
  .strictObject({
    probe: checkSchema,
    below: z
      .strictObject({
        failures: z
          .number(rule('share'))
          .min(0, rule('share'))
          .lt(1, rule('share'))
          .describe('Share of failed first attempts from which the gate fails; 0 bears none.'),
      })
      .describe('What must be stayed below.'),
    minSamples: countFromOne.default(10).describe('Fewer first attempts than this on a target: inconclusive; 10.'),
    consecutive: countFromOne
      .default(3)
      .describe('Failed first attempts in a row, each confirmed by a retry, that stop the wave at once; 3.'),
    mustFail: z
      .literal(true)
      .optional()
      .describe('What is probed is known to be bad: where an attempt passes, no probe of the wave is believed.'),
    quorum: countFromOne
      .optional()
      .describe(
        "From how many of the regions that probe it must fail to be the target's fault, of those that are heard; 2.",
      ),
    effect,
    ...probeTest,
  })
  .refine((gate) => gate.test === 'threshold' || gate.below.failures > 0, rule('sequentialShare'))
  .describe('Availability, measured from outside before, during and after the writes of a wave.');

const metric = z.union([
  withSource(z.strictObject({ query: query.describe("What gives one value, in the store's language."), ...asking })),
  withSource(
    z.strictObject({
      errors: query.describe('What counts all that failed.'),
      requests: query.describe('What counts everything; the quotient is taken by Tidegate.'),
      errorsMayBeAbsent: z
        .literal(true)
        .optional()
        .describe(
          'Where requests are there and the store has no series of errors, that is 0. Prometheus and scrapes can tell by themselves.',
        ),
      ...asking,
    }),
  ),
  z.strictObject({
    probe: text.describe('With test: burn: a gate whose scheduled probes are counted.'),
  }),
]);

const threshold = z.number(rule('threshold'));

const metricGate = z
  .strictObject({
    metric,
    failAbove: threshold.optional().describe('Values above this fail.'),
    failBelow: threshold.optional().describe('Values below this fail.'),
    minRequests: countFromOne.default(1).describe('With errors and requests: fewer requests are inconclusive; 1.'),
    interval: duration.default('30s').describe('How often it is measured while a wave is deployed and soaks; 30s.'),
    maxAge: duration.optional().describe('How old the newest point may be; 2m, in CloudWatch 4m and the window.'),
    effect,
    ...limits,
    ...comparison,
    ...metricTest,
  })
  .refine((gate) => gate.failAbove !== undefined || gate.failBelow !== undefined, rule('someThreshold'))
  .refine((gate) => !((gate.failBelow ?? -Infinity) >= (gate.failAbove ?? Infinity)), rule('invertedThreshold'))
  .refine(
    (gate) =>
      gate.test === 'threshold' ||
      (!('query' in gate.metric) && (gate.failAbove ?? 0) > 0 && (gate.failAbove ?? 1) < 1),
    rule('sequentialCounts'),
  )
  .refine((gate) => !('probe' in gate.metric) || gate.test === 'burn', { error: rule('probeBurn'), path: ['test'] })
  .refine((gate) => !('probe' in gate.metric) || gate.severity !== 'ticket', {
    error: rule('probeTicket'),
    path: ['severity'],
  })
  .refine((gate) => gate.test === 'burn' || gate.severity === undefined, {
    error: rule('severityWithoutBurn'),
    path: ['severity'],
  })
  .refine((gate) => gate.test !== 'burn' || gate.baseline === undefined, {
    error: rule('burnBaseline'),
    path: ['baseline'],
  })
  .refine((gate) => (gate.failureLimit ?? 0) >= 0 || gate.consecutiveSuccessLimit !== undefined, {
    error: rule('neverFails'),
    path: ['failureLimit'],
  })
  .refine((gate) => (gate.consecutiveSuccessLimit ?? 0) <= (gate.count ?? Infinity), {
    error: rule('successLimit'),
    path: ['consecutiveSuccessLimit'],
  })
  .refine((gate) => gate.baseline !== undefined || (gate.bad === undefined && gate.mostRise === undefined), {
    error: rule('baselineMissing'),
    path: ['baseline'],
  })
  .describe('A number from a metric store against a threshold, before each transition and through the soak.');

const alertLabels = z.record(text, text);

const alertGate = z
  .strictObject({
    alerts: z
      .strictObject({
        source,
        labels: alertLabels.describe('Labels that an alert must all have to count; {} is every alert.'),
        heartbeat: alertLabels
          .optional()
          .describe(
            'alertmanager: labels of an alert that always fires, by which it is known that alerts arrive; {alertname: Watchdog}.',
          ),
      })
      .describe('Alerts that must not fire.'),
    effect,
    interval: duration.default('15s').describe('How often they are looked at; 15s.'),
    maxAge: duration.default('2m').describe('How long ago rules and checks may have been evaluated; 2m.'),
  })
  .describe('No such alert fires: before the first write, while the wave is deployed, and through the soak.');

const budgetGate = z
  .strictObject({
    budget: z
      .strictObject({
        objective: z
          .number(rule('objective'))
          .gt(0, rule('objective'))
          .lt(1, rule('objective'))
          .describe('The share that must not fail: 0.999.'),
        window: duration.default('30d').describe('The time that the budget is of; 30d.'),
        atLeast: z
          .number(rule('budgetLeft'))
          .min(0, rule('budgetLeft'))
          .lt(1, rule('budgetLeft'))
          .default(0)
          .describe('The part of it that must be left, 0.1 for a tenth; 0: some.'),
        probe: text
          .optional()
          .describe('Name of a gate that probes: its scheduled probes, from every region, are counted.'),
        source: source.optional(),
        errors: query.optional().describe('What counts all that failed over {window}.'),
        requests: query.optional().describe('What counts everything over {window}.'),
      })
      .refine(
        ({ probe, source: store, errors, requests }) =>
          probe === undefined
            ? store !== undefined && errors !== undefined && requests !== undefined
            : store === undefined && errors === undefined && requests === undefined,
        rule('budgetCounts'),
      )
      .describe(
        'What must be left of an error budget before a wave is entered; one that is spent asks for the approval of the wave.',
      ),
    effect,
    maxAge: duration
      .optional()
      .describe('With source: how old the newest point may be; 2m, in CloudWatch 4m and the window.'),
  })
  .describe('An error budget that must not be spent when the wave is entered.');

/** An entry of `gates`: a probe, a metric, a score of several, alerts, a budget or a test. */
export const gateSchema = z.union([probeGate, metricGate, scoreGate, alertGate, budgetGate, testGate]);
