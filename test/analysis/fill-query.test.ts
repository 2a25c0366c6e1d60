import { describe, expect, test } from 'vitest';
import { fillQuery, type QueryLanguage } from '../../shared/analysis/fill-query.ts';
import { targetNamed } from './asking.ts';

/** Names and labels that somebody who may write them would choose to read other series. */
const hostile: Readonly<Record<string, string>> = {
  quote: `a"b'c`,
  slash: 'a\\b/c',
  regex: '.*',
  flux: '$' + '{r.x}',
  break: 'a\nb',
  raw: 'a`b',
  or: `x' OR 1=1 --`,
  tilde: 'a/b~c',
};
const target = targetNamed('eu-1', hostile);

describe('a query with placeholders', () => {
  test.each<readonly [QueryLanguage, string, string]>([
    ['promql', 'up{cluster="{target}"}', 'up{cluster="eu-1"}'],
    ['promql', 'up{a="{label.quote}"}', 'up{a="a\\x22b\\x27c"}'],
    ['promql', "up{a='{label.quote}'}", "up{a='a\\x22b\\x27c'}"],
    ['promql', 'up{a="{label.slash}"}', 'up{a="a\\x5cb/c"}'],
    ['promql', 'up{a="{label.break}"}', 'up{a="a\\x0ab"}'],
    ['promql', 'up{a=~"{label.regex}-x"}', 'up{a=~"\\x5c.\\x5c*-x"}'],
    ['promql', 'up{b="x=~y",a="{label.regex}"}', 'up{b="x=~y",a=".*"}'],
    ['promql', 'up{a=~`{label.regex}`}', 'up{a=~`\\.\\*`}'],
    ['promql', 'up{b="\\"",a="{label.raw}"} # "', 'up{b="\\"",a="a\\x60b"} # "'],
    ['influxql', `SELECT a FROM b WHERE c = '{label.quote}'`, `SELECT a FROM b WHERE c = 'a\\"b\\'c'`],
    ['influxql', `SELECT a FROM b WHERE c = '{label.or}'`, `SELECT a FROM b WHERE c = 'x\\' OR 1=1 --'`],
    ['influxql', `SELECT a FROM b WHERE "{label.slash}" = 1`, 'SELECT a FROM b WHERE "a\\\\b/c" = 1'],
    ['influxql', 'SELECT a FROM b WHERE c =~ /^{label.slash}$/', 'SELECT a FROM b WHERE c =~ /^a\\\\b\\/c$/'],
    ['influxql', `SELECT a/b FROM c WHERE d = '{label.break}'`, `SELECT a/b FROM c WHERE d = 'a\\nb'`],
    ['flux', 'r.a == "{label.flux}"', 'r.a == "\\x24{r.x}"'],
    ['flux', 'r.a == "{label.quote}"', `r.a == "a\\x22b'c"`],
    ['flux', 'r.a =~ /^{label.regex}$/', 'r.a =~ /^\\.\\*$/'],
    ['sql', `SELECT a FROM b WHERE c = '{label.or}'`, `SELECT a FROM b WHERE c = 'x'' OR 1=1 --'`],
    ['sql', 'SELECT "{label.quote}" FROM b', `SELECT "a""b'c" FROM b`],
    ['plain', 'avg:system.load.1{host:{target}}', 'avg:system.load.1{host:eu-1}'],
    ['pointer', '/targets/{label.tilde}/ratio', '/targets/a~1b~0c/ratio'],
  ])('of %s: %s', (language, query, filled) => expect(fillQuery(query, target, language)).toBe(filled));

  test.each<readonly [QueryLanguage, string]>([
    ['promql', 'rate({label.raw}[5m])'],
    ['promql', 'up{a=`{label.raw}`}'],
    ['promql', 'up{target="x"} # "{label.quote}'],
    ['influxql', 'SELECT {label.or} FROM b'],
    ['influxql', 'SELECT a FROM /{label.break}/'],
    ['flux', 'from(bucket: {label.quote})'],
    ['sql', 'SELECT a FROM {label.or}'],
    ['plain', 'avg:x{host:{label.quote}}'],
    ['plain', 'avg:x{host:{label.flux}}'],
    ['plain', `{"MetricName": "{label.quote}"}`],
  ])('of %s is refused where a value can not be written: %s', (language, query) =>
    expect(() => fillQuery(query, target, language)).toThrow(/can not be filled in/),
  );
});
