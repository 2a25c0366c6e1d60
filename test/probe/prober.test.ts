import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { type Http, Unreachable } from '../../shared/outside/http.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { type ProbeOrder, probeUntil } from '../../shared/probe/prober.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { servePlain } from '../outside/tls-server.ts';

const gate: ProbeGate = {
  kind: 'probe',
  check: { http: 'http://{target}.test/health', status: [200] },
  rate: 2,
  timeoutMs: 1_000,
  failuresBelow: 0,
  minSamples: 1,
  consecutive: 3,
};

const target = (name: string): Target => ({
  name,
  locator: { kubeconfig: { path: 'kubeconfig' } },
  labels: {},
  namespace: 'default',
  allow: ['127.0.0.0/8'],
});

const order = (more: Partial<ProbeOrder>): ProbeOrder => ({
  gates: { up: gate },
  targets: [target('one')],
  until: 10_000,
  stop: async () => false,
  ...more,
});

const never = new AbortController().signal;

describe('in virtual time', () => {
  let timers: ReturnType<typeof FakeTimers.install>;
  beforeEach(() => {
    timers = FakeTimers.install({ now: 0, toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => timers.uninstall());

  const probe = async (http: Http, more: Partial<ProbeOrder> = {}, signal = never) => {
    const outside = { clock: processClock, random: seededRandom('probe'), http, dial: socketDial(processClock) };
    const probing = probeUntil(order(more), outside, signal);
    await timers.runAllAsync();
    return probing;
  };
  const ok: Http = async () => new Response('ok');
  const refused: Http = async (url) => {
    throw new Unreachable(String(url), 'connect_refused', 'nobody listens');
  };

  it('begins first attempts at the rate of the gate, on every target, and says so', async () => {
    const asked: string[] = [];
    const http: Http = async (url) => {
      asked.push(String(url));
      return new Response('ok');
    };
    const { tallies, samples } = await probe(http, { targets: [target('one'), target('two')] });
    expect(tallies.map(({ target, attempts, failedFirst }) => ({ target, attempts, failedFirst }))).toEqual([
      { target: 'one', attempts: 20, failedFirst: 0 },
      { target: 'two', attempts: 20, failedFirst: 0 },
    ]);
    expect(samples).toHaveLength(40);
    expect(asked.filter((url) => url === 'http://one.test/health')).toHaveLength(20);
  });

  it('keeps a failed first attempt and the retry that passed apart', async () => {
    let asked = 0;
    const { tallies } = await probe(async () => {
      asked += 1;
      return new Response('', { status: asked === 5 ? 503 : 200 });
    });
    expect(asked).toBe(21);
    expect(tallies[0]).toMatchObject({
      attempts: 20,
      failedFirst: 1,
      failedConfirmed: 0,
      run: { leading: 0, trailing: 0, longest: 0 },
      firstFailure: { code: 'http_status', because: 'status 503, expected 200' },
    });
  });

  it('asks a service that hangs as often as one that answers', async () => {
    const hanging: Http = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const { tallies } = await probe(hanging);
    expect(tallies[0]).toMatchObject({
      attempts: 20,
      failedFirst: 20,
      failedConfirmed: 20,
      run: { leading: 20, trailing: 20, longest: 20 },
      firstFailure: { code: 'timeout', because: 'no answer within 1000 ms' },
    });
  });

  it('counts in the order attempts began, whichever is answered first', async () => {
    let asked = 0;
    const http: Http = async () => {
      asked += 1;
      if (asked === 1) await processClock.sleep(900);
      return new Response('ok');
    };
    const { samples } = await probe(http, { until: 1_500 });
    expect(samples.map(({ first }) => first.at)).toEqual(
      samples.map(({ first }) => first.at).toSorted((a, b) => a - b),
    );
    expect(samples.map(({ first }) => first.durationMs)).toEqual([900, 0, 0]);
  });

  it('tells of each sample as it is counted, so that the first sound failure can end the wave at once', async () => {
    let stopped = false;
    const { tallies } = await probe(refused, {
      stop: async () => stopped,
      onSample: ({ run }) => {
        stopped = run.longest >= gate.consecutive;
      },
    });
    expect(tallies[0]).toMatchObject({ failedConfirmed: 4, run: { longest: 4 } });
  });

  it('does nothing when the wave has stopped before it begins', async () => {
    const { tallies, samples } = await probe(ok, { stop: async () => true });
    expect({ tallies, samples }).toEqual({
      tallies: [
        {
          gate: 'up',
          target: 'one',
          query: 'http://one.test/health',
          attempts: 0,
          failedFirst: 0,
          failedConfirmed: 0,
          invalid: 0,
          run: { leading: 0, trailing: 0, longest: 0 },
          from: 0,
          to: 0,
        },
      ],
      samples: [],
    });
  });

  it('counts attempts that its own deadline cut off as invalid, never as failed', async () => {
    const deadline = new AbortController();
    processClock.after(2_000, () => deadline.abort());
    const slow: Http = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const slowGate = { ...gate, timeoutMs: 60_000 };
    const { tallies } = await probe(slow, { gates: { up: slowGate } }, deadline.signal);
    expect(tallies[0]).toMatchObject({ attempts: 0, failedFirst: 0, invalid: 4 });
  });

  it('ends with the fault when it can not learn whether to stop', async () => {
    const unreadable = async () => {
      throw new Error('ledger: unreachable');
    };
    const outside = { clock: processClock, random: seededRandom('x'), http: ok, dial: socketDial(processClock) };
    const probing = probeUntil(order({ stop: unreadable }), outside, never);
    await Promise.all([expect(probing).rejects.toThrow('ledger: unreachable'), timers.runAllAsync()]);
  });

  it('gives the same samples for the same seed', async () => {
    const once = await probe(ok);
    timers.setSystemTime(0);
    expect(await probe(ok)).toEqual(once);
  });
});

describe('in real time', () => {
  it('sends what it counts', async () => {
    let asked = 0;
    const server = await servePlain((_, response) => {
      asked += 1;
      response.writeHead(asked > 3 ? 503 : 200).end();
    });
    const outside = {
      clock: processClock,
      random: seededRandom('x'),
      http: socketHttp(),
      dial: socketDial(processClock),
    };
    const http = `http://127.0.0.1:${server.port}/`;
    const gates = { up: { ...gate, rate: 100, check: { http, status: [200] } } };
    let failed = false;
    const onSample: NonNullable<ProbeOrder['onSample']> = ({ run }) => {
      failed ||= run.longest >= 3;
    };
    const { tallies } = await probeUntil(
      order({ gates, until: Date.now() + 30_000, stop: async () => failed, onSample }),
      outside,
      never,
    );
    await server.close();
    const [tally] = tallies;
    expect((tally?.attempts ?? 0) + (tally?.failedFirst ?? 0)).toBe(asked);
    expect(tally).toMatchObject({ invalid: 0, firstFailure: { code: 'http_status', status: 503 } });
    expect((tally?.attempts ?? 0) - (tally?.failedFirst ?? 0)).toBe(3);
  });
});
