import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { labelSelector, text } from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

const labels = z
  .record(text, text)
  .refine((given) => Object.keys(given).length > 0, rule('alertLabels'))
  .describe(
    'Labels that an alert must all have to be meant. With targets, placeholders are filled in from each of them.',
  );

/** An item of `alerts`. */
export const alertRuleSchema = z.union([
  z.strictObject({ targets: labelSelector, labels }),
  z.strictObject({ wave: text.describe('The wave that such an alert is about.'), labels }),
  z.strictObject({ service: text.describe('The service that such an alert is about.'), labels }),
]);
