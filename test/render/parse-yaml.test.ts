import { describe, expect, it } from 'vitest';
import { type ParsedManifests, parseJson, parseYaml } from '../../shared/render/parse-yaml.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const yaml = (text: string): ParsedManifests => parseYaml('a.yaml', bytes(text));
const json = (text: string): ParsedManifests => parseJson('a.json', bytes(text));
const told = ({ problems }: ParsedManifests): readonly string[] =>
  problems.map(({ code, source, what }) => `${code} ${source}: ${what}`);

/** What sigs.k8s.io/yaml 1.6.0, which kubectl reads with, gave for the same text. */
const asKubectl: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['y', true],
  ['N', false],
  ['on', true],
  ['Off', false],
  ['True', true],
  ['tRue', 'tRue'],
  ['0755', 493],
  ['0o755', 493],
  ['-0755', -493],
  ['+0755', 493],
  ['0_7', 7],
  ['0777_', 511],
  ['0o7_5', 61],
  ['00', 0],
  ['089', 89],
  ['08', 8],
  ['07.5', 7.5],
  ['0o8', '0o8'],
  ['0x', '0x'],
  ['0o', '0o'],
  ['0x1F', 31],
  ['0X1F', 31],
  ['0b11', 3],
  ['-0b11', -3],
  ['0B11', 3],
  ['0b2', '0b2'],
  ['0x1p4', '0x1p4'],
  ['1_000', 1000],
  ['1__0', 10],
  ['1_', 1],
  ['_1', '_1'],
  ['1_000.5', 1000.5],
  ['1,000', '1,000'],
  ['12:30', '12:30'],
  ['12:30:45', '12:30:45'],
  ['190:20:30.15', '190:20:30.15'],
  ['1e3', 1000],
  ['1E+3', 1000],
  ['1234567e8', 123456700000000],
  ['1.5e-3', 0.0015],
  ['1_0e+1', 100],
  ['e3', 'e3'],
  ['1e5.5', '1e5.5'],
  ['1.', 1],
  ['.5', 0.5],
  ['-.5', -0.5],
  ['+1', 1],
  ['1.20', 1.2],
  ['-0', 0],
  ['2024-01-01', '2024-01-01'],
  ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['~', null],
  ['Null', null],
  ['', null],
  ['=', '='],
  ['<<', '<<'],
  ['-y', '-y'],
  ['!!str 1', '1'],
  ['!!int "1"', 1],
  ['!!float 1', 1],
  ['!!bool yes', true],
];

describe('a plain scalar', () => {
  it.each(asKubectl)('%s is read as kubectl reads it', (text, value) => {
    expect(yaml(`a: ${text}`)).toEqual({
      documents: [{ value: { a: value }, source: 'a.yaml:1 (document 1)' }],
      problems: [],
    });
  });

  it.each([
    ['on: 1', { true: 1 }],
    ['0755: 1', { '493': 1 }],
    ['1.5: 1', { '1.5': 1 }],
  ])('as a key, in %s, becomes the text that kubectl makes of it', (text, value) => {
    expect(yaml(text).documents.map((document) => document.value)).toEqual([value]);
  });
});

describe('a YAML file', () => {
  it('has any number of documents, the empty ones counted but left out, with a byte order mark and CRLF', () => {
    const text = '\ufeffa: 1\r\n---\r\n# only a comment\r\n---\r\n\r\n---\r\n\r\nb: 2\r\n...\r\n---\nnull\n---\n- c';
    expect(yaml(text)).toEqual({
      documents: [
        { value: { a: 1 }, source: 'a.yaml:1 (document 1)' },
        { value: { b: 2 }, source: 'a.yaml:8 (document 4)' },
        { value: ['c'], source: 'a.yaml:13 (document 6)' },
      ],
      problems: [],
    });
  });

  it('merges after other keys where both say the same thing whichever tool reads it', () => {
    expect(yaml('a: &a { b: 1 }\nc: { d: 2, <<: *a }').documents.map(({ value }) => value)).toEqual([
      { a: { b: 1 }, c: { d: 2, b: 1 } },
    ]);
  });

  it.each([
    ['|', 'x'],
    ['>', 'x'],
    ['|+', 'x'],
    ['|-', 'x'],
  ])('that ends without a line break has none at the end of its last text, by %s', (style, value) => {
    const text = `a: |\n  x\n---\nb:\n  - c: ${style}\n      x`;
    expect(yaml(text).documents.map((document) => document.value)).toEqual([{ a: 'x\n' }, { b: [{ c: value }] }]);
    expect(yaml(`a: ${style}\n  x\n# end`).documents[0]?.value).toEqual({ a: style === '|-' ? 'x' : 'x\n' });
  });

  it.each(['', '# nothing\n', '---\n---\n', '\ufeff'])('may hold nothing: %j', (text) => {
    expect(yaml(text)).toEqual({ documents: [], problems: [] });
  });

  it('may use anchors, aliases and merge keys, written out in the result', () => {
    const text = 'x: &x { b: 1, c: 2 }\nv: { <<: *x, c: 3 }\nz: [*x, *x]\nm: { <<: [*x, { d: 4 }] }';
    const { documents } = yaml(text);
    expect(documents.map(({ value }) => value)).toEqual([
      {
        x: { b: 1, c: 2 },
        v: { b: 1, c: 3 },
        z: [
          { b: 1, c: 2 },
          { b: 1, c: 2 },
        ],
        m: { b: 1, c: 2, d: 4 },
      },
    ]);
  });

  it.each([
    [
      'a key written twice',
      'a: 1\nb: 1\na: 2',
      'DUP_KEY a.yaml:3:1 (document 1): key a is written twice, first at line 1',
    ],
    [
      'a key that only becomes the same',
      'yes: 1\n"true": 2',
      'DUP_KEY a.yaml:2:1 (document 1): key true is written twice, first at line 1',
    ],
    [
      'an integer of 20 digits',
      'a: 12345678901234567890',
      'NUMBER_UNSAFE a.yaml:1:4 (document 1): 12345678901234567890 can not be held exactly; write it as a quoted string if text is meant',
    ],
    [
      'an integer beyond 2^53',
      'a: 9007199254740993',
      'NUMBER_UNSAFE a.yaml:1:4 (document 1): 9007199254740993 can not be held exactly; write it as a quoted string if text is meant',
    ],
    [
      'such a number as a key',
      '0x1fffffffffffffff: 1',
      'NUMBER_UNSAFE a.yaml:1:1 (document 1): 0x1fffffffffffffff can not be held exactly; write it as a quoted string if text is meant',
    ],
    [
      'infinity',
      'a: .inf',
      'NUMBER_UNSAFE a.yaml:1:4 (document 1): .inf can not be held exactly; write it as a quoted string if text is meant',
    ],
    [
      'an exponent too large',
      'a: 1e400',
      'NUMBER_UNSAFE a.yaml:1:4 (document 1): 1e400 can not be held exactly; write it as a quoted string if text is meant',
    ],
    ['a key that is null', '~: 1', 'YAML_ERROR a.yaml:1:1 (document 1): a key must be text, a number or a boolean'],
    [
      'a key that is a list',
      '? [a]\n: 1',
      'YAML_ERROR a.yaml:1:3 (document 1): a key must be text, a number or a boolean',
    ],
    ['__proto__', 'a: { __proto__: 1 }', 'KEY_FORBIDDEN a.yaml:1:6 (document 1): a key must not be named __proto__'],
    [
      'a merge after other keys',
      'a: &a { b: 1 }\nc: { b: 2, <<: *a }',
      'YAML_ERROR a.yaml:2:12 (document 1): tools disagree on what << overrides when it does not stand first in its mapping; move it to the top',
    ],
    ['an unknown tag', 'a: !secret b', 'YAML_ERROR a.yaml:1:4 (document 1): Unresolved tag: !secret'],
    [
      'a tag without JSON',
      'a: !!binary aGk=',
      'YAML_ERROR a.yaml:1:4 (document 1): Unresolved tag: tag:yaml.org,2002:binary',
    ],
    [
      'another YAML',
      '%YAML 1.2\n---\na: yes',
      'YAML_ERROR a.yaml: %YAML 1.2 is not what kubectl reads; remove the directive',
    ],
    ['a syntax error', "a: 'b", "YAML_ERROR a.yaml:1:6 (document 1): Missing closing 'quote"],
    [
      'half a surrogate pair',
      'a: "\\ud800"',
      'NOT_UTF8 a.yaml:1:4 (document 1): the text holds half of a surrogate pair',
    ],
    [
      'a control character',
      'a: 1\nb: \u0001',
      'YAML_ERROR a.yaml:2: a control character; remove it, or write it as an escape in a quoted string',
    ],
    [
      'an unknown alias',
      'a: *b',
      'YAML_ERROR a.yaml:1 (document 1): Unresolved alias (the anchor must be set before the alias): b',
    ],
    [
      'an alias of what it is in',
      'a: &a [*a]',
      'YAML_ALIASES a.yaml:1 (document 1): an anchor is used more than 1000 times, counted through others, or in itself',
    ],
    [
      'nesting of 101 levels',
      `a: ${'['.repeat(100)}${']'.repeat(100)}`,
      'TOO_DEEP a.yaml:1:103 (document 1): nested deeper than 100 levels',
    ],
    ['nesting of 20,000 levels', '['.repeat(20_000), 'TOO_DEEP a.yaml: nested deeper than 100 levels'],
  ])('is refused for %s', (_, text, problem) => {
    expect({ ...yaml(text), told: told(yaml(text)) }).toMatchObject({ documents: [], told: [problem] });
  });

  it('is refused for an alias bomb', () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`;
    const bomb = level('a', 'x') + level('b', '*a') + level('c', '*b') + level('d', '*c') + level('e', '*d');
    expect(told(yaml(bomb))).toEqual([
      'YAML_ALIASES a.yaml:1 (document 1): an anchor is used more than 1000 times, counted through others, or in itself',
    ]);
  });

  it('is refused when it is not UTF-8', () => {
    expect(told(parseYaml('a.yaml', new Uint8Array([0x61, 0x3a, 0x20, 0xff])))).toEqual([
      'NOT_UTF8 a.yaml: the file is not UTF-8 text; save it as UTF-8',
    ]);
  });

  it('tells every problem, and gives the documents that have none', () => {
    const parsed = yaml('a: 1\na: 2\nb: .nan\n---\nc: 1\n---\nd: 1\nd: 1\n');
    expect({ told: told(parsed), documents: parsed.documents }).toEqual({
      told: [
        'DUP_KEY a.yaml:2:1 (document 1): key a is written twice, first at line 1',
        'NUMBER_UNSAFE a.yaml:3:4 (document 1): .nan can not be held exactly; write it as a quoted string if text is meant',
        'DUP_KEY a.yaml:8:1 (document 3): key d is written twice, first at line 7',
      ],
      documents: [{ value: { c: 1 }, source: 'a.yaml:5 (document 2)' }],
    });
  });
});

describe('a JSON file', () => {
  it('is read as JSON: yes is text, tabs and escapes are fine', () => {
    expect(json('{\n\t"a": "yes",\n\t"b":\t[1.50, -0, null, "\\/\\u00e9\\t"]\n}')).toEqual({
      documents: [{ value: { a: 'yes', b: [1.5, 0, null, '/é\t'] }, source: 'a.json:1' }],
      problems: [],
    });
  });

  it.each([
    ['a key written twice', '{\n\t"a": 1,\n\t"a": 2\n}', 'DUP_KEY a.json:3:2: key a is written twice, first at line 2'],
    [
      'an integer of 20 digits',
      '{"a": 12345678901234567890}',
      'NUMBER_UNSAFE a.json:1:7: 12345678901234567890 can not be held exactly; write it as a quoted string if text is meant',
    ],
    ['__proto__', '{"__proto__": {}}', 'KEY_FORBIDDEN a.json:1:2: a key must not be named __proto__'],
    [
      'what is YAML only',
      '{a: 1}',
      "JSON_ERROR a.json: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
    ],
    ['nothing', '', 'JSON_ERROR a.json: Unexpected end of JSON input'],
    ['20,000 levels', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'TOO_DEEP a.json: nested deeper than 100 levels'],
  ])('is refused for %s', (_, text, problem) => {
    expect(told(json(text))).toEqual([problem]);
  });
});

describe('a stream of JSON objects', () => {
  const two = [
    { value: { a: '}{' }, source: 'a.yaml:1 (document 1)' },
    { value: { b: ['\\"', 1] }, source: 'a.yaml:2 (document 2)' },
  ];

  it.each([
    ['a line each, as of jq -c', '{"a":"}{"}\n{"b":["\\\\\\"",1]}\n'],
    ['with a byte order mark and CRLF', '\ufeff{"a":"}{"}\r\n{"b":["\\\\\\"",1]}\r\n'],
    ['over several lines', '{"a":"}{"\n}{"b":["\\\\\\"",\n1]}'],
  ])('is read as kubectl reads it, %s', (_, text) => {
    expect(yaml(text)).toEqual({ documents: two, problems: [] });
    expect(json(text)).toEqual({
      documents: two.map(({ value, source }) => ({ value, source: source.replace('.yaml', '.json') })),
      problems: [],
    });
  });

  it.each([
    ['{"a":1}\n{"b":}\n', /^JSON_ERROR a\.json:2 \(document 2\): Unexpected token/],
    ['{"a":1}\n\n{"b":1,\n"b":2}\n', /^DUP_KEY a\.json:4:1 \(document 2\): key b is written twice, first at line 3$/],
    ['{"a":1}\n{"n":12345678901234567890}', /^NUMBER_UNSAFE a\.json:2:6 \(document 2\)/],
    ['{"a":1}, {"b":1}', /^JSON_ERROR a\.json: /],
    ['{"a":1}\n[1]', /^JSON_ERROR a\.json: /],
    ['{"a":1}\n{"b":1', /^JSON_ERROR a\.json: /],
  ])('says where it is wrong: %j', (text, problem) => {
    expect(told(json(text))).toEqual([expect.stringMatching(problem)]);
  });

  it('has the values that are right beside those that are wrong', () => {
    expect(yaml('{"a":1}\n{"b":}\n{"c":3}').documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }]);
  });

  it('may be separated as YAML is', () => {
    expect(yaml('{"a":1}\n---\n{"b":2}\n').documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }]);
  });
});

describe('a template of Helm', () => {
  const goOn = 'is for a template engine; apply what "helm template" prints, or leave it out';

  it.each([
    ['a: 1\nname: {{ .Release.Name }}\nb: 2\n', 2, '{{ .Release.Name }}'],
    ['{{- if .Values.on }}\na: 1\n{{- end }}\n', 1, '{{- if .Values.on }}'],
    ['a: {{ include "x.name" . | quote }}\n', 1, '{{ include "x.name" . | quote }}'],
    ['a:\n  {{- toYaml .Values.a | nindent 2 }}\n', 2, '{{- toYaml .Values.a | nindent 2 }}'],
  ])('%j is told once, whatever YAML makes of it', (text, line, action) => {
    expect(told(yaml(text))).toEqual([`YAML_ERROR a.yaml:${line}: ${action} ${goOn}`]);
  });

  it.each([
    ['a: "{{ ok }}"\n\tb: 1\n', /^YAML_ERROR a\.yaml:2:1 .* Tabs are not allowed/],
    ['a: "{{ ok }}"\na: 1\n', /^DUP_KEY a\.yaml:2:1 /],
    ['t: |\n  {{ .Go }}\n\nb: [1\n', /^YAML_ERROR a\.yaml:5:1 .* Flow sequence/],
  ])('is not taken for the cause of %j', (text, problem) => {
    expect(told(yaml(text))[0]).toEqual(expect.stringMatching(problem));
  });

  it('in a text of an object is that text', () => {
    const text = 'a: "{{ ok }}"\nb: |\n  {{ define "x" }}\n  {{ end }}\n';
    expect(yaml(text).documents.map(({ value }) => value)).toEqual([
      { a: '{{ ok }}', b: '{{ define "x" }}\n{{ end }}\n' },
    ]);
  });
});
