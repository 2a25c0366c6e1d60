import type { FindingGroup } from '../console/views/findings.ts';
import { countFindings, describeFindings } from '../shared/rollout/plan.ts';

/** Said once below any number of warnings. */
export const howToWaive = 'to live with a warning, say why on its object: annotation tidegate.dev/waive-RULE';

/** Findings about objects that the plan leaves alone: this many are named. */
const namedUntouched = 5;

/**
 * What was found, as lines: first what the plan touches, then some of what it leaves alone, the rest counted. `targets`: how many there
 * are in all. Pure.
 */
export const findingLines = (findings: readonly FindingGroup[], targets: number): readonly string[] => {
  if (findings.length === 0) return [];
  const touched = findings.filter((each) => each.touched);
  const untouched = findings.filter((each) => !each.touched);
  const left = untouched.length - namedUntouched;
  return [
    `  ${describeFindings(countFindings(findings))}`,
    ...[...touched, ...untouched.slice(0, namedUntouched)].map(
      ({ severity, rule, because, targets: on }) =>
        `  ${severity} ${because} (${rule})${on.length === targets ? '' : `  on ${on.join(', ')}`}`,
    ),
    ...(left > 0 ? [`  and ${left} more about objects that this plan leaves alone; --json has all`] : []),
    ...(findings.some(({ severity }) => severity === 'warning') ? [`  ${howToWaive}`] : []),
  ];
};
