import { isBuiltInGroup } from '../built-in-groups.ts';
import { at, conditionOf, isObject, listAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { groupOf } from '../object-id.ts';
import type { JudgeByRule } from './settled-by-rule.ts';
import { assessCustom } from './settled-custom.ts';
import { failed, inProgress, type Rule, ready, type Settled, settledRules } from './settled-rules.ts';
import { workloadRules } from './settled-workloads.ts';

/** What an object's kind has to say of it, beside the object itself. */
export interface SettledKind {
  /** The API server serves no status for it (a CRD without the subresource): nothing will ever be written there. */
  readonly statusless?: boolean;
  /** What the config says of it. */
  readonly rule?: JudgeByRule;
}

/**
 * Whether an object has become what it states: kstatus' algorithm (deletion, observed generation, Reconciling and Stalled, the rule
 * of its kind, condition Ready), stricter where kstatus is too quick: a running Job is not ready, a failed Pod failed, a load
 * balancer without address in progress, a degraded autoscaler too; custom objects as `assessCustom` says, unless the config has a rule
 * for their kind. A rule for a built-in kind is one condition more. `now` in epoch milliseconds.
 */
export const assessSettled = (object: LiveObject, now: number, kind: SettledKind = {}): Settled => {
  if (object.metadata.deletionTimestamp) {
    return { status: 'terminating', reason: 'Terminating', message: 'it is being deleted' };
  }
  const { status } = object;
  if (status !== undefined && status !== null && !isObject(status)) return malformed('status is not an object');
  const { generation } = object.metadata;
  const observed = at(object, 'status', 'observedGeneration');
  // Argo Rollouts writes it as text.
  if (generation !== undefined && observed !== undefined && Number(observed) !== generation) {
    if (!Number.isInteger(Number(observed))) return malformed('status.observedGeneration is not a number');
    return inProgress(
      'LatestGenerationNotObserved',
      `its controller has seen generation ${String(observed)} of ${generation}`,
    );
  }
  const group = groupOf(object.apiVersion);
  const { rule, statusless = false } = kind;
  // Of a custom kind its rule knows more than what is common to all; of others it asks for more.
  if (rule !== undefined && !isBuiltInGroup(group)) return rule(object);
  const settled = byStandard(object) ?? byKind(object, group, now, statusless);
  const ruled = rule?.(object);
  return ruled !== undefined && (settled.status === 'ready' || ruled.status === 'failed') ? ruled : settled;
};

const byKind = (object: LiveObject, group: string, now: number, statusless: boolean): Settled => {
  const ofKind = ruleOf(group, object.kind);
  if (ofKind !== undefined) return ofKind(object, now);
  return isBuiltInGroup(group) ? byReady(object) : assessCustom(object, statusless);
};

/** The two conditions that every controller may use, in the order they are there (kstatus' convention). */
const byStandard = (object: LiveObject): Settled | undefined => {
  const told = listAt(object, 'status', 'conditions').find(
    (condition) =>
      ['Reconciling', 'Stalled'].includes(textAt(condition, 'type') ?? '') && textAt(condition, 'status') === 'True',
  );
  if (told === undefined) return undefined;
  const type = textAt(told, 'type') ?? '';
  const say = type === 'Stalled' ? failed : inProgress;
  return say(textAt(told, 'reason') || type, textAt(told, 'message') ?? '');
};

const rules: Readonly<Record<string, Rule>> = { ...settledRules, ...workloadRules };

/** `extensions` is where `apps` began. */
const ruleOf = (group: string, kind: string): Rule | undefined => {
  const named = [`${group}/${kind}`, ...(group === 'extensions' ? [`apps/${kind}`] : [])];
  return named.flatMap((name) => (Object.hasOwn(rules, name) ? (rules[name] ?? []) : []))[0];
};

const malformed = (message: string): Settled => ({ status: 'unknown', reason: 'Malformed', message });

const byReady = (object: LiveObject): Settled => {
  const condition = conditionOf(object, 'Ready');
  const status = textAt(condition, 'status');
  return status === undefined || status === 'True'
    ? ready
    : inProgress(
        textAt(condition, 'reason') ?? 'NotReady',
        textAt(condition, 'message') ?? 'condition Ready is not true',
      );
};
