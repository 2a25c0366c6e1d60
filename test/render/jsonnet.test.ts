import { describe, expect, it } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import type { Evaluate, Evaluation } from '../../shared/render/jsonnet.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { RenderFailed } from '../../shared/render/render-failed.ts';

const files = {
  'lib/countdown.libsonnet': '{ from(n):: if n == 0 then error "reached zero" else 1 + self.from(n - 1) }',
  'lib/broken.libsonnet': '{\n  a: 1\n  b: 2,\n}',
  'services/base.jsonnet': '{ deployment: { replicas: 1, labels: { app: "web" } } }',
  'services/note.txt': 'größe\n',
};

const request = (text: string, more: Partial<Evaluation> = {}): Evaluation => ({
  files: new Map(Object.entries({ ...files, 'services/main.jsonnet': text })),
  entry: 'services/main.jsonnet',
  ext: { target: { name: 'aws-1', labels: { stage: 'staging' } }, images: {} },
  ...more,
});

/** The message of the refusal, one line a problem. */
const refusal = async (evaluation: Promise<string>): Promise<string> => {
  const error = await evaluation.then(
    (json) => new Error(`evaluated to ${json}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RenderFailed)) throw error;
  return error.message;
};

describe.each<[string, Evaluate]>([
  ['in a worker', evaluateInWorker(processClock)],
  ['in this thread', evaluateInThread()],
])('jsonnet evaluated %s', (_, evaluate) => {
  it.each([
    [
      'fields in the order of their names',
      '{ b: 1, a: [true, null, 1.5], "c d": "ü" }',
      { a: [true, null, 1.5], b: 1, 'c d': 'ü' },
    ],
    ['nothing that is hidden', '{ a:: 1, b: $.a + 1 }', { b: 2 }],
    ['external values as data', '{ a: std.extVar("target").labels.stage }', { a: 'staging' }],
    [
      'a base changed by +:',
      '(import "base.jsonnet") + { deployment+: { replicas: 3 } }',
      { deployment: { labels: { app: 'web' }, replicas: 3 } },
    ],
    ['text of a file', '{ note: importstr "note.txt" }', { note: 'größe\n' }],
    ['bytes of a file', '(importbin "note.txt")[0:3]', [103, 114, 195]],
    ['a path through the root', '(import "../services/./base.jsonnet").deployment.replicas', 1],
    ['functions of std', 'std.map(std.md5, ["a"])', ['0cc175b9c0f1b6a831c399e269772661']],
    ['no native function', 'std.native("readFile")', null],
  ])('gives %s', async (_, text, value) => {
    expect(JSON.parse(await evaluate(request(text)))).toEqual(value);
  });

  it.each([
    [
      'an absolute path',
      'import "/etc/passwd"',
      'an absolute path is not imported; write it relative to the importing file, with /',
    ],
    [
      'a Windows path',
      'import "C:/secrets"',
      'an absolute path is not imported; write it relative to the importing file, with /',
    ],
    ['a path out of the repository', 'import "../../proc/self/environ"', 'the path leaves the config repository'],
    ['a way out and back in', 'import "../../main/services/base.jsonnet"', 'the path leaves the config repository'],
    [
      'text by absolute path',
      'importstr "/proc/self/environ"',
      'an absolute path is not imported; write it relative to the importing file, with /',
    ],
    ['bytes out of the repository', 'importbin "../../etc/shadow"', 'the path leaves the config repository'],
    [
      'a URL',
      'import "https://example.com/x.libsonnet"',
      'URLs are not imported; copy the file into the config repository',
    ],
    [
      'a file that is not there',
      'import "nothing.jsonnet"',
      'no such file in the config repository (only files of UTF-8 text are offered)',
    ],
    ['a folder', 'import "../lib"', 'no such file in the config repository (only files of UTF-8 text are offered)'],
  ])('does not import %s and names the place', async (_, text, why) => {
    const path = /"(.*)"/.exec(text)?.[1];
    expect(await refusal(evaluate(request(`{\n  a: ${text},\n}`)))).toBe(
      `IMPORT_DENIED services/main.jsonnet:2:6: import "${path}": ${why}`,
    );
  });

  it.each([
    ['a syntax error', '{\n  a: 1,\n  b 2\n}', 'services/main.jsonnet:3:5: syntax error: unexpected number'],
    [
      'a syntax error in an imported file',
      '{ a: import "../lib/broken.libsonnet" }',
      'lib/broken.libsonnet:3:3: syntax error: unexpected `b`',
    ],
    ['an unknown variable', '{ a: replicas }', 'services/main.jsonnet:1:6: unknown variable replicas'],
    [
      'an unknown field',
      '{ a: std.extVar("target").region }',
      'services/main.jsonnet:1:6: unknown field region (in field a)',
    ],
    [
      'an error deep in a library',
      '(import "../lib/countdown.libsonnet").from(2)',
      'lib/countdown.libsonnet:1:28: reached zero',
    ],
    [
      'an unknown external value',
      'std.extVar("region")',
      'services/main.jsonnet:1:1: std.extVar: there is no external value region here (in function extVar)',
    ],
    [
      'a function in the output',
      '{ f: function(x) x }',
      'services/main.jsonnet:1:1: a function is not a value that can be output; call it or hide it with :: (in field f)',
    ],
    [
      'a failed assertion',
      '{ assert 1 > 2 : "one is less" , a: 1 }',
      'services/main.jsonnet:1:3: assertion failed: one is less',
    ],
    [
      'a circle',
      'local x = { a: x.b, b: x.a }; x',
      'services/main.jsonnet:1:24: a value needs itself to be computed (in field a)',
    ],
    ['a terminal escape in a message', 'error "red\\u001b[31m\\nline"', 'services/main.jsonnet:1:1: red [31m line'],
  ])('tells where and what: %s', async (_, text, told) => {
    expect(await refusal(evaluate(request(text)))).toBe(`JSONNET_ERROR ${told}`);
  });

  it.each([
    [
      'endless recursion',
      'local f(n) = f(n + 1); f(0)',
      'services/main.jsonnet:1:14: stack: calls are nested more than 500 deep: endless recursion? (in function f)',
    ],
    [
      'a string without end',
      'std.repeat("x", 1e9)',
      'services/main.jsonnet: memory: the evaluation needs more than 256 MiB',
    ],
    [
      'an array without end',
      'std.makeArray(1e9, function(i) i)',
      'services/main.jsonnet: memory: the evaluation needs more than 256 MiB',
    ],
    [
      'a cross product',
      'local a = std.range(0, 3000); [[x, y] for x in a for y in a]',
      'services/main.jsonnet: memory: the evaluation needs more than 256 MiB',
    ],
    [
      'nesting',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      'services/main.jsonnet:1:1: stack: calls are nested more than 500 deep: endless recursion? (in item 0)',
    ],
  ])('ends %s', async (_, text, told) => {
    expect(await refusal(evaluate(request(text)))).toBe(`RENDER_LIMIT ${told}`);
  });

  it('refuses output beyond what is allowed', async () => {
    const small = { maxOutputBytes: 10 };
    expect(await evaluate(request('"12345678"', small))).toBe('"12345678"');
    expect(await refusal(evaluate(request('"123456789"', small)))).toBe(
      'RENDER_LIMIT services/main.jsonnet: output: 11 bytes of JSON; at most 10 are allowed',
    );
  });

  it('never takes an external value for code', async () => {
    const hostile = { tag: '"+importstr "/etc/passwd', __proto__: 1, '${x}': '\u2028\\u0000\u{1F600}' };
    expect(JSON.parse(await evaluate(request('std.extVar("target")', { ext: { target: hostile } })))).toEqual(hostile);
  });

  it('names an entry file that is not there', async () => {
    expect(await refusal(evaluate(request('1', { entry: 'services/none.jsonnet' })))).toBe(
      'IMPORT_DENIED services/none.jsonnet:1:1: no such file in the config repository (only files of UTF-8 text are offered)',
    );
  });
});

describe('the worker', () => {
  const endless = 'local f(n) = if n < 0 then 0 else f(n + 1) tailstrict; f(0)';

  it('is killed at the deadline, and the next request has another', async () => {
    const evaluate = evaluateInWorker(processClock);
    const told = refusal(evaluate(request(endless, { deadlineMs: 300 })));
    const next = evaluate(request('1 + 1'));
    expect(await told).toBe(
      'RENDER_LIMIT services/main.jsonnet: time: not evaluated within 300 ms; an endless loop, or too much work',
    );
    expect(await next).toBe('2');
  });

  it('that dies is a fault of ours, told as such, and the next request has another', async () => {
    const thread = new URL('data:text/javascript,process.exit(3)');
    const evaluate = evaluateInWorker(processClock, { thread });
    for (const _ of [1, 2]) {
      await expect(evaluate(request('1'))).rejects.toThrow('jsonnet worker: ended with code 3 before it answered');
    }
  });

  it('answers requests made at once each with its own value', async () => {
    const evaluate = evaluateInWorker(processClock);
    const answers = Array.from({ length: 20 }, (_, n) => evaluate(request(`${n} * 2`)));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, n) => `${n * 2}`));
  });
});
