import { describe, expect, it, test } from 'vitest';
import { MOST_PROBLEMS } from '../../shared/fleet/problem.ts';
import { problemsOf } from './configs.ts';

/** What is printed for a whole file, in the order of its lines. */
describe('a problem is printed with its line and column', () => {
  it('in YAML, all problems at once and in the order of the file', async () => {
    const text = [
      'services:',
      '  storage: { jsonnet: services/storag.jsonnet, onFailure: rolback }',
      'targets:',
      '  aws:',
      '    eks: { account: 111111111111, region: us-east-1, cluster: c }',
      '    labels: { stage: staging, debug: no, size: 1.20 }',
      'waves:',
      '  - name: staging',
      '    targets: { stage: staging }',
      '    soak: 5',
      '    gates: [api-up]',
      '',
    ].join('\n');
    expect(await problemsOf('fleet.yaml', text)).toEqual([
      'FILE_MISSING fleet.yaml:2:23 /services/storage/jsonnet: services/storag.jsonnet is not in the repository at this commit; expected a file that is; did you mean services/storage.jsonnet?',
      'SCHEMA_VALUE fleet.yaml:2:59 /services/storage/onFailure: "rolback" is not known here; expected one of rollback, hold; did you mean rollback?',
      'SCHEMA_TYPE fleet.yaml:5:21 /targets/aws/eks/account: the number 111111111111 is not accepted; expected an AWS account: 12 digits in quotes; write it in quotes',
      'YAML_AMBIGUOUS fleet.yaml:6:38 /targets/aws/labels/debug: unquoted no means different things to different tools: false in YAML 1.1, text in YAML 1.2; expected "no" in quotes, or a plain value',
      'SCHEMA_TYPE fleet.yaml:6:48 /targets/aws/labels/size: the number 1.2 is not accepted; expected text; write it in quotes',
      'DURATION fleet.yaml:10:11 /waves/0/soak: the number 5 is not accepted; expected a whole number above 0 and one unit; write 5s, 5m or 5h',
      'UNKNOWN_GATE fleet.yaml:11:13 /waves/0/gates/0: there is no gate "api-up"; expected a name of gates',
    ]);
  });

  it('in JSON, at the second of two equal keys and at what is around a missing one', async () => {
    const text =
      '{\n  "services": {},\n  "targets": {\n    "a": { "eks": { "region": "r", "cluster": "c" } },\n    "a": {}\n  }\n}';
    expect(await problemsOf('fleet.json', text)).toEqual([
      'MISSING_FIELD fleet.json:1:1 /waves: waves is missing; expected a list',
      'DUP_KEY fleet.json:5:5 /targets/a: key "a" is written twice, first at line 4; expected each key once; remove one of the two',
    ]);
  });

  it('in jsonnet, at the only line that writes the key, else at that of the nearest key around it', async () => {
    const text = [
      'local stage(name) = { name: name, targets: { stage: name }, soak: "5" };',
      '{',
      "  services: { storage: { jsonnet: 'services/storage.jsonnet', onFailure: 'stop' } },",
      "  targets: { one: { kubeconfig: { path: 'k' }, label: {} } },",
      "  waves: [stage('staging')],",
      '}',
    ].join('\n');
    expect(await problemsOf('fleet.jsonnet', text)).toEqual([
      'DURATION fleet.jsonnet:1:61 /waves/0/soak: "5" is not accepted; expected a whole number above 0 and one unit; write 5s, 5m or 5h',
      'SCHEMA_VALUE fleet.jsonnet:3:63 /services/storage/onFailure: "stop" is not known here; expected one of rollback, hold',
      'UNKNOWN_FIELD fleet.jsonnet:4:48 /targets/one/label: unknown field "label"; expected one of eks, labels, namespace, allow, admissionPolicy, maxDeletes, window, restartsPerMinute, private, gke, aks, kubeconfig; did you mean labels?',
    ]);
  });

  it('and no more than fifty of them', async () => {
    const targets = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`t${at}`, {}]));
    expect(await problemsOf('fleet.json', JSON.stringify({ targets }))).toHaveLength(MOST_PROBLEMS);
  });
});

const unreadable: readonly (readonly [string, string, string | Uint8Array, readonly string[]])[] = [
  ['an empty file', 'c.yaml', '', ['EMPTY_CONFIG c.yaml: the config is empty; expected services, targets and waves']],
  [
    'only a comment',
    'c.yaml',
    '# later\n',
    ['EMPTY_CONFIG c.yaml: the config is empty; expected services, targets and waves'],
  ],
  ['null', 'c.json', 'null', ['EMPTY_CONFIG c.json: the config is empty; expected services, targets and waves']],
  [
    'a tab as indentation',
    'c.yaml',
    'a:\n\tb: 1',
    ['YAML_SYNTAX c.yaml:2:1: Tabs are not allowed as indentation; expected YAML 1.2'],
  ],
  [
    'broken JSON',
    'c.json',
    '{\n  "a": 1,\n}',
    ['JSON_SYNTAX c.json:3:1: Expected double-quoted property name; expected JSON'],
  ],
  [
    'broken jsonnet',
    'c.jsonnet',
    '{ a: ',
    [
      'JSONNET_ERROR c.jsonnet:1:6: syntax error: unexpected end of file; expected jsonnet that evaluates to the config',
    ],
  ],
  [
    'an import outside the repository',
    'c.jsonnet',
    "import '../secrets.libsonnet'",
    [expect.stringMatching(/^IMPORT_DENIED c\.jsonnet:1:\d+: /)],
  ],
  [
    'jsonnet without end',
    'c.jsonnet',
    'local f(x) = f(x + 1) + 1; f(0)',
    [expect.stringMatching(/^RENDER_LIMIT c\.jsonnet/)],
  ],
  [
    'jsonnet that is no object',
    'c.jsonnet',
    '[1]',
    ['SCHEMA_TYPE c.jsonnet: the list [1] is not accepted; expected an object'],
  ],
  [
    'bytes that are not UTF-8',
    'c.yaml',
    Uint8Array.of(0x61, 0x3a, 0x20, 0xff),
    ['NOT_UTF8 c.yaml: byte 3 is not UTF-8; expected UTF-8 text'],
  ],
  [
    'a NUL',
    'c.yaml',
    'a: b\n\0',
    ['CHARACTER_UNSEEN c.yaml:2:1: the character U+0000 can not be seen; expected visible characters; remove it'],
  ],
  [
    'text that runs backwards',
    'c.yaml',
    'a: "\u202e"',
    ['CHARACTER_UNSEEN c.yaml:1:5: the character U+202E can not be seen; expected visible characters; remove it'],
  ],
  [
    'a format that is not known',
    'c.toml',
    'a = 1',
    ['CONFIG_FORMAT c.toml: the name does not tell the format; expected .jsonnet, .yaml, .yml or .json at its end'],
  ],
  [
    'more than a megabyte',
    'c.yaml',
    `# ${'x'.repeat(1_048_576)}`,
    ['FILE_TOO_LARGE c.yaml: the file has 1048578 bytes; expected at most 1048576 bytes'],
  ],
];

describe('a file that can not be read', () => {
  test.each(unreadable)('%s is refused', async (_, path, text, expected) => {
    expect(await problemsOf(path, text)).toEqual(expected);
  });

  test.each([
    ['yaml', '['.repeat(20_000)],
    ['json', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['yaml', '{a: '.repeat(150) + '}'.repeat(150)],
    ['json', `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`],
  ])('%s nested too deep is refused: %#', async (format, text) => {
    const printed = await problemsOf(`c.${format}`, text);
    expect(printed).toEqual([expect.stringMatching(/^TOO_DEEP c\..*nested more than 100 levels deep/)]);
  });
});

/** One member of `services`, and what is said of how it is written. */
const written: readonly (readonly [string, string, string, string])[] = [
  ['an alias', 'yaml', 'services: *x', 'YAML_ALIASES'],
  ['an anchor', 'yaml', 'services: &x {}', 'YAML_ALIASES'],
  ['a merge key', 'yaml', 'services: { <<: {} }', 'YAML_FEATURE'],
  ['a tag', 'yaml', 'services: !!map {}', 'YAML_FEATURE'],
  ['a tag of its own', 'yaml', 'services: !x {}', 'YAML_FEATURE'],
  ['a key that is not text', 'yaml', 'services: { ? [a] : 1 }', 'YAML_FEATURE'],
  ['a second document', 'yaml', 'services: {}\n---\nservices: {}', 'YAML_DOCUMENTS'],
  ['a key written twice', 'yaml', 'services: { a: 1, a: 2 }', 'DUP_KEY'],
  ['a number that can not be kept', 'yaml', 'services: 12345678901234567890', 'NUMBER_UNSAFE'],
  ['a number that can not be kept', 'json', '{"services": 12345678901234567890}', 'NUMBER_UNSAFE'],
  ['a key of the prototype', 'yaml', 'services: { __proto__: {} }', 'KEY_FORBIDDEN'],
  ['a key of the prototype', 'json', '{"services": {"constructor": {}}}', 'KEY_FORBIDDEN'],
  ['half a character', 'json', '{"services": {"a": {"jsonnet": "\\ud800"}}}', 'CHARACTER_UNSEEN'],
  ['an escaped control character', 'yaml', 'services: { a: { jsonnet: "\\u202e" } }', 'CHARACTER_UNSEEN'],
];

describe('what may mean two things', () => {
  test.each(written)('%s in %s is refused', async (_, format, text, code) => {
    const codes = (await problemsOf(`c.${format}`, text)).map((printed) => printed.split(' ', 1)[0]);
    expect(codes.filter((found) => found !== 'MISSING_FIELD' && found !== 'EMPTY_SECTION')).toEqual([code]);
  });

  test.each([
    ['no', 'false in YAML 1.1, text in YAML 1.2'],
    ['On', 'true in YAML 1.1, text in YAML 1.2'],
    ['y', 'true in YAML 1.1, text in YAML 1.2'],
    ['0123', '83 in YAML 1.1, 123 in YAML 1.2'],
    ['0o17', 'text in YAML 1.1, 15 in YAML 1.2'],
    ['12:30', '750 in YAML 1.1, text in YAML 1.2'],
    ['12:30:45', '45045 in YAML 1.1, text in YAML 1.2'],
    ['1_000', '1000 in YAML 1.1, text in YAML 1.2'],
  ])('unquoted %s is refused with both readings', async (text, readings) => {
    const printed = await problemsOf('c.yaml', `services: ${text}`);
    const what = `YAML_AMBIGUOUS c.yaml:1:11 /services: unquoted ${text} means different things to different tools: ${readings}`;
    expect(printed).toContain(`${what}; expected "${text}" in quotes, or a plain value`);
  });
});
