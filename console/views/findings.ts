import { spoken } from '../../shared/apply/object-id.ts';
import type { Finding, ObjectId, TargetPlan } from '../../shared/rollout/plan.ts';

/** What was found alike on several targets. */
export interface FindingGroup extends Finding {
  /** `Deployment shop/web`; absent where it is about the target as a whole. */
  readonly spoken?: string;
  readonly targets: readonly string[];
  /** Whether the plan does something with the object on one of them: what was there before and stays is read last. */
  readonly touched: boolean;
}

export interface FoundOnTarget {
  readonly plan: TargetPlan;
  readonly findings: readonly Finding[];
}

/** All findings of a plan, each once with its targets: errors, then warnings, then what is waived; what the plan touches first. Pure. */
export const groupFindings = (found: readonly FoundOnTarget[]): readonly FindingGroup[] => {
  const groups = new Map<string, FindingGroup>();
  for (const { plan, findings } of found) {
    const touched = new Set(plan.objects.filter(({ action }) => action !== 'unchanged').map(({ id }) => id));
    for (const finding of findings) {
      const { object, rule, severity, because } = finding;
      const key = JSON.stringify([object, rule, severity, because]);
      const before = groups.get(key);
      groups.set(key, {
        ...finding,
        ...spokenOf(object),
        targets: [...(before?.targets ?? []), plan.target],
        touched: before?.touched === true || object === undefined || touched.has(object),
      });
    }
  }
  return [...groups.values()].toSorted((a, b) => weight(a) - weight(b));
};

const spokenOf = (object: ObjectId | undefined) => (object === undefined ? {} : { spoken: spoken(object) });

const severities = ['error', 'warning', 'waived'] as const;

const weight = ({ severity, touched }: FindingGroup): number => severities.indexOf(severity) * 2 + (touched ? 0 : 1);
