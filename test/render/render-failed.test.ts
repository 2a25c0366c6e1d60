import { expect, it } from 'vitest';
import { problemAt, RenderFailed } from '../../shared/render/render-failed.ts';

it('the message lists fifty problems and counts the rest', () => {
  const problems = Array.from({ length: 52 }, (_, n) => problemAt('DUP_KEY', `a.yaml:${n}`, 'twice'));
  const lines = new RenderFailed(problems).message.split('\n');
  expect(lines).toHaveLength(51);
  expect([lines[0], lines[49], lines[50]]).toEqual([
    'DUP_KEY a.yaml:0: twice',
    'DUP_KEY a.yaml:49: twice',
    '… and 2 more',
  ]);
});

it('a problem is one printable line of bounded length', () => {
  expect(problemAt('JSONNET_ERROR', 'a\nb', '\u001b[31mred\u202e\r\nline\u0000end')).toEqual({
    code: 'JSONNET_ERROR',
    source: 'a b',
    what: '[31mred line end',
  });
  expect(problemAt('JSONNET_ERROR', 'a', 'x'.repeat(2000)).what).toBe(`${'x'.repeat(1000)}…`);
});
