import { spoken } from '../../shared/apply/object-id.ts';
import type { Finding, ObjectId, TargetPlan } from '../../shared/rollout/plan.ts';
import { gatherAlike } from './gather-alike.ts';

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
  const touched = new Set<string>();
  for (const { plan, findings } of found) {
    const changed = new Set(plan.objects.filter(({ action }) => action !== 'unchanged').map(({ id }) => id));
    for (const finding of findings) {
      if (finding.object === undefined || changed.has(finding.object)) touched.add(keyOf(finding));
    }
  }
  return gatherAlike(
    found.flatMap(({ plan, findings }) => findings.map((finding) => [plan.target, finding] as const)),
    keyOf,
  )
    .map(({ item, targets }) => ({ ...item, ...spokenOf(item.object), targets, touched: touched.has(keyOf(item)) }))
    .toSorted((a, b) => weight(a) - weight(b));
};

const keyOf = ({ object, rule, severity, because }: Finding): string =>
  JSON.stringify([object, rule, severity, because]);

const spokenOf = (object: ObjectId | undefined) => (object === undefined ? {} : { spoken: spoken(object) });

const severities = ['error', 'warning', 'waived'] as const;

const weight = ({ severity, touched }: FindingGroup): number => severities.indexOf(severity) * 2 + (touched ? 0 : 1);
