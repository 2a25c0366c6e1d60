import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { allow, duration, probeUrl, secretName, text } from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

const tests = z.union([
  z.strictObject({
    job: text.describe('Name of a Job of the release with annotation tidegate.dev/run: test.'),
  }),
  z.strictObject({
    callback: probeUrl.describe('Told of the test by a signed POST, with a URL at which to answer.'),
    secret: secretName.describe('Name of the secret that the POST is signed with.'),
    allow,
  }),
  z.strictObject({
    workflow: z
      .string(rule('workflow'))
      .regex(/^[\w.-]{1,100}\.ya?ml$/, rule('workflow'))
      .describe('File of a workflow with workflow_dispatch, an input tidegate, and that input in its run-name.'),
    repository: z
      .string(rule('repository'))
      .regex(/^[\w.-]+\/[\w.-]+$/, rule('repository'))
      .optional()
      .describe('owner/name; the config repository.'),
    ref: text.default('main').describe('Branch or tag that has the workflow; main.'),
    inputs: z
      .record(text, z.string(rule('text')))
      .default({})
      .describe('Inputs of the workflow, beside tidegate.'),
    tokenSecret: secretName
      .optional()
      .describe('Name of the secret with a token that may run it; that of the config repository.'),
  }),
]);

/** An entry of `gates` that is a test elsewhere. */
export const testGate = z
  .strictObject({
    tests: tests.describe('What is run, once for a wave.'),
    within: duration.default('10m').describe('Without an answer by then it is inconclusive; 10m.'),
    when: z
      .enum(['before', 'after', 'both'], rule('when'))
      .default('after')
      .describe('before a wave is entered, after it is deployed, or both; after.'),
    effect: z.enum(['block', 'report'], rule('effect')).default('block').describe('As of other gates; block.'),
  })
  .describe(
    'A test that runs elsewhere: a Job of the release, whoever answers a callback, or a workflow of GitHub Actions.',
  );
