import { z } from 'zod';
import type { RuleName } from './rules.ts';
import {
  allow,
  baseUrl,
  count,
  countFromOne,
  duration,
  hostPort,
  probeUrl,
  rate,
  secretName,
  text,
} from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

const attempts = {
  rate: rate.default('1/s').describe('First attempts a second and target; 1/s.'),
  timeout: duration.default('5s').describe('What an attempt may take; 5s.'),
};

const check = z.union([
  z.strictObject({
    http: probeUrl.describe(
      'URL that is fetched; redirects are not followed. {target}, {region}, {label.NAME} are filled in.',
    ),
    status: z
      .array(z.int(rule('status')).min(100, rule('status')).max(599, rule('status')))
      .min(1, rule('status'))
      .default([200])
      .describe('Statuses that pass; 200.'),
    body: text.optional().describe('Text that the first 64 KiB of the body must hold.'),
    ...attempts,
  }),
  z.strictObject({ tcp: hostPort.describe('host:port that must accept a connection.'), ...attempts }),
  z.strictObject({
    tls: hostPort.describe('host:port whose certificate must be trusted, be in force and carry the name.'),
    minDaysLeft: count.default(14).describe('Days the certificate must still be good for; 14.'),
    ...attempts,
  }),
]);

const probeGate = z
  .strictObject({
    probe: check,
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
  })
  .describe('Availability, measured from outside before, during and after the writes of a wave.');

const promql = z.string(rule('query')).min(1, rule('query')).max(10_000, rule('query'));
const source = z.string(rule('text')).describe('Name of an entry of metrics.');

const metric = z.union([
  z.strictObject({ prometheus: source, query: promql.describe('PromQL that gives one value.') }),
  z.strictObject({
    prometheus: source,
    errors: promql.describe('PromQL that counts what failed.'),
    requests: promql.describe('PromQL that counts everything; the quotient is taken by Tidegate.'),
  }),
]);

const threshold = z.number(rule('threshold'));

const metricGate = z
  .strictObject({
    metric,
    failAbove: threshold.optional().describe('Values above this fail.'),
    failBelow: threshold.optional().describe('Values below this fail.'),
    minRequests: countFromOne.default(1).describe('With errors and requests: fewer requests are inconclusive; 1.'),
    interval: duration.default('30s').describe('How often it is measured during the soak; 30s.'),
    maxAge: duration.default('2m').describe('How old the newest point may be; 2m.'),
  })
  .refine((gate) => gate.failAbove !== undefined || gate.failBelow !== undefined, rule('someThreshold'))
  .refine((gate) => !((gate.failBelow ?? -Infinity) >= (gate.failAbove ?? Infinity)), rule('invertedThreshold'))
  .describe('A number from a metric store against a threshold, before each transition and through the soak.');

/** An entry of `gates`: a probe or a metric. */
export const gateSchema = z.union([probeGate, metricGate]);

/** An entry of `metrics`: a store that metric gates ask. */
export const metricsSchema = z.strictObject({
  prometheus: baseUrl.describe('Base URL of a server that speaks the Prometheus query API.'),
  tokenSecret: secretName.optional().describe('Name of the secret that is sent as a bearer token.'),
  allow,
});
