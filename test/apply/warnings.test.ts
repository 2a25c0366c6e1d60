import { describe, expect, it } from 'vitest';
import { joinWarnings, readWarnings } from '../../shared/apply/warnings.ts';

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('readWarnings', () => {
  it.each<[string, string | null, readonly string[]]>([
    ['no header', null, []],
    ['one warning', '299 - "policy/v1beta1 is deprecated"', ['policy/v1beta1 is deprecated']],
    ['several headers, joined', '299 - "a, b", 299 - "c"', ['a, b', 'c']],
    ['one that is sent twice', '299 - "a", 299 - "a"', ['a']],
    ['quotes and backslashes', String.raw`299 - "use \"v1\" of c:\\x"`, [String.raw`use "v1" of c:\x`]],
    ['an agent by name', '299 kube-apiserver "a"', ['a']],
    ['a date behind it', '299 - "a" "Wed, 21 Oct 2026 07:28:00 GMT"', ['a']],
    ["a cache's warning", '110 proxy "Response is Stale", 299 - "a"', ['a']],
    ['text in bytes of UTF-8', latin1('299 - "größer"'), ['größer']],
    ['text that is no UTF-8', '299 - "gr\u00f6\u00dfer"', ['größer']],
    ['control characters, which may not reach a terminal', '299 - "a\u001b[31mred\tb"', ['a [31mred b']],
    ['an empty one', '299 - ""', []],
    ['what is no warning at all', 'quite something else', []],
  ])('%s', (_, header, expected) => {
    expect(readWarnings(header)).toEqual(expected);
  });

  it('cuts a long one, and keeps twenty', () => {
    expect(readWarnings(`299 - "${'x'.repeat(5000)}"`)[0]).toHaveLength(300);
    const many = Array.from({ length: 50 }, (_, at) => `299 - "w${at}"`).join(', ');
    expect(readWarnings(many)).toHaveLength(20);
  });
});

it('warnings of several requests are those of one, in the order they came', () => {
  expect(joinWarnings(['b', 'a'], undefined, ['a', 'c'])).toEqual(['b', 'a', 'c']);
});
