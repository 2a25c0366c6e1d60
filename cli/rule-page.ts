import type { LintRule } from '../shared/apply/lint/rule.ts';

/** A rule as far as the page tells of it. */
type Told = Pick<LintRule, 'name' | 'severity' | 'about'>;

const table = (rules: readonly Told[]): string =>
  [
    '| rule | | found where |',
    '| --- | --- | --- |',
    ...rules.map(({ name, severity, about }) => `| \`${name}\` | ${severity} | ${about} |`),
  ].join('\n');

/** The page of all rules, as `docs/findings.md` holds it: made from the rules themselves. */
export const rulePage = (ofManifests: readonly Told[], ofRoom: readonly Told[]): string =>
  `${[
    '# What is found in a release',
    'What a release will suffer from at the next restart, or what it has no room for. An **error** refuses the release before anything is written to any target; a **warning** is told with the plan, by `tidegate plan`, on the pages of approvals and in the events of a rollout. On the way back, and in a rollback, errors are told and refuse nothing: what ran before may run again.',
    'A finding is waived for one object by an annotation that says why; it is shown as waived, with the reason, from then on:',
    [
      '```yaml',
      'metadata:',
      '  annotations:',
      '    tidegate.dev/waive-single-replica: elects a leader, and is idle nine seconds of ten',
      '```',
    ].join('\n'),
    '## In manifests',
    '`tidegate check` finds these too, in every target, without a cluster.',
    table(ofManifests),
    '## On the target',
    'When the plan is made, and only where a workload is created, restarted or grown. What may not be read is said to be unchecked (`room-not-checked`).',
    table(ofRoom),
    '## From the API server',
    'What it warns of while it is asked, in dry runs and in writes, is kept word for word (`api-warning`): deprecated versions and fields, policies that only warn.',
  ].join('\n\n')}\n`;
