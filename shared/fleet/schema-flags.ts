import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { allow, baseUrl, duration, probeUrl, secretName, text } from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

const value = z.json(rule('flagValue'));

const setting = z.union(
  [
    z.boolean(),
    z.string(),
    z.number(),
    z
      .strictObject({
        value,
        percent: z.int(rule('percent')).min(1, rule('percent')).max(99, rule('percent')).optional(),
        otherwise: value.optional(),
      })
      .refine(({ percent, otherwise }) => (percent === undefined) === (otherwise === undefined), rule('flagShare')),
  ],
  rule('flagSetting'),
);

const key = z.string(rule('flagKey')).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, rule('flagKey'));

/** An entry of `flags`. */
export const flagSchema = z.strictObject({
  store: text.describe('Name of an entry of flagStores.'),
  key: key.optional().describe('Its key there; the name of the entry.'),
  service: text.optional().describe('The service whose code asks for it; the fleet, where nothing is said.'),
  off: value.default(false).describe('The safe value: what the code must take when nobody answers; false.'),
  waves: z
    .record(z.string(), setting)
    .describe('Wave -> what it is to be there: a value, {value: …}, or {value: …, percent: 10, otherwise: …}.'),
});

const reading = {
  ofrep: probeUrl
    .optional()
    .describe(
      'Base URL of what answers OFREP (POST /ofrep/v1/evaluate/flags/{key}) in a target, as flagd does: https://flags.{target}.example.com.',
    ),
  ofrepTokenSecret: secretName.optional().describe('Name of the secret with its bearer token.'),
  seenWithin: duration.default('1m').describe('How long a target may take until it serves what was set; 1m.'),
  allow,
};

const inWave = (what: string) =>
  z
    .string(rule('flagPlace'))
    .regex(/^[A-Za-z0-9!_.*'()/{}-]{1,1024}$/, rule('flagPlace'))
    .describe(what);

/** A name of a secret in which `{wave}` stands for the wave. */
const waveSecret = z
  .string(rule('waveSecret'))
  .refine((name) => secretName.safeParse(name.replaceAll('{wave}', 'x')).success, rule('waveSecret'));

/** An entry of `flagStores`. */
export const flagStoreSchema = z.union([
  z.strictObject({
    flagd: z.strictObject({
      bucket: z
        .string(rule('bucket'))
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, rule('bucket'))
        .describe('S3 bucket.'),
      region: z.string(rule('region')).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, rule('region')),
      object: inWave('Key of the definition file in it, {wave} in its name: flags/{wave}.json.'),
      role: text.optional().describe('ARN of the role to assume, where the bucket is of another account.'),
      externalId: text.optional(),
    }),
    ...reading,
  }),
  z.strictObject({
    configcat: z.strictObject({
      api: baseUrl.default('https://api.configcat.com').describe('Public management API; https://api.configcat.com.'),
      sdkKeySecret: waveSecret.describe(
        'Name of the secret with the SDK key of the environment, {wave} in its name: configcat-{wave}.',
      ),
      userSecret: secretName.describe('Name of the secret with the user of the credentials of the management API.'),
      passwordSecret: secretName.describe('Name of the secret with their password.'),
    }),
    ...reading,
  }),
]);
