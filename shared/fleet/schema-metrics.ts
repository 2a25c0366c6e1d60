import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { allow, baseUrl, duration, labels, name, probeUrl, secretName, text } from './schema-fields.ts';

const rule = (ruleName: RuleName): RuleName => ruleName;

const token = secretName.optional().describe('Name of the secret that is sent as a token.');

const tls = z
  .strictObject({
    caSecret: secretName.optional().describe("Secret with the authority of the store's certificate (PEM)."),
    certSecret: secretName.optional().describe('Secret with our own certificate (PEM).'),
    keySecret: secretName.optional().describe('Secret with its key (PEM).'),
  })
  .refine((files) => (files.certSecret === undefined) === (files.keySecret === undefined), rule('certificateAndKey'))
  .optional();

const lag = duration
  .optional()
  .describe('How long points take to be there; windows end so long ago, as two scrapes. None; in CloudWatch 3m.');

const access = {
  tokenSecret: token,
  username: text.optional().describe('With it the secret is sent as the password of this user (HTTP basic).'),
  tls,
  allow,
};

/** A base URL that may say the names given in its query, and nothing else: what else stands there could be a secret. */
const storeUrl = (...names: readonly string[]) =>
  z.string(rule('storeUrl')).refine((value) => {
    const url = URL.parse(value);
    return (
      url !== null &&
      baseUrl.safeParse(value.replace(/\?.*$/s, '')).success &&
      [...url.searchParams.keys()].every((key) => names.includes(key))
    );
  }, rule('storeUrl'));

/** Placeholders may stand in it; its query could hold a secret. */
const readUrl = probeUrl.refine((value) => !value.includes('?'), rule('readUrl'));

const region = z.string(rule('region')).regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, rule('region'));

/** An entry of `metrics`: a store that gates of metrics and alerts ask. */
export const metricsSchema = z.union([
  z.strictObject({
    prometheus: baseUrl.describe('Base URL of a server that speaks the Prometheus query API.'),
    tenant: text.optional().describe('Whose data is asked for, at Mimir or Thanos.'),
    identity: z
      .enum(['google', 'azure'], rule('identity'))
      .optional()
      .describe(
        'Ask with a token of our federated identity there: Google Managed Prometheus, Azure Monitor workspace.',
      ),
    lag,
    ...access,
  }),
  z.strictObject({
    influxdb1: storeUrl('db', 'rp').describe('Base URL of an InfluxDB 1.x, asked in InfluxQL: https://…?db=telegraf.'),
    lag,
    ...access,
  }),
  z.strictObject({
    influxdb2: storeUrl('org', 'orgID').describe('Base URL of an InfluxDB 2.x, asked in Flux: https://…?org=acme.'),
    lag,
    ...access,
  }),
  z.strictObject({
    influxdb3: storeUrl('db').describe('Base URL of an InfluxDB 3, asked in SQL: https://…?db=telegraf.'),
    lag,
    ...access,
  }),
  z.strictObject({
    cloudwatch: region.describe('The region.'),
    role: text.optional().describe('ARN of the role to assume there; our own account without it.'),
    externalId: text.optional(),
    endpoint: baseUrl.optional().describe('Where it is, if not at its public address.'),
    allow,
  }),
  z.strictObject({
    datadog: z
      .string(rule('site'))
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, rule('site'))
      .describe('The site, as datadoghq.eu.'),
    apiKeySecret: secretName.describe('Secret with the API key.'),
    appKeySecret: secretName.describe('Secret with the application key.'),
    lag,
    allow,
  }),
  z.strictObject({
    json: readUrl.describe('URL of a JSON document; gates point into it. {target} and others are filled in.'),
    ...access,
  }),
  z.strictObject({
    scrape: readUrl.describe(
      'URL of an exposition of metrics (Prometheus text, OpenMetrics). {target} and others are filled in.',
    ),
    ...access,
  }),
  z.strictObject({
    pods: labels.describe('Labels of the pods that are read, through the API server of each target.'),
    namespace: name.optional().describe("Where they are; the target's namespace."),
    port: z.int(rule('port')).min(1, rule('port')).max(65_535, rule('port')),
    path: z
      .string(rule('path'))
      .regex(/^\/[\w./-]*$/, rule('path'))
      .default('/metrics')
      .describe('/metrics.'),
    join: z
      .enum(['sum', 'worst'], rule('join'))
      .default('sum')
      .describe('sum: their series are added up; worst: the pod that shows the worst value counts; sum.'),
  }),
  z.strictObject({
    alertmanager: baseUrl.describe('Base URL of an Alertmanager, for gates of alerts.'),
    ...access,
  }),
]);
