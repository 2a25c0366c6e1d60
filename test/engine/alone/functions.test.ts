import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { functionFolder } from '../../../local/engine/alone/function-folder.ts';
import type { InvokeAnswer } from '../../../local/engine/calls.ts';
import type { EngineClock } from '../../../local/engine/given.ts';
import { processClock } from '../../../shared/outside/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'engine-functions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const printed: string[] = [];
const functions = (clock: EngineClock = processClock) =>
  functionFolder(folder, { clock, env: { AWS_REGION: 'eu-west-1' }, print: (text) => void printed.push(text) });

/** A clock whose timers ring when the test says so. */
const heldClock = () => {
  const rings = new Set<() => void>();
  const clock: EngineClock = {
    now: processClock.now,
    after: (_, run) => {
      rings.add(run);
      return () => void rings.delete(run);
    },
  };
  return { clock, ring: () => [...rings].forEach((run) => void run()) };
};

const arnOf = (name: string) => `arn:aws:lambda:eu-west-1:222222222222:function:${name}`;
const ID = '0a1b2c3d-0000-4000-8000-000000000000';

const write = (name: string, text: string): void => writeFileSync(join(folder, `${name}.mjs`), text);

const called = (name: string, payload: unknown = {}, invoke = functions()): Promise<InvokeAnswer> =>
  invoke({ functionArn: arnOf(name), payload, attemptId: ID });

/** The failure of a call, its cause as Lambda's JSON; the stack only by its first line. */
const failureOf = async (name: string, text: string) => {
  write(name, text);
  const answer = await called(name);
  if (answer.ok) throw new Error(`${name} answered ${JSON.stringify(answer.payload)}`);
  const { trace, ...cause } = JSON.parse(answer.cause);
  return [answer.error, { ...cause, ...(trace && { trace: trace.slice(0, 1) }) }];
};

test('a handler is given its event and the context of Lambda', async () => {
  write(
    'tell',
    `export const handler = async (event, context) => ({
      event, keys: Object.keys(context).sort(), name: context.functionName, version: context.functionVersion,
      arn: context.invokedFunctionArn, id: context.awsRequestId, memory: context.memoryLimitInMB, log: context.logGroupName,
      remains: context.getRemainingTimeInMillis() > 890000, region: process.env.AWS_REGION, env: process.env.AWS_LAMBDA_FUNCTION_NAME });`,
  );
  expect(await called('tell', { a: [1] })).toEqual({
    ok: true,
    payload: {
      ...{ event: { a: [1] }, name: 'tell', version: '$LATEST', arn: arnOf('tell'), id: ID, memory: '128' },
      keys: [
        ...['awsRequestId', 'callbackWaitsForEmptyEventLoop', 'functionName', 'functionVersion'],
        ...['getRemainingTimeInMillis', 'invokedFunctionArn', 'logGroupName', 'logStreamName', 'memoryLimitInMB'],
      ],
      ...{ log: '/aws/lambda/tell', remains: true, region: 'eu-west-1', env: 'tell' },
    },
  });
});

test.each([
  ['undefined', null],
  ['null', null],
  ['"text"', 'text'],
  ['Promise.resolve([1, undefined])', [1, null]],
  ['new Date(0)', '1970-01-01T00:00:00.000Z'],
  ['() => {}', null],
  ['NaN', null],
])('what a handler returns travels as JSON: %s', async (result, payload) => {
  write('give', `export const handler = () => (${result});`);
  expect(await called('give')).toEqual({ ok: true, payload });
});

describe('a failure is told as Lambda tells it', () => {
  test.each([
    [
      'an error by its name, message and stack',
      'class Ill extends Error { name = "Ill" }; export const handler = () => { throw new Ill("very"); };',
      ['Ill', { errorType: 'Ill', errorMessage: 'very', trace: ['Ill: very'] }],
    ],
    [
      'a text that is thrown by its type',
      'export const handler = async () => { throw "no"; };',
      ['string', { errorType: 'string', errorMessage: 'no', trace: [] }],
    ],
    [
      'nothing that is thrown',
      'export const handler = async () => { throw undefined; };',
      [
        'handled',
        {
          errorType: 'handled',
          errorMessage:
            'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
        },
      ],
    ],
    [
      'a result that is no JSON',
      'export const handler = () => ({ big: 1n });',
      [
        'Error',
        {
          errorType: 'Error',
          errorMessage: 'Unable to stringify response body',
          trace: ['Error: Unable to stringify response body'],
        },
      ],
    ],
    [
      'a result that is too long',
      'export const handler = () => "x".repeat(7_000_000);',
      [
        'Function.ResponseSizeTooLarge',
        {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
        },
      ],
    ],
    [
      'an end of its process',
      'export const handler = () => process.exit(3);',
      [
        'Runtime.ExitError',
        {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${ID} Error: Runtime exited with error: exit status 3`,
        },
      ],
    ],
    [
      'an end of its process without a reason',
      'export const handler = () => { process.exit(); };',
      [
        'Runtime.ExitError',
        {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${ID} Error: Runtime exited without providing a reason`,
        },
      ],
    ],
    [
      'a promise that nobody waited for',
      'export const handler = () => { Promise.reject(new TypeError("lost")); return new Promise(() => {}); };',
      [
        'Runtime.UnhandledPromiseRejection',
        {
          errorType: 'Runtime.UnhandledPromiseRejection',
          errorMessage: 'TypeError: lost',
          trace: ['TypeError: lost'],
        },
      ],
    ],
    [
      'an exception that nobody caught',
      'export const handler = () => new Promise(() => setTimeout(() => { throw new RangeError("late"); }, 1));',
      ['RangeError', { errorType: 'RangeError', errorMessage: 'late', trace: ['RangeError: late'] }],
    ],
    [
      'a module without a handler',
      'export const other = 1;',
      [
        'Runtime.HandlerNotFound',
        {
          errorType: 'Runtime.HandlerNotFound',
          errorMessage: 'failing.handler is undefined or not exported',
          trace: [],
        },
      ],
    ],
    [
      'a handler that is no function',
      'export const handler = 1;',
      [
        'Runtime.HandlerNotFound',
        { errorType: 'Runtime.HandlerNotFound', errorMessage: 'failing.handler is not a function', trace: [] },
      ],
    ],
    [
      'a module that throws',
      'throw new TypeError("at once");',
      ['TypeError', { errorType: 'TypeError', errorMessage: 'at once', trace: ['TypeError: at once'] }],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await failureOf('failing', text)).toEqual(expected);
  });

  test.each([
    ['export const handler = (', 'Runtime.UserCodeSyntaxError', /^SyntaxError: /],
    ['import "./gone.mjs"; export const handler = () => 1;', 'Runtime.ImportModuleError', /Cannot find module/],
  ])('a module that can not be read: %s', async (text, error, message) => {
    expect(await failureOf('unreadable', text)).toEqual([
      error,
      { errorType: error, errorMessage: expect.stringMatching(message), trace: [expect.any(String)] },
    ]);
  });

  test.each([
    ['waits for ever', 'await new Promise(() => {});'],
    ['counts for ever', 'for (;;);'],
  ])('a handler that %s', async (_, forever) => {
    write(
      'endless',
      `export const handler = async ({ slow }) => { if (slow !== false) { ${forever} } return "quick"; };`,
    );
    const { clock, ring } = heldClock();
    const invoke = functions(clock);
    const endless = called('endless', {}, invoke);
    ring();
    expect(await endless).toEqual({
      ...{ ok: false, error: 'Sandbox.Timedout' },
      cause: JSON.stringify({
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${ID} Error: Task timed out after 900.00 seconds`,
      }),
    });
    // Its next call finds a thread of its own again.
    expect(await called('endless', { slow: false }, invoke)).toEqual({ ok: true, payload: 'quick' });
  });

  test('a function that is not there, and who started the engine is told which file was expected', async () => {
    expect(await called('gone')).toEqual({
      ...{ ok: false, error: 'Lambda.ResourceNotFoundException' },
      cause: `Function not found: ${arnOf('gone')} (Service: Lambda, Status Code: 404, Request ID: ${ID})`,
    });
    expect(printed).toContain(`engine: function gone was called and is not there; expected gone.mjs in ${folder}\n`);
    for (const name of ['../gone', '', 'a/b', '.']) expect((await called(name)).ok).toBe(false);
  });
});

test('calls of one function run side by side in one thread, those of another in another', async () => {
  const text =
    'let calls = 0; export const handler = async () => { const at = ++calls; await new Promise((go) => setTimeout(go, 20)); return [at, calls]; };';
  write('one', text);
  write('two', text);
  const invoke = functions();
  const answers = await Promise.all(['one', 'one', 'one', 'two'].map((name) => called(name, {}, invoke)));
  expect(answers).toEqual(
    [
      [1, 3],
      [2, 3],
      [3, 3],
      [1, 1],
    ].map((payload) => ({ ok: true, payload })),
  );
});

test('a file that was changed is read anew, while a call that runs ends on the old one', async () => {
  const invoke = functions();
  write(
    'changing',
    'export const handler = async () => { console.log("old began"); await new Promise((go) => setTimeout(go, 300)); return "old"; };',
  );
  const running = called('changing', {}, invoke);
  await expect.poll(() => printed.join(''), { timeout: 20_000 }).toContain('old began');
  write('changing', 'export const handler = () => "new";');
  utimesSync(join(folder, 'changing.mjs'), new Date(0), new Date(1_000_000));
  expect([await called('changing', {}, invoke), await running]).toEqual([
    { ok: true, payload: 'new' },
    { ok: true, payload: 'old' },
  ]);
});

test('what a function prints is none of the engine', async () => {
  write('loud', 'export const handler = () => { console.log("heard"); return 1; };');
  expect(await called('loud')).toEqual({ ok: true, payload: 1 });
  await expect.poll(() => printed.join(''), { timeout: 20_000 }).toContain('heard\n');
});
