import { z } from 'zod';
import type { RuleName } from './rules.ts';

const rule = (name: RuleName): RuleName => name;

const expression = z.string(rule('expression')).min(1, rule('expression')).max(2000, rule('expression'));

/** An item of `settled`. */
export const settledSchema = z.strictObject({
  group: z
    .string(rule('apiGroup'))
    .regex(/^$|^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, rule('apiGroup'))
    .default('')
    .describe('API group of the kind, without version; the core group where nothing is said.'),
  kind: z.string(rule('kind')).regex(/^[A-Za-z][A-Za-z0-9]{0,62}$/, rule('kind')),
  ready: expression.describe('CEL over `object`: true when it has become what it states.'),
  failed: expression.optional().describe('CEL over `object`: true when it never will. Judged before `ready`.'),
  progress: expression
    .optional()
    .describe('CEL over `object`: a text that says what it waits for while it is neither.'),
});
