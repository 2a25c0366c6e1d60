import { describe, expect, it, test } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { beginTestRun, changeTestRun, readTestRun } from '../../shared/ledger/test-runs.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { TestGate } from '../../shared/rollout/gate.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';
import { lookAtTest, type TestOrder } from '../../shared/test-gates/look-at-test.ts';
import { targetNamed } from '../analysis/asking.ts';
import { settings } from '../console/story-console.ts';

const workflow: TestGate['test'] = { workflow: 'e2e.yml', ref: 'main', inputs: { at: '{target}' } };
const callback: TestGate['test'] = { callback: 'https://ci.test/{target}', secret: 'ci', allow: [] };
const orderOf = (spec: TestGate['test']): TestOrder => ({
  ref: { rollout: 'r', release: digestOf('r'), wave: 'w', direction: 'forward' },
  gate: 'e2e',
  spec: { kind: 'test', test: spec, withinMs: 600_000, moments: ['after'] },
  moment: 'after',
  target: targetNamed('a'),
});
const never = new AbortController().signal;

/** One after the other, what whoever is asked answers; and what was asked. */
const openPlace = (
  spec: TestGate['test'],
  answers: readonly (() => Response)[],
  stored: readonly string[] = ['ci', 'tests'],
) => {
  let now = 1_000_000_000_000;
  const clock = { ...processClock, now: () => now, after: () => () => undefined };
  const ledger = openSqliteLedger(':memory:', clock);
  const asked: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
  const outside = {
    ledger,
    clock,
    settings: settings(),
    secrets: {
      get: async (name: string) => {
        if (!stored.includes(name)) throw new SecretMissing(name, 'a test');
        return new Secret('a secret');
      },
    },
    http: async (
      url: string | URL,
      { method = 'GET', body = '' }: { method?: string; body?: string | Uint8Array } = {},
    ) => {
      const { pathname } = new URL(url);
      asked.push({ method, path: pathname, body: body === '' ? undefined : JSON.parse(String(body)) });
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error(`nobody answers ${method} ${pathname}`);
      return answer();
    },
  };
  return {
    asked,
    ledger,
    look: (asked: Partial<TestOrder> = {}) => lookAtTest({ ...orderOf(spec), ...asked }, outside, never),
    later: (ms: number) => {
      now += ms;
    },
    now: () => now,
  };
};
const status = (code: number) => () => new Response(null, { status: code });
const lost = () => {
  throw new Unreachable('ci.test', 'connection_lost', 'the server hung up');
};
const run = (more: object = {}) => ({
  id: 7,
  html_url: 'https://git.test/7',
  status: 'in_progress',
  conclusion: null,
  ...more,
});
const json = (body: unknown) => () => Response.json(body);
const list = (...runs: readonly object[]) => json({ workflow_runs: runs });

test('one that passed before an entry is asked for again where that is judged anew, and nowhere else', async () => {
  const started = json({ workflow_run_id: 7 });
  const place = openPlace(workflow, [started, started]);
  const first = await place.look({ moment: 'before', enteredAt: 1 });
  await changeTestRun(place.ledger, first.query ?? '', { answer: { verdict: 'pass', because: 'well', at: 1 } });
  expect(await place.look({ moment: 'before', enteredAt: 1 })).toMatchObject({ verdict: 'pass' });
  const again = await place.look({ moment: 'before', enteredAt: 2 });
  expect(again).toMatchObject({ verdict: 'inconclusive' });
  expect(again.query).not.toBe(first.query);
  expect(place.asked).toHaveLength(2);
});

describe('a workflow', () => {
  it('is started once with its inputs and the id, and followed by the run that GitHub tells', async () => {
    const place = openPlace(workflow, [
      json({ workflow_run_id: 7 }),
      json(run()),
      json(run({ status: 'completed', conclusion: 'success' })),
    ]);
    const runs = await place.look();
    expect(runs).toMatchObject({ kind: 'test', verdict: 'inconclusive', target: 'a' });
    const id = runs.query ?? '';
    expect(await place.look()).toMatchObject({ verdict: 'inconclusive', source: 'https://git.test/7' });
    expect(await place.look()).toMatchObject({
      verdict: 'pass',
      because: 'run 7 concluded success: https://git.test/7',
    });
    // It has its answer; nobody is asked any more.
    expect(await place.look()).toMatchObject({ verdict: 'pass' });
    expect(place.asked).toEqual([
      {
        method: 'POST',
        path: '/repos/acme/fleet/actions/workflows/e2e.yml/dispatches',
        body: { ref: 'main', inputs: { at: 'a', tidegate: id }, return_run_details: true },
      },
      { method: 'GET', path: '/repos/acme/fleet/actions/runs/7', body: undefined },
      { method: 'GET', path: '/repos/acme/fleet/actions/runs/7', body: undefined },
    ]);
  });

  it('whose start was cut off is looked for by its name, and not started again while it may be under way', async () => {
    const place = openPlace(workflow, [
      lost,
      list(),
      list(run({ id: 9, display_title: 'another' })),
      () => list(run({ display_title: `e2e ${id}` }))(),
    ]);
    let id = '';
    id = (await place.look()).query ?? '';
    place.later(10_000);
    expect((await place.look()).because).toContain(`no run of e2e.yml is named ${id} yet`);
    place.later(10_000);
    await place.look();
    place.later(10_000);
    expect(await place.look()).toMatchObject({ verdict: 'inconclusive', source: 'https://git.test/7' });
    expect(place.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('whose start came to nothing is started again: at once where that was answered, else after a minute', async () => {
    const place = openPlace(workflow, [status(500), status(404), lost, list(), status(204)]);
    expect((await place.look()).because).toContain(
      'acme/fleet: POST /actions/workflows/e2e.yml/dispatches was answered with 500',
    );
    await place.look();
    await place.look();
    place.later(61_000);
    expect((await place.look()).because).toContain('workflow e2e.yml runs, since');
    expect(place.asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'GET', 'POST']);
  });

  test.each([
    ['failure', 'fail'],
    ['cancelled', 'inconclusive'],
    ['timed_out', 'inconclusive'],
    ['skipped', 'inconclusive'],
    ['neutral', 'inconclusive'],
    [null, 'inconclusive'],
  ])('that concludes %s is %s', async (conclusion, verdict) => {
    const place = openPlace(workflow, [json({ workflow_run_id: 7 }), json(run({ status: 'completed', conclusion }))]);
    await place.look();
    expect(await place.look()).toMatchObject({ verdict });
  });
});

describe('a callback', () => {
  it('is asked again under the same id until it has understood, and then no more', async () => {
    const place = openPlace(callback, [lost, status(503), status(202)]);
    expect((await place.look()).because).toContain(
      'could not be asked for yet: ci.test could not be asked: ci.test: the server hung up',
    );
    expect((await place.look()).because).toContain('ci.test answered 503, expected 2xx');
    expect((await place.look()).because).toContain('test at ci.test runs, since');
    await place.look();
    expect(place.asked).toHaveLength(3);
    expect(new Set(place.asked.map(({ path, body }) => JSON.stringify([path, body]))).size).toBe(1);
  });

  it('that nobody can be asked for, for want of a secret, is inconclusive, and says which', async () => {
    const place = openPlace(callback, [], ['tests']);
    expect(await place.look()).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringContaining('secret ci is not in'),
    });
    place.later(600_001);
    const over = await place.look();
    expect(over).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringMatching(/^no answer within 600 s; secret ci/),
    });
  });

  it('that was answered is judged by its first answer, also when its time is over', async () => {
    const place = openPlace(callback, [status(200)]);
    const { query: id = '' } = await place.look();
    const answer = { verdict: 'fail', because: '3 of 214 failed', at: 5 } as const;
    await changeTestRun(place.ledger, id, { answer });
    await changeTestRun(place.ledger, id, { answer: { verdict: 'pass', because: 'after all', at: 6 } });
    place.later(900_000);
    expect(await place.look()).toMatchObject({ verdict: 'fail', because: '3 of 214 failed' });
    expect((await readTestRun(place.ledger, id))?.answer).toEqual(answer);
  });
});

test('a Job that has no record, or no end, has not passed', async () => {
  const place = openPlace({ job: 'smoke' }, []);
  expect(await place.look()).toMatchObject({
    verdict: 'inconclusive',
    because: 'job smoke has not run for this release',
  });
});

test('a test that is begun twice at once is one', async () => {
  const { ledger } = openPlace(callback, []);
  const base = { id: 'te-1', rollout: 'r', wave: 'w', gate: 'g', moment: 'after', until: 9 } as const;
  const begun = await Promise.all([1, 2, 3].map((begunAt) => beginTestRun(ledger, { ...base, begunAt })));
  expect(new Set(begun.map(({ begunAt }) => begunAt)).size).toBe(1);
});
