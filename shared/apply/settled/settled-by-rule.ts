import { type Expression, type Parsed, parseCondition, parseText } from '../../cel/expression.ts';
import { brief } from '../../rollout/outcome.ts';
import type { SettledRule } from '../../rollout/release.ts';
import type { ServedKind } from '../discovery.ts';
import type { LiveObject } from '../live-object.ts';
import { failed, inProgress, ready, type Settled } from './settled-rules.ts';

/** Judges an object of one kind by the rule that the config gives it. */
export type JudgeByRule = (object: LiveObject) => Settled;

/** What the config says of a kind. */
export type RuleOf = (kind: Pick<ServedKind, 'group' | 'kind'>) => { readonly rule?: JudgeByRule };

/**
 * The rules by kind. Where an expression gives nothing of an object, as when a field it reads is not there yet, the object is in progress,
 * and the message says which expression and why: never ready. An expression that does not parse is one that gives nothing.
 */
export const compileRules = (rules: readonly SettledRule[]): RuleOf => {
  const compiled = new Map(rules.map((rule) => [`${rule.group}/${rule.kind}`, compile(rule)]));
  return ({ group, kind }) => {
    const rule = compiled.get(`${group}/${kind}`);
    return rule === undefined ? {} : { rule };
  };
};

const compile = (rule: SettledRule): JudgeByRule => {
  const isReady = parsed(parseCondition(rule.ready));
  const hasFailed = rule.failed === undefined ? undefined : parsed(parseCondition(rule.failed));
  const progress = rule.progress === undefined ? undefined : parsed(parseText(rule.progress));
  return (object) => {
    const lost = hasFailed?.evaluate(object);
    if (lost?.ok === false) return gaveNothing('failed', lost.because);
    const said = progress?.evaluate(object);
    const what = said?.ok === true ? brief(said.value, 300) : undefined;
    if (lost?.value === true) return failed('Failed', what ?? `its rule says so: ${brief(rule.failed ?? '', 200)}`);
    const made = isReady.evaluate(object);
    if (!made.ok) return gaveNothing('ready', made.because);
    return made.value ? ready : inProgress('NotReady', what ?? `its rule is not met: ${brief(rule.ready, 200)}`);
  };
};

const parsed = <Value>(result: Parsed<Value>): Expression<Value> =>
  result.ok ? result.expression : { evaluate: () => ({ ok: false, because: result.because }) };

const gaveNothing = (expression: 'ready' | 'failed', because: string): Settled =>
  inProgress('NotReady', `expression ${expression} of its rule gives nothing: ${brief(because, 300)}`);
