import type { Found } from './check.ts';

/** A function that has to be called by a rule of EventBridge. */
export interface WantedRule {
  readonly function: string;
  /** Named where it is not the default one. */
  readonly bus?: string;
  readonly isSchedule: boolean;
}

/** What EventBridge says of the rules that call a function. */
export interface RuleState extends Pick<WantedRule, 'function' | 'bus'> {
  readonly rule: string;
  readonly isEnabled: boolean;
  /** `rate(1 minute)`; absent for a rule that matches events. */
  readonly schedule?: string;
}

const next = 'enable it (aws events enable-rule), or deploy again with serverless.yml, which makes it';

/** Whether every function that has to be called by a rule is, by one that is switched on. Pure. */
export const assessRules = (wanted: readonly WantedRule[], rules: readonly RuleState[]): Found => {
  const problems = wanted.flatMap((each) => {
    const own = rules.filter(
      (rule) =>
        rule.function === each.function && rule.bus === each.bus && (rule.schedule !== undefined) === each.isSchedule,
    );
    const on = each.bus === undefined ? '' : ` on bus ${each.bus}`;
    if (own.length === 0) return [`no ${each.isSchedule ? 'schedule' : 'rule'}${on} calls ${each.function}`];
    return own.some(({ isEnabled }) => isEnabled)
      ? []
      : [`${own.map(({ rule }) => rule).join(', ')}, which calls ${each.function}, is switched off`];
  });
  if (problems.length > 0) return { status: 'failed', found: problems.join('; '), next, all: problems };
  return { status: 'ok', found: `${wanted.length} functions are called by their schedules and rules` };
};
