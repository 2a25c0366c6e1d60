import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type Exposition, seriesKey } from '../../shared/analysis/scrape/exposition.ts';
import { parseOpenMetrics } from '../../shared/analysis/scrape/parse-openmetrics.ts';
import { parseText } from '../../shared/analysis/scrape/parse-text.ts';

const valueAt = ({ series }: Exposition, name: string, labels: Readonly<Record<string, string>> = {}) =>
  series.get(seriesKey(name, labels))?.value;
const seriesOf = ({ series }: Exposition) => [...series.values()];

describe('the text format', () => {
  test.each<readonly [string, string, object[]]>([
    ['a sample', 'up 1\n', [{ name: 'up', labels: {}, value: 1 }]],
    ['nothing', '', []],
    ['comments and empty lines', '# hello\n\n   \n#\n', []],
    ['a timestamp in milliseconds', 'up 1 1395066363000\n', [{ name: 'up', labels: {}, value: 1, at: 1395066363000 }]],
    ['a timestamp before 1970', 'up 1 -3982045\n', [{ name: 'up', labels: {}, value: 1, at: -3982045 }]],
    [
      'blanks wherever they may be',
      '\t a  {\tb = "c" , d="e",  }  \t 2 \t3  \n',
      [{ name: 'a', labels: { b: 'c', d: 'e' }, value: 2, at: 3 }],
    ],
    [
      'line ends of Windows',
      'a 1\r\nb 2\r\n',
      [
        { name: 'a', labels: {}, value: 1 },
        { name: 'b', labels: {}, value: 2 },
      ],
    ],
    [
      'escapes',
      'a{p="C:\\\\DIR\\\\F.TXT",e="Cannot find file:\\n\\"F\\"",o="\\x"} 1\n',
      [{ name: 'a', labels: { p: 'C:\\DIR\\F.TXT', e: 'Cannot find file:\n"F"', o: '\\x' }, value: 1 }],
    ],
    [
      'infinity, and what is no number',
      'a +Inf\nb -Inf\nc NaN\nd inf\n',
      [
        { name: 'a', labels: {}, value: Infinity },
        { name: 'b', labels: {}, value: -Infinity },
        { name: 'c', labels: {}, value: Number.NaN },
        { name: 'd', labels: {}, value: Infinity },
      ],
    ],
    [
      'exponents',
      'a 1.458255915e9\nb -.5\nc 1E-7\n',
      [
        { name: 'a', labels: {}, value: 1458255915 },
        { name: 'b', labels: {}, value: -0.5 },
        { name: 'c', labels: {}, value: 1e-7 },
      ],
    ],
    ['braces in a value', 'a{b="}{,=\\""} 1\n', [{ name: 'a', labels: { b: '}{,="' }, value: 1 }]],
    ['no labels in braces', 'a{} 1\n', [{ name: 'a', labels: {}, value: 1 }]],
    ['other alphabets', 'a{b="Grüße 🌊"} 1\n', [{ name: 'a', labels: { b: 'Grüße 🌊' }, value: 1 }]],
    ['a name in quotes', '{"my.metric",b="c"} 1\n', [{ name: 'my.metric', labels: { b: 'c' }, value: 1 }]],
    [
      'names that objects have',
      'constructor{__proto__="x"} 1\n',
      [{ name: 'constructor', labels: Object.fromEntries([['__proto__', 'x']]), value: 1 }],
    ],
    ['HELP with odd signs', '# HELP a \\\\ \\n "x" {\n# TYPE a counter\na 1\n', [{ name: 'a', labels: {}, value: 1 }]],
  ])('with %s is read', (_, text, series) => expect(seriesOf(parseText(text))).toEqual(series));

  it('keeps the newest of several points of a series', () => {
    expect(seriesOf(parseText('a 1 10\na 3 30\na 2 20\n'))).toEqual([{ name: 'a', labels: {}, value: 3, at: 30 }]);
  });

  it('says the types of families', () => {
    const { types } = parseText('# TYPE a counter\na 1\n# TYPE b untyped\n# TYPE c histogram\n#TYPE d gauge\n');
    expect([...types]).toEqual([
      ['a', 'counter'],
      ['b', 'unknown'],
      ['c', 'histogram'],
      ['d', 'gauge'],
    ]);
  });

  test.each([
    ['a last line that does not end', 'a 1\nb 10', 'line 2 of the exposition: the last line does not end'],
    ['no value', 'a\n', '"" is no number'],
    ['text for a value', 'a one\n', '"one" is no number'],
    ['a hexadecimal value', 'a 0x10\n', '"0x10" is no number'],
    ['an underscore in a number', 'a 1_000\n', '"1_000" is no number'],
    ['a timestamp with a fraction', 'a 1 1.5\n', '"1.5" is no timestamp'],
    ['more words', 'a 1 2 3\n', '1 more words'],
    ['an exemplar', 'a 1 # {b="c"} 1\n', 'more words'],
    ['a name that begins with a digit', '1a 1\n', 'no name of a metric'],
    ['labels that do not end', 'a{b="c" 1\n', 'no , or } after a label'],
    ['text that does not end', 'a{b="c} 1\n', 'text in quotes does not end'],
    ['a label without quotes', 'a{b=c} 1\n', 'no " where text begins'],
    ['a label twice', 'a{b="c",b="d"} 1\n', 'label b is there twice'],
    ['a series twice', 'a{b="c",d="e"} 1\na{d="e",b="c"} 2\n', 'line 2 of the exposition: a is there twice'],
    ['a second type', '# TYPE a counter\n# TYPE a gauge\n', 'a second TYPE of a'],
    ['a type that comes late', 'a 1\n# TYPE a counter\n', 'TYPE of a after its samples'],
    ['a type that is none', '# TYPE a count\n', '"count" is no type'],
    ['a web page', '<html>\n', 'no name of a metric'],
    ['bytes of gzip', '\x1f\x8b\n', 'no name of a metric'],
  ])('with %s is not read', (_, text, because) => expect(() => parseText(text)).toThrow(because));

  it('is read in lines of a megabyte, and in a hundred thousand series, not more', () => {
    const long = 'x'.repeat(1_000_000);
    expect(seriesOf(parseText(`a{b="${long}"} 1\n`))[0]?.labels.b).toBe(long);
    const many = Array.from({ length: 100_001 }, (_, index) => `a{b="${index}"} 1\n`).join('');
    expect(() => parseText(many)).toThrow('more than 100000 series');
  });
});

const whole = `# HELP http_seconds How long.
# TYPE http_seconds histogram
# UNIT http_seconds seconds
http_seconds_bucket{le="0.1"} 8 # {trace_id="KOO5S4vxi0o"} 0.067
http_seconds_bucket{le="+Inf"} 10 # {} 9.8 1520879607.789
http_seconds_count 10
http_seconds_sum 21.3
http_seconds_created 1520430000.123
# TYPE hits counter
hits_total{path="/"} 17 1520879607.789 # {trace_id="x"} 1
hits_created{path="/"} 1520430000.123
# TYPE build info
build_info{version="1.2"} 1
# TYPE feature stateset
feature{feature="a"} 1
feature{feature="b"} 0
# TYPE rpc summary
rpc{quantile="0.99"} NaN
rpc_count 0
rpc_sum 0
# TYPE temperature_celsius gauge
# UNIT temperature_celsius celsius
temperature_celsius -3
# TYPE sizes gaugehistogram
sizes_bucket{le="+Inf"} 3
sizes_gcount 3
sizes_gsum -1
loose 1
# EOF
`;

describe('OpenMetrics', () => {
  it('is read whole, with units, exemplars, info and states', () => {
    const found = parseOpenMetrics(whole);
    expect(found.series.size).toBe(18);
    expect(valueAt(found, 'http_seconds_bucket', { le: '+Inf' })).toBe(10);
    expect(found.series.get(seriesKey('hits_total', { path: '/' }))).toEqual({
      name: 'hits_total',
      labels: { path: '/' },
      value: 17,
      at: 1520879607789,
    });
    expect(valueAt(found, 'rpc', { quantile: '0.99' })).toBeNaN();
    expect(Object.fromEntries(found.types)).toEqual({
      http_seconds: 'histogram',
      hits: 'counter',
      build: 'info',
      feature: 'stateset',
      rpc: 'summary',
      temperature_celsius: 'gauge',
      sizes: 'gaugehistogram',
    });
  });

  it('may end without a line end, and needs no types', () => {
    expect(parseOpenMetrics('a 1\n# EOF').series.size).toBe(1);
    expect(parseOpenMetrics('# EOF\n').series.size).toBe(0);
  });

  test.each([
    ['no end', 'a 1\n', 'it does not end with # EOF'],
    ['half of an end', 'a 1\n# E', 'it does not end with # EOF'],
    ['something behind the end', '# EOF\na 1\n', 'it does not end with # EOF'],
    ['an end in the middle', '# EOF\na 1\n# EOF\n', '# EOF is not the end'],
    ['an empty line', 'a 1\n\n# EOF\n', 'an empty line'],
    ['a comment', '# hello\n# EOF\n', 'comments are not allowed'],
    ['two spaces', 'a  1\n# EOF\n', 'expected exactly one space'],
    ['a tab', 'a\t1\n# EOF\n', 'expected exactly one space'],
    ['a space in braces', 'a{ b="c"} 1\n# EOF\n', 'no name of a label'],
    ['a space at the end', 'a 1 \n# EOF\n', 'none behind'],
    ['a counter without _total', '# TYPE a counter\na 1\n# EOF\n', 'a is no sample that a counter has'],
    ['a counter below zero', '# TYPE a counter\na_total -1\n# EOF\n', 'a count is -1'],
    ['a bucket without le', '# TYPE a histogram\na_bucket 1\n# EOF\n', 'a bucket has no le'],
    ['an info that is not 1', '# TYPE a info\na_info 2\n# EOF\n', 'an info is 2'],
    ['a state that is neither', '# TYPE a stateset\na{a="x"} 2\n# EOF\n', 'neither 0 nor 1'],
    ['a quantile without its label', '# TYPE a summary\na 2\n# EOF\n', 'no label quantile'],
    ['a unit that is not in the name', '# TYPE a gauge\n# UNIT a seconds\n# EOF\n', 'is not at the end of the name'],
    [
      'a family in two places',
      '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n',
      'is not in one place',
    ],
    ['a type after its samples', '# TYPE a gauge\na 1\n# HELP a x\n# EOF\n', 'after its samples'],
    ['an exemplar of a gauge', '# TYPE a gauge\na 1 # {b="c"} 1\n# EOF\n', 'belongs to a counter or a bucket'],
    [
      'an exemplar that is too long',
      `# TYPE a counter\na_total 1 # {b="${'x'.repeat(128)}"} 1\n# EOF\n`,
      'more than 128',
    ],
    ['the same series at the same time', 'a 1 5\na 2 5\n# EOF\n', 'a is there twice'],
  ])('with %s is not read', (_, text, because) => expect(() => parseOpenMetrics(text)).toThrow(because));

  test('every cut of a whole one is unread', () => {
    for (let length = 0; length < whole.length - 1; length += 1)
      expect(() => parseOpenMetrics(whole.slice(0, length))).toThrow('it does not end');
  });
});

const corpus = '../shared/corpus/prometheus';
const recorded = existsSync(corpus);
if (process.env.CI === 'true') it('has the corpus to test with', () => expect(recorded).toBe(true));

describe.skipIf(!recorded)(recorded ? 'the corpus' : 'skipped: no corpus', () => {
  const text = (file: string) => readFileSync(`${corpus}/${file}`, 'utf8');

  it('has an exposition of promtool, which is read', () => {
    const found = parseText(text('metrics-test.prom'));
    expect(found.series.size).toBe(27);
    expect(valueAt(found, 'go_gc_duration_seconds', { quantile: '0.99' })).toBeUndefined();
    expect(valueAt(found, 'go_gc_duration_seconds', { quantile: '1' })).toBe(0.005201208);
    expect(valueAt(found, 'prometheus_tsdb_compaction_chunk_size_bytes_bucket', { le: '+Inf' })).toBe(13867);
    expect(valueAt(found, 'prometheus_tsdb_compaction_chunk_size_bytes_sum')).toBe(3886707);
    expect(found.types.get('go_info')).toBe('gauge');
  });

  it('has the long one of the client libraries, which is read to its last line', () => {
    const exposition = text('exposition-large.prom');
    const lines = exposition.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const found = parseText(exposition);
    expect(found.series.size).toBe(lines.length);
    for (const { name, value } of seriesOf(found)) expect([name, typeof value]).toEqual([name, 'number']);
  });

  it('has OpenMetrics of several points a series, of which the newest counts', () => {
    const found = parseOpenMetrics(text('dump-openmetrics-roundtrip-test.prom'));
    expect(found.series.size).toBe(7);
    expect(found.series.get(seriesKey('up', { instance: 'localhost:8000', job: 'example2' }))).toMatchObject({
      value: 1,
      at: 1700226094329,
    });
  });
});
