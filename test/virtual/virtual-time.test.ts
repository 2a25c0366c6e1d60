import crypto, { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { installVirtualTime, type VirtualTime } from '../../local/virtual/virtual-time.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

let time: VirtualTime | undefined;
const install = (seed = 'one', from = start): VirtualTime => {
  time = installVirtualTime({ start: from, seed });
  return time;
};
afterEach(() => time?.restore());

/** Imported only in virtual mode, so that the packages find its time and chance on loading. */
const packages = () =>
  Promise.all([
    import('@aws-sdk/client-sfn'),
    import('isomorphic-git'),
    import('memfs'),
    import('../../shared/outside/aws-request-handler.ts'),
    import('../../local/network.ts'),
  ]);

/** What a rollout does, in small: waits, asks Step Functions by the SDK, commits by isomorphic-git, draws chance. */
const work = async (loaded: Awaited<ReturnType<typeof packages>>, seen: unknown[]): Promise<void> => {
  const [{ SFNClient, StartExecutionCommand }, git, { memfs }, { awsRequestHandler }, { simulatedNetwork }] = loaded;
  const handle = async (request: Request) => {
    seen.push({ headers: [...request.headers], body: await request.text() });
    await sleep(250);
    return Response.json({
      executionArn: 'arn:aws:states:us-east-1:1:execution:wave:a',
      startDate: Date.now() / 1_000,
    });
  };
  const http = simulatedNetwork({ routes: [{ host: '*.amazonaws.com', handle }], fallback: 'refuse' });
  const client = new SFNClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: awsRequestHandler(http),
    maxAttempts: 1,
  });
  const { fs } = memfs();
  const author = { name: 'Tidegate', email: 'tidegate@example.com' };
  await git.init({ fs, dir: '/', defaultBranch: 'main' });

  const one = async (name: string, waits: readonly number[]) => {
    for (const wait of waits) {
      await sleep(wait);
      const stateMachineArn = 'arn:aws:states:us-east-1:1:stateMachine:wave';
      const started = await client.send(new StartExecutionCommand({ stateMachineArn, name: `${name}-${wait}` }));
      seen.push([
        name,
        wait,
        new Date().toISOString(),
        started.startDate,
        performance.now(),
        process.hrtime(),
        Math.random(),
      ]);
    }
  };
  await Promise.all([one('a', [HOUR, 2 * HOUR]), one('b', [2 * HOUR, HOUR]), one('c', [3 * HOUR])]);
  fs.writeFileSync('/file', randomUUID());
  await git.add({ fs, dir: '/', filepath: 'file' });
  seen.push(await git.commit({ fs, dir: '/', message: 'Pin the image', author }));
  await git
    .packObjects({ fs, dir: '/', oids: [String(seen.at(-1))], write: false })
    .then(({ packfile }) => seen.push(packfile));
};

const rehearse = async (seed: string): Promise<{ bytes: string; passed: number }> => {
  const virtual = install(seed);
  const seen: unknown[] = [];
  const loaded = await packages();
  await virtual.complete(() => work(loaded, seen), { maxVirtualMs: 24 * HOUR });
  const passed = Date.now() - start;
  virtual.restore();
  return { bytes: JSON.stringify(seen), passed };
};

describe('a run in virtual time', () => {
  it('is the same to the byte for the same seed, and takes no longer than it must', async () => {
    const first = await rehearse('one');
    // Three hours of waiting, and 250 ms for each of the two requests that come one after the other.
    expect(first.passed).toBe(3 * HOUR + 500);
    expect(await rehearse('one')).toEqual(first);
    expect((await rehearse('two')).bytes).not.toBe(first.bytes);
  });

  it('gives each timer its moment, in the order of their times and then of their making', async () => {
    const virtual = install();
    const seen: string[] = [];
    const at = (name: string) => () => {
      seen.push(`${name} ${Date.now() - start}`);
    };
    setTimeout(at('late'), 20);
    setTimeout(at('first'), 10);
    setTimeout(() => {
      at('second')();
      setImmediate(() => {
        at('immediate')();
        setTimeout(at('again'), 10);
      });
    }, 10);
    const ticking = setInterval(at('interval'), 15);
    await virtual.run(() => Date.now() >= start + 30, { maxVirtualMs: 100 });
    clearInterval(ticking);
    expect(seen).toEqual([
      'first 10',
      'second 10',
      'immediate 10',
      'interval 15',
      'late 20',
      'again 20',
      'interval 30',
    ]);
  });

  it('does not move while something is happening by itself', async () => {
    const virtual = install();
    let rounds = 0;
    const work = async () => {
      for (; rounds < 100; rounds += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    };
    const done = work();
    setTimeout(() => {
      expect(rounds).toBe(100);
    }, 1);
    await virtual.run(() => Date.now() > start, { maxVirtualMs: 10 });
    await done;
  });

  it('stands still for an edge that ends outside this thread', async () => {
    const virtual = install();
    const seen: string[] = [];
    const compile = () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    setTimeout(() => seen.push('timer'), 1);
    virtual.edge(compile().then(() => seen.push('compiled'))).catch(() => seen.push('failed'));
    await virtual.run(() => seen.length === 2, { maxVirtualMs: 10 });
    expect(seen).toEqual(['compiled', 'timer']);
  });

  it('says so when nothing is left that could happen', async () => {
    const virtual = install();
    setTimeout(() => undefined, 500);
    await expect(virtual.run(() => false, { maxVirtualMs: HOUR })).rejects.toThrow(
      'virtual time at 2026-03-01T12:00:00.500Z: deadlock: no timer is left and what is waited for did not happen',
    );
  });

  it('says so when it took too long', async () => {
    const virtual = install();
    setInterval(() => undefined, 400);
    await expect(virtual.run(() => false, { maxVirtualMs: 1_000 })).rejects.toThrow(
      'virtual time at 2026-03-01T12:00:01.000Z: 1000 ms passed and what was waited for did not happen',
    );
  });

  it('waits for an answer that itself needs time', async () => {
    const virtual = install();
    let asked = 0;
    const until = async () => {
      asked += 1;
      await sleep(HOUR);
      return asked === 3;
    };
    await virtual.run(until, { maxVirtualMs: 4 * HOUR });
    expect([asked, Date.now() - start]).toEqual([3, 3 * HOUR]);
  });

  it('ends with what the work, the question or a timer threw', async () => {
    const virtual = install();
    const fail = async () => {
      await sleep(10);
      throw new Error('the work failed');
    };
    await expect(virtual.complete(fail, { maxVirtualMs: 100 })).rejects.toThrow('the work failed');
    await expect(virtual.run(fail, { maxVirtualMs: 100 })).rejects.toThrow('the work failed');
    setTimeout(() => {
      throw new Error('a timer failed');
    }, 1);
    await expect(virtual.run(() => false, { maxVirtualMs: 100 })).rejects.toThrow('a timer failed');
  });

  it('aborts AbortSignal.timeout when virtual time has come', async () => {
    const virtual = install();
    const signal = AbortSignal.timeout(HOUR);
    await virtual.run(() => signal.aborted, { maxVirtualMs: 2 * HOUR });
    expect([signal.reason.name, Date.now() - start]).toEqual(['TimeoutError', HOUR]);
  });

  it('begins again at the same moment with the same chance, and nothing that was pending comes', async () => {
    const virtual = install();
    const seen: unknown[] = [];
    const tell = () =>
      virtual.complete(
        async () => {
          await sleep(HOUR);
          return [Date.now(), performance.now(), randomUUID(), Math.random(), virtual.random.bytes(4)];
        },
        { maxVirtualMs: 2 * HOUR },
      );
    const first = await tell();
    setTimeout(() => seen.push('of the first'), 1_000);
    virtual.begin();
    expect(Date.now()).toBe(start);
    expect(await tell()).toEqual(first);
    expect(seen).toEqual([]);
  });
});

describe('virtual mode', () => {
  it('has no way out of its thread', () => {
    install();
    expect(() => connect(80, '127.0.0.1')).toThrow(
      'virtual mode has no sockets: net.connect was called; give the caller an in-process transport',
    );
    expect(() => fetch('http://127.0.0.1/')).toThrow('virtual mode has no sockets: globalThis.fetch was called');
  });

  it.each([
    ['node:http', 'request', 'sockets'],
    ['node:https', 'get', 'sockets'],
    ['node:tls', 'connect', 'sockets'],
    ['node:dns', 'lookup', 'sockets'],
    ['node:child_process', 'spawn', 'child processes'],
    ['node:child_process', 'execFileSync', 'child processes'],
    ['node:worker_threads', 'Worker', 'workers'],
    ['node:zlib', 'deflate', 'thread pool'],
  ])('refuses %s.%s, also to those who import it by name', async (module, member, what) => {
    install();
    const named: Record<string, () => void> = await import(module);
    expect(() => named[member]?.()).toThrow(`virtual mode has no ${what}: `);
  });

  it('hides what answers from other threads', () => {
    install();
    expect([crypto.webcrypto.subtle, globalThis.CompressionStream, globalThis.DecompressionStream]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('draws all chance from the seed', () => {
    const draw = () => {
      const filled = new Uint16Array(2);
      crypto.randomFillSync(filled, 1, 2);
      return [
        Math.random(),
        randomBytes(3).toString('hex'),
        randomUUID(),
        globalThis.crypto.randomUUID(),
        globalThis.crypto.getRandomValues(new Uint32Array(2)),
        crypto.randomInt(5, 10),
        [...filled],
      ];
    };
    install('one');
    const first = draw();
    time?.restore();
    install('one');
    expect(draw()).toEqual(first);
    time?.restore();
    install('two');
    expect(draw()).not.toEqual(first);
    expect(draw()[2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('leaves no trace when it ends', () => {
    const before = [
      Date,
      setTimeout,
      Math.random,
      crypto.randomBytes,
      connect,
      fetch,
      AbortSignal.timeout,
      CompressionStream,
    ];
    const virtual = install();
    const within = [
      Date,
      setTimeout,
      Math.random,
      crypto.randomBytes,
      connect,
      fetch,
      AbortSignal.timeout,
      globalThis.CompressionStream,
    ];
    virtual.restore();
    virtual.restore();
    const after = [
      Date,
      setTimeout,
      Math.random,
      crypto.randomBytes,
      connect,
      fetch,
      AbortSignal.timeout,
      CompressionStream,
    ];
    expect(within.map((value, n) => value === before[n])).toEqual(before.map(() => false));
    expect(after.map((value, n) => value === before[n])).toEqual(before.map(() => true));
    expect(crypto.webcrypto.subtle).toBeInstanceOf(Object);
  });

  it('is not entered twice', () => {
    install();
    expect(() => installVirtualTime({ start, seed: 'again' })).toThrow();
  });
});
