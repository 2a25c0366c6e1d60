import type { Comparison } from '../../shared/rollout/comparison.ts';
import { type BudgetGate, type GateSpec, type MetricGate, weighsEvidence } from '../../shared/rollout/gate.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { ScoreGate } from '../../shared/rollout/score-gate.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { limitOf, quantity } from './gates.ts';

/** What each gate of a wave asks, one sentence a gate, and how often all of them together may be wrong. Pure. */
export const gateRules = (
  { gates }: Pick<Release, 'gates'>,
  wave: Pick<Wave, 'gates' | 'targets'>,
): readonly string[] => {
  const rules = wave.gates.flatMap((name) => {
    const gate = gates[name];
    return gate === undefined ? [] : [`${name}: ${ruleOf(gate)}${gate.effect === 'report' ? '; only reported' : ''}`];
  });
  const level = levelOf({ gates }, wave);
  return level === undefined ? rules : [...rules, level];
};

const ruleOf = (gate: GateSpec): string => {
  if (gate.kind === 'probe')
    return `at ${quantity(gate.rate, 'number')}/s, failures ${limitOf(gate)}${testOf(gate)}${gate.mustFail ? '; must fail' : ''}`;
  if (gate.kind === 'alerts') return `no alert with ${JSON.stringify(gate.labels)} fires in ${gate.source}`;
  if (gate.kind === 'budget') return budgetRule(gate);
  if (gate.kind === 'test') return `a test passes within ${gate.withinMs / 1_000} s, ${gate.moments.join(' and ')}`;
  if (gate.kind === 'score') return scoreRule(gate);
  const subject = 'errors' in gate.query ? 'errors of requests' : 'value';
  return `${subject} ${limitOf(gate)} in ${gate.source}${testOf(gate)}${comparisonOf(gate)}`;
};

const budgetRule = ({ allowed, windowMs, atLeast, counted }: BudgetGate): string => {
  const left = atLeast === 0 ? 'some' : `at least ${quantity(atLeast, 'share')}`;
  const by = 'probe' in counted ? `scheduled probes of ${counted.probe}` : counted.metric.source;
  return `${left} must be left of the ${quantity(allowed, 'share')} that may fail in ${windowMs / 86_400_000} days, by ${by}; asked before the wave is entered`;
};

/** What a score is made of, group by group with its weight, and what it does. */
const scoreRule = ({ metrics, pass, marginal, weights, onMarginal }: ScoreGate): string => {
  const members = Object.entries(metrics);
  const groups = [...new Set(members.map(([, { group }]) => group))].map((group) => {
    const names = members.flatMap(([name, each]) =>
      each.group === group ? [each.critical ? `${name} (critical)` : name] : [],
    );
    const weight = weights[group];
    return `${group}${weight === undefined ? '' : ` (weighs ${weight})`}: ${names.join(', ')}`;
  });
  const [first] = members;
  const against = first === undefined ? '' : `, compared with ${baselines[first[1].comparison.baseline]}`;
  const does = { wait: 'waits', pass: 'passes', fail: 'fails' }[onMarginal];
  return `score of ${members.length} metrics at least ${pass}, below ${marginal} fails, between ${does}${against}; ${groups.join('; ')}`;
};

const testOf = ({ test }: Pick<MetricGate, 'test'>): string => {
  if (test?.kind === 'sequential') return ', by evidence at every look';
  if (test?.kind === 'objective') return `, shown with ${quantity(1 - test.level, 'share')} confidence`;
  return test?.kind === 'burn' ? ', as a burn rate over several windows' : '';
};

const comparisonOf = ({ comparison }: Pick<MetricGate, 'comparison'>): string =>
  comparison === undefined ? '' : `; not worse than ${baselines[comparison.baseline]}`;

const baselines: Readonly<Record<Comparison['baseline'], string>> = {
  before: 'before',
  others: 'the others',
  difference: 'before, less what changed on the others',
  'last-week': 'at this hour of the last weeks',
};

/**
 * How often a wave without fault is stopped at most, by all its gates that test something: each gives a share of its level to each
 * target, and shares add up whatever depends on what (Bonferroni). Thresholds, alerts and burn rates state none.
 */
const levelOf = ({ gates }: Pick<Release, 'gates'>, { gates: names, targets }: Pick<Wave, 'gates' | 'targets'>) => {
  const blocking = names.flatMap((name) => {
    const gate = gates[name];
    return gate === undefined || gate.effect === 'report' ? [] : [gate];
  });
  const tests = blocking.flatMap((gate) => {
    const own = gate.kind !== 'test' && 'test' in gate && weighsEvidence(gate.test) ? gate.test : undefined;
    // A metric gate gives one share to all counts together and one to windows alone.
    const ways = own?.looks === undefined ? 1 : 2;
    const compared =
      gate.kind === 'metric'
        ? [gate.comparison]
        : gate.kind === 'score'
          ? Object.values(gate.metrics).map(({ comparison }) => comparison)
          : [];
    return [
      ...(own === undefined ? [] : [(own.level / own.of) * ways]),
      ...compared.flatMap((each) => (each === undefined ? [] : [each.level / each.of])),
    ];
  });
  if (tests.length === 0) return undefined;
  const level = tests.reduce((sum, share) => sum + share * targets.length, 0);
  const count = tests.length * targets.length;
  return `false alarms: at most ${quantity(level, 'share')} of waves without fault, over ${count} tests and all their looks; thresholds, alerts and burn rates state none`;
};
