import { describe, expect, test } from 'vitest';
import { readServed } from '../../shared/flags/read-served.ts';
import { type Http, Unreachable } from '../../shared/outside/http.ts';
import type { FlagReading, FlagSetting, FlagValue } from '../../shared/rollout/flag.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { Secret } from '../../shared/secrets/secrets.ts';

const target: Target = {
  name: 'eks-a',
  locator: { kubeconfig: { path: 'k' } },
  labels: {},
  namespace: 'default',
  allow: [],
};
const reading: FlagReading = {
  ofrep: 'https://{target}.flags.example.com/',
  ofrepTokenSecret: 'flags',
  seenWithinMs: 0,
  allow: [],
};
const signal = new AbortController().signal;
const clock = { after: () => () => undefined };
const secrets = { get: async () => new Secret('very-secret') };

const asked: { url: string; method: string; headers: unknown; body: unknown }[] = [];
const ask = (answer: () => Response, wanted: FlagSetting, off: FlagValue = false, given: FlagReading = reading) => {
  const http: Http = async (url, init = {}) => {
    asked.push({
      url: String(url),
      method: init.method ?? 'GET',
      headers: init.headers,
      body: JSON.parse(String(init.body)),
    });
    return answer();
  };
  return readServed(given, 'new-checkout', off, wanted, target, { http, secrets, clock }, signal);
};
const gives = (value: unknown) => () => Response.json({ key: 'new-checkout', value, variant: 'v', reason: 'STATIC' });

describe('a flag in a target', () => {
  test('is asked as its code asks: by OFREP, through OpenFeature', async () => {
    asked.length = 0;
    expect(await ask(gives(true), { value: true })).toEqual({ status: 'served' });
    expect(asked).toEqual([
      {
        url: 'https://eks-a.flags.example.com/ofrep/v1/evaluate/flags/new-checkout',
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: 'Bearer very-secret',
        },
        body: { context: { targetingKey: 'tidegate', target: 'eks-a' } },
      },
    ]);
  });

  test.each([
    [true, { value: true }, false],
    ['dark', { value: 'dark' }, 'light'],
    [3.5, { value: 3.5 }, 0],
    [{ a: [1] }, { value: { a: [1] } }, {}],
    [false, { value: true, percent: 10, otherwise: false }, false],
  ] as const)('that answers %j is as %j says', async (value, wanted, off) => {
    expect(await ask(gives(value), wanted, off)).toEqual({ status: 'served' });
  });

  test('that has another value is told', async () => {
    expect(await ask(gives(false), { value: true })).toEqual({
      status: 'other',
      because: 'flag new-checkout on eks-a (eks-a.flags.example.com) is false',
    });
  });

  test.each([
    [
      'nobody answers',
      () => {
        throw new Unreachable('x', 'connect_refused', 'nothing listens there');
      },
    ],
    [
      'there is no such flag',
      () => Response.json({ key: 'k', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'no' }, { status: 404 }),
    ],
    ['it is of another type', gives('yes')],
    ['the answer is an error page', () => new Response('<html>', { status: 200 })],
    ['the answer has no value', () => Response.json({ key: 'new-checkout' })],
    ['it is told to slow down', () => new Response(null, { status: 429 })],
    ['the token is refused', () => new Response(null, { status: 401 })],
    ['the server is ill', () => new Response('oops', { status: 503 })],
  ])('is unknown, whatever the default, where %s', async (_, answer) => {
    // The SDK itself gives the default here, which is what is wanted: that must not count.
    const served = await ask(answer, { value: false });
    expect(served).toEqual({ status: 'unknown', because: expect.stringMatching(/^flag new-checkout on eks-a/) });
    expect(JSON.stringify(served)).not.toMatch(/very-secret/);
  });

  test('without a place to ask is as its store says', async () => {
    expect(await ask(gives(false), { value: true }, false, { seenWithinMs: 0, allow: [] })).toEqual({
      status: 'served',
    });
  });

  test('is asked by many targets at one address at the same time, each for itself', async () => {
    const shared = { ...reading, ofrep: 'https://flags.example.com/' };
    // The first is answered last, when the others have asked already.
    const http: Http = async (_, { body } = {}) => {
      const { context } = JSON.parse(String(body));
      if (context.target === 't0') await new Promise((resolve) => setTimeout(resolve, 20));
      return gives(context.target === 't0')();
    };
    const served = await Promise.all(
      ['t0', 't1', 't2'].map((name) =>
        readServed(shared, 'on', false, { value: true }, { ...target, name }, { http, secrets, clock }, signal),
      ),
    );
    expect(served).toEqual([
      { status: 'served' },
      { status: 'other', because: 'flag on on t1 (flags.example.com) is false' },
      { status: 'other', because: 'flag on on t2 (flags.example.com) is false' },
    ]);
  });
});
