import { numberAt, textAt } from '../fields.ts';
import { runOf } from '../jobs/run-of.ts';
import type { LintRule } from './rule.ts';

/** Kubernetes' own, where a Job states none. */
const usualBackoffLimit = 6;

export const jobRepeated: LintRule = {
  name: 'job-repeated',
  severity: 'warning',
  about:
    'a Job around a deployment may run more than once by Kubernetes itself, and does not say that this does no harm',
  find: ({ object }) => {
    const run = runOf(object);
    if (run === undefined || 'mistake' in run || run.mayRepeat) return [];
    const limit = numberAt(object, 'spec', 'backoffLimit') ?? usualBackoffLimit;
    const isStartedAgain = textAt(object, 'spec', 'template', 'spec', 'restartPolicy') === 'OnFailure';
    const why = [
      ...(limit > 0 ? [`backoffLimit ${limit}`] : []),
      ...(isStartedAgain ? ['restartPolicy OnFailure'] : []),
    ];
    if (why.length === 0) return [];
    return [
      `it runs ${run.run} the deployment and may run more than once by Kubernetes itself (${why.join(', ')}); set backoffLimit 0 and restartPolicy Never, or say tidegate.dev/repeat: safe`,
    ];
  },
};
