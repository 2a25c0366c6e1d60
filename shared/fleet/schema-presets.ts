import { z } from 'zod';
import { presetNames } from './presets/presets.ts';
import type { RuleName } from './rules.ts';
import { countFromOne, duration, name, text } from './schema-fields.ts';

const rule = (ruleName: RuleName): RuleName => ruleName;

const threshold = z.number(rule('threshold'));

/** An item of `presets`. */
export const presetSchema = z.strictObject({
  preset: z
    .enum(presetNames, rule('preset'))
    .describe(`What is watched: ${presetNames.join(', ')}. Its gates are named <name>-<gate>.`),
  name: name
    .optional()
    .describe("What its gates' names begin with, and what stands for all of them in a wave; the preset."),
  source: text.describe('Name of an entry of metrics: Prometheus, or an InfluxDB that Telegraf writes to.'),
  labels: z
    .record(text, text)
    .default({})
    .describe('Labels (tags) that its series must have; {target} and others are filled in.'),
  window: duration.default('5m').describe('The time that counts and rates are of; 5m.'),
  bucket: text.default('telegraf').describe('InfluxDB 2: the bucket that Telegraf writes to; telegraf.'),
  gates: z
    .record(
      name,
      z.union([
        z.literal(false, rule('presetGate')),
        z.strictObject({
          failAbove: threshold.optional(),
          failBelow: threshold.optional(),
          minRequests: countFromOne.optional(),
          interval: duration.optional(),
          maxAge: duration.optional(),
        }),
      ]),
    )
    .default({})
    .describe('By the name of a gate in the preset: other limits for it, or false to leave it out.'),
});
