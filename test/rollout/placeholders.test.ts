import { describe, expect, it, test } from 'vitest';
import { escapeForUrl, fillPlaceholders, placeholdersOf } from '../../shared/rollout/placeholders.ts';
import { selects } from '../../shared/rollout/selector.ts';
import type { Target } from '../../shared/rollout/target.ts';

const target: Target = {
  name: 'aws-prod01',
  locator: { eks: { account: '111111111111', region: 'us-east-1', cluster: 'prod01' } },
  labels: { size: 'l', owner: 'a"b\\c/d é', region: 'elsewhere' },
  namespace: 'shop',
  allow: [],
};

describe('placeholders', () => {
  test.each([
    ['https://{target}.example.com/{namespace}', escapeForUrl, 'https://aws-prod01.example.com/shop'],
    ['https://{region}.{cluster}.{account}.test', escapeForUrl, 'https://us-east-1.prod01.111111111111.test'],
    ['https://example.com/{label.owner}', escapeForUrl, 'https://example.com/a%22b%5Cc%2Fd%20%C3%A9'],
    ['up{code=~"5..",path=~"\\\\p{Lu}{2}"}', escapeForUrl, 'up{code=~"5..",path=~"\\\\p{Lu}{2}"}'],
    ['up{}', escapeForUrl, 'up{}'],
  ])('of %s are filled in', (text, escaped, filled) => {
    expect(fillPlaceholders(text, target, escaped)).toBe(filled);
  });

  it('that have no value are an error, not an empty text', () => {
    expect(() => fillPlaceholders('{label.stage}', target, escapeForUrl)).toThrow(
      'placeholder {label.stage}: aws-prod01 has no value for it; expected one of target, region, cluster, account, namespace, label.NAME',
    );
    expect(() => fillPlaceholders('{label.constructor}', target, escapeForUrl)).toThrow('has no value for it');
  });

  it('are found whether they are known or not', () => {
    expect(placeholdersOf('{target} {targt} {target} x{y="{label.a}"}')).toEqual(['target', 'targt', 'label.a']);
  });
});

describe('a selector', () => {
  test.each([
    [{}, true],
    [{ size: 'l' }, true],
    [{ size: 'l', provider: 'eks', region: 'us-east-1', name: 'aws-prod01' }, true],
    [{ size: 'm' }, false],
    [{ region: 'elsewhere' }, false],
    [{ stage: 'external' }, false],
    [{ constructor: 'Object' }, false],
  ])('%j selects the target: %s', (selector, selected) => expect(selects(selector, target)).toBe(selected));
});
