import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { duration, text } from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

/** A query in the language of its store. */
export const query = z.string(rule('query')).min(1, rule('query')).max(10_000, rule('query'));
/** Which store is asked. */
export const source = z.string(rule('text')).describe('Name of an entry of metrics.');

/** What is said beside a query. */
export const asking = {
  source: source.optional(),
  prometheus: text.optional().describe('As source, for a store of prometheus: how it was written once.'),
  window: duration
    .optional()
    .describe(
      'CloudWatch, Datadog: the time that is asked for; 5m. scrape, pods: the time between the two readings of a rate; 10s, at most 60s.',
    ),
  time: z
    .string(rule('pointer'))
    .regex(/^\/|^\$/, rule('pointer'))
    .optional()
    .describe('json: pointer to the time of what was measured.'),
};

type Asked = { readonly source?: string | undefined; readonly prometheus?: string | undefined };

/** Which store is asked, by whichever of the two words; `source` in what is read. */
export const withSource = <Fields extends z.ZodType<Asked>>(fields: Fields) =>
  fields
    .refine((asked) => asked.source !== undefined || asked.prometheus !== undefined, {
      error: rule('metricSource'),
      path: ['source'],
    })
    .refine((asked) => asked.source === undefined || asked.prometheus === undefined, {
      error: rule('oneSource'),
      path: ['prometheus'],
    })
    .transform(({ source: named, prometheus = '', ...rest }) => ({ ...rest, source: named ?? prometheus }));
