import { describe, expect, it } from 'vitest';
import { parseCondition, parseText } from '../../shared/cel/expression.ts';

const certificate = {
  metadata: { name: 'web', generation: 3, labels: { tier: 'web' } },
  spec: { replicas: 3, ratio: 0.5 },
  status: {
    observedGeneration: 3,
    phase: 'Healthy',
    missing: null,
    conditions: [
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-03-01T12:00:00Z' },
      { type: 'Issuing', status: 'False' },
    ],
    'last-seen': 7,
  },
};

const evaluate = (text: string, object: unknown = certificate) => {
  const parsed = parseCondition(text);
  return parsed.ok ? parsed.expression.evaluate(object) : { refused: parsed.because };
};

describe('a condition', () => {
  it.each<[string, boolean]>([
    ['object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")', true],
    ['object.status.conditions.all(c, c.status == "True")', false],
    ['object.status.conditions.exists_one(c, c.type == "Ready")', true],
    ['object.status.conditions.filter(c, c.type == "Ready")[0].status == "True"', true],
    ['size(object.status.conditions) == 2 && object.status.conditions.size() == 2', true],
    ['object.status.observedGeneration == object.metadata.generation', true],
    ['object.spec.replicas * 2 - 1 == 5 && object.spec.replicas + object.metadata.generation == 6', true],
    ['object.spec.replicas % 2 == 1 && object.spec.replicas / 2 == 1', true],
    ['object.spec.ratio < 0.6 && object.spec.ratio * 2.0 == 1.0', true],
    ['double(object.spec.replicas) == 3.0 && string(object.spec.replicas) == "3"', true],
    ['object.status.phase in ["Healthy", "Paused"]', true],
    ['object.status["last-seen"] == 7', true],
    ['has(object.status.missing) && object.status.missing == null', true],
    ['has(object.status.nothing) && object.status.nothing == 1', false],
    ['object.?status.?nothing.orValue(0) == 0', true],
    ['object.status.?nothing.hasValue()', false],
    ['"tier" in object.metadata.labels && object.metadata.labels == {"tier": "web"}', true],
    ['object.metadata.labels.exists(name, object.metadata.labels[name] == "web")', true],
    [
      'object.status.phase.startsWith("He") && object.status.phase.contains("alt") && object.status.phase.endsWith("y")',
      true,
    ],
    ['timestamp(object.status.conditions[0].lastTransitionTime) > timestamp("2026-01-01T00:00:00Z")', true],
    ['object.status.conditions.map(c, c.type) == ["Ready", "Issuing"]', true],
    ['["Ready"].all(t, object.status.conditions.exists(c, c.type == t && c.status == "True"))', true],
    ['object == object && object.status.conditions[0] != object.status.conditions[1]', true],
  ])('%s is %s', (text, value) => {
    expect(evaluate(text)).toEqual({ ok: true, value });
  });

  it.each<[string, string]>([
    ['object.status.replicas == 3', 'No such key: replicas'],
    ['object.status.conditions.exists(c, c.reason == "x")', 'No such key: reason'],
    ['object.status.phase > 1', 'no such overload: dyn<string> > int'],
    [
      'object.status.conditions.filter(c, c.type == "None")[0].status == "True"',
      'No such key: index out of bounds, index 0 >= size undefined',
    ],
    ['object.status.phase', 'it gives string, not bool'],
    ['object.spec.replicas', 'it gives bigint, not bool'],
    ['object.constructor == 1', 'No such key: constructor'],
    ['object.__proto__ == 1', 'No such key: __proto__'],
    ['object.status.conditions.length == 2', 'No such key: length'],
  ])('%s gives nothing: %s', (text, because) => {
    expect(evaluate(text)).toEqual({ ok: false, because });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'x'],
    ['an object without status', {}],
    ['a status that is text', { status: 'x' }],
    ['conditions that are none', { status: { conditions: 7 } }],
  ])('gives nothing of %s', (_, object) => {
    expect(evaluate('object.status.conditions.exists(c, c.type == "Ready")', object)).toMatchObject({ ok: false });
  });

  it.each<[string, string]>([
    ['object.', 'at character 8: Expected IDENTIFIER, got EOF'],
    ['object.a ==', 'at character 12: Unexpected token: EOF'],
    ['objekt.a == 1', 'at character 1: Unknown variable: objekt'],
    ['1 + "a" == 2', 'at character 1: no such overload: int + string'],
    ['size(object.a)', 'it gives int, not bool'],
    ['"x"', 'it gives string, not bool'],
    ['object.status.phase.matches("^(a+)+$")', 'at character 1: function matches is not to be had here'],
    ['cel.bind(x, object.a, x + x == x)', 'at character 1: function bind is not to be had here'],
    ['object.a.split("") == []', 'at character 1: function split is not to be had here'],
    [
      'object.a.all(x, object.b.all(y, object.c.all(z, x == z)))',
      'at character 33: lists are gone through 3 levels deep; at most 2 are allowed',
    ],
    ['x'.repeat(2001), 'it has more than 2000 characters'],
  ])('is not taken as %s: %s', (text, because) => {
    expect(evaluate(text)).toEqual({ refused: because });
  });

  it('is not taken where it is larger than any rule', () => {
    const long = Array.from({ length: 150 }, () => 'object.a').join(' || ');
    expect(evaluate(long)).toMatchObject({ refused: expect.stringMatching(/^at character \d+: /) });
  });

  it('ends where an object is too large to be looked through', () => {
    const items = Array.from({ length: 5000 }, (_, place) => ({ place }));
    const through = 'object.items.exists(a, object.items.exists(b, a.place + 5000 == b.place))';
    expect(evaluate(through, { items })).toEqual({ ok: false, because: 'it looks at more than 200000 values' });
    const twice = '[object.items.map(x, x)].exists(all, all.exists(a, a.place < 0))';
    expect(evaluate(twice, { items })).toEqual({ ok: true, value: false });
  });

  it('changes nothing of what it looks at', () => {
    const object = Object.freeze({ status: Object.freeze({ list: Object.freeze([1, 2]) }) });
    expect(evaluate('object.status.list + [3] == [1, 2, 3]', object)).toEqual({ ok: true, value: true });
  });
});

describe('a text', () => {
  it('is put together from what an object says', () => {
    const parsed = parseText('object.status.phase + " " + string(object.spec.replicas)');
    expect(parsed.ok && parsed.expression.evaluate(certificate)).toEqual({ ok: true, value: 'Healthy 3' });
  });

  it('is not taken where it gives something else', () => {
    expect(parseText('object.a == 1')).toEqual({ ok: false, because: 'it gives bool, not string' });
  });
});
