import { expect, it } from 'vitest';
import { describeRefused } from '../../shared/wave/describe-refused.ts';

const because = (...sentences: readonly string[]) => sentences.map((each) => ({ because: each }));

it('every target that refuses is named, each reason once', () => {
  const refused = new Map([
    ['b', because('web: .spec.replicas is set by hpa', 'only b')],
    ['a', because('web: .spec.replicas is set by hpa')],
    ['c', because('only c')],
  ]);
  expect(describeRefused(refused)).toEqual({
    text: 'a: web: .spec.replicas is set by hpa (also on b); b: only b; c: only c',
    lines: ['a: web: .spec.replicas is set by hpa (also on b)', 'b: only b', 'c: only c'],
    more: 0,
  });
});

it('a sentence has five reasons, a history fifty, and both count the rest', () => {
  const { text, lines, more } = describeRefused(
    new Map([['a', because(...Array.from({ length: 60 }, (_, at) => `${at}`))]]),
  );
  expect([text, lines.length, more]).toEqual(['a: 0; a: 1; a: 2; a: 3; a: 4; and 55 more', 50, 10]);
});

it('of a thousand targets with one reason a hundred are named', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `t${String(at).padStart(4, '0')}`);
  const { lines } = describeRefused(new Map(names.map((name) => [name, because('no')])));
  expect(lines[0]).toMatch(/^t0000: no \(also on t0001, .*, t0100 and 899 more\)$/);
});
