import { parseCondition, parseText } from '../cel/expression.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';

const kindsOfExpression = {
  ready: { parse: parseCondition, expected: 'a CEL expression over object that is true or false' },
  failed: { parse: parseCondition, expected: 'a CEL expression over object that is true or false' },
  progress: { parse: parseText, expected: 'a CEL expression over object that gives text' },
} as const;

/** What is wrong with the expressions of `settled`, as they were written, and kinds that have two rules. */
export const checkSettled = (value: unknown): readonly Finding[] => {
  const rules = valueAt(value, ['settled']);
  if (!Array.isArray(rules)) return [];
  const seen = new Map<string, number>();
  return rules.flatMap((rule: unknown, place): readonly Finding[] => {
    const kind = valueAt(rule, ['kind']);
    const name = `${valueAt(rule, ['group']) ?? ''}/${String(kind)}`;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, place);
    const twice: Finding = {
      code: 'DUP_RULE',
      path: pointerOf(['settled', place, 'kind']),
      what: `${String(kind)} has a rule already, at /settled/${first}`,
      expected: 'one rule for each kind',
    };
    return [...(typeof kind === 'string' && first !== undefined ? [twice] : []), ...checkExpressions(rule, place)];
  });
};

const checkExpressions = (rule: unknown, place: number): readonly Finding[] =>
  Object.entries(kindsOfExpression).flatMap(([name, { parse, expected }]) => {
    const text = valueAt(rule, [name]);
    const parsed = typeof text === 'string' && text !== '' ? parse(text) : undefined;
    if (parsed === undefined || parsed.ok) return [];
    return [{ code: 'EXPRESSION', path: pointerOf(['settled', place, name]), what: parsed.because, expected }];
  });
