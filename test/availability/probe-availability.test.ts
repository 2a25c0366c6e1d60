import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AvailabilityTools,
  probeAvailability,
  type ShardOrder,
} from '../../shared/availability/probe-availability.ts';
import { readDays } from '../../shared/availability/slot.ts';
import { readStandings } from '../../shared/availability/standing.ts';
import { readOutages, watchProbers } from '../../shared/availability/watch-probers.ts';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { notePrepared, openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import { changeTurn } from '../../shared/ledger/turn.ts';
import { advanceWave, readStop } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Settings } from '../../shared/outside/outside.ts';
import type { Attempt } from '../../shared/probe/attempt.ts';
import { countSample, emptyTally, type Tally } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { judgeAvailability, outageFails } from '../../shared/wave/judge-availability.ts';
import { stopRunningWaves } from '../../shared/wave/stop-running-waves.ts';
import { quiet, targetNamed } from '../analysis/asking.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-availability-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const settings: Settings = {
  region: 'x',
  probeRegions: ['x', 'y'],
  stateMachines: { rollout: '', wave: '', deployment: '' },
  configRepository: { api: '', git: '', name: 'a/b', branch: 'main', config: 'c' },
  console: 'https://console.test',
  simulated: false,
};
const release: Release = {
  targets: Object.fromEntries(['a', 'b'].map((name) => [name, { ...targetNamed(name), rendered: digestOf('m') }])),
  waves: [
    {
      name: 'w',
      targets: ['a', 'b'],
      batches: ['100%'],
      maxConcurrent: 1,
      maxFailures: 0,
      soakMs: 1,
      gates: ['up'],
      whenTaken: 'queue',
      settleWithinMs: 1,
      inconclusiveWithinMs: 1,
    },
  ],
  gates: {
    up: {
      kind: 'probe',
      check: { tcp: '{target}.test:443' },
      rate: 5,
      timeoutMs: 1_000,
      failuresBelow: 0.01,
      minSamples: 1,
      consecutive: 3,
    },
  },
  metrics: {},
  services: {},
  deletes: { max: 5, protect: [] },
  settled: [],
  roles: {},
};

/** A place where targets are up or down as seen from regions, and rollout `r` holds wave `w`. */
const openPlace = async (
  progress: { readonly closedAt?: number } = {},
  more: Partial<Settings> = {},
  verified: Release = release,
) => {
  let now = 1_000 * 60_000 + 5_000;
  const clock = { ...processClock, now: () => now };
  const ledger = openSqliteLedger(':memory:', clock);
  const blobs = folderBlobs(dir);
  const digest = await putJson(blobs, verified);
  const standing = { release: digest, rendered: digestOf('m'), commit: 'c', rollout: 'before', at: now };
  for (const target of ['a', 'b']) await markVerified(ledger, target, standing);
  await openRollout(ledger, {
    rollout: 'r',
    repository: 'a/b',
    commit: 'd',
    startedAt: now,
    startedBy: 'x',
    authors: [],
  });
  await notePrepared(ledger, 'r', digest, ['w']);
  const holder = { rollout: 'r', token: 't', since: now, startedAt: now };
  await changeTurn(ledger, 'w', () => ({ holder, queue: [], superseded: [] }));
  const outside = { ledger, blobs, clock, settings: { ...settings, ...more } };
  const ref = { rollout: 'r', release: digest, wave: 'w', direction: 'forward' as const };
  await advanceWave(ledger, ref, { deployingAt: now, ...progress });
  let rates: readonly number[] = [];
  const told: string[] = [];
  /** Targets that some region said to fail when a prober had made its attempts, and had not judged them yet. */
  const raised: string[] = [];
  /** Whether the wave was stopped when the prober still had attempts to make. */
  let stoppedDuring = false;
  const called: ShardOrder[] = [];
  const probe = async (
    region: string,
    down: readonly string[],
    {
      outOfReach = [],
      ...part
    }: { readonly part?: Omit<ShardOrder, 'region'>; readonly outOfReach?: readonly string[] } = {},
  ) => {
    const attempt = (target: string): Attempt =>
      outOfReach.includes(target)
        ? { at: now, durationMs: 1, verdict: 'invalid', code: 'address_refused', because: 'it is private', phases: {} }
        : down.includes(target)
          ? { at: now, durationMs: 1, verdict: 'fail', code: 'connect_refused', because: 'nobody listens', phases: {} }
          : { at: now, durationMs: 1, verdict: 'pass', phases: {} };
    const tools: AvailabilityTools = {
      probeUntil: async ({ gates, targets, onSample }) => {
        rates = Object.values(gates).map(({ rate }) => rate);
        const tallies: Tally[] = [];
        for (const { name } of targets) {
          let tally = emptyTally('up', name, `tcp ${name}.test:443`, now);
          for (let made = 0; made < 8; made += 1) {
            const first = attempt(name);
            const sample = { gate: 'up', target: name, first, ...(first.verdict === 'fail' ? { retry: first } : {}) };
            tally = countSample(tally, sample);
            onSample?.(tally, sample);
            for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            if (made < 7 && (await readStop(ledger, ref)) !== undefined) stoppedDuring = true;
          }
          tallies.push(tally);
        }
        for (const { target, failing } of await readStandings(ledger)) {
          if (failing.length > 0) raised.push(target);
        }
        return { tallies, samples: [] };
      },
      stopWaves: async (outages) => {
        await stopRunningWaves(async ({ targets }) => {
          const outage = outages.find(({ target }) => targets.includes(target));
          return outage && outageFails(outage);
        }, outside);
      },
      callShard: async (order) => void called.push(order),
      tellOutages: async (outages) => void told.push(...outages.map(({ target }) => target)),
    };
    const invocation = { signal: new AbortController().signal, deadline: now + 55_000 };
    return probeAvailability({ region, ...part }, tools, { ...outside, log: quiet }, invocation);
  };
  return {
    ...outside,
    probe,
    told,
    raised,
    called,
    digest,
    stop: () => readStop(ledger, ref),
    stoppedDuring: () => stoppedDuring,
    rates: () => rates,
    nextMinute: () => {
      now += 60_000;
    },
  };
};

describe('scheduled probes', () => {
  it('keep a slot once, whoever runs it again, and ask less often than a gate of a wave', async () => {
    const place = await openPlace();
    expect(await place.probe('x', [])).toEqual({ region: 'x', probed: ['a', 'b'] });
    expect(await place.probe('x', [])).toEqual({ region: 'x', probed: [] });
    place.nextMinute();
    await place.probe('x', []);
    await place.probe('y', []);
    expect(place.rates()).toEqual([0.2]);
    const counted = { failedFirst: 0, failedConfirmed: 0, invalid: 0 };
    const whole = { day: 0, last: 1_001 * 60_000 };
    expect(await readDays(place.ledger, 'a', place.clock.now())).toEqual([
      { ...whole, region: 'x', first: 1_000 * 60_000, slots: 2, gates: { up: { ...counted, attempts: 16 } } },
      { ...whole, region: 'y', first: 1_001 * 60_000, slots: 1, gates: { up: { ...counted, attempts: 8 } } },
    ]);
    expect(await place.stop()).toBeUndefined();
  });

  it('stop it by the one region that can reach a target, where the other has no attempt that says anything', async () => {
    const place = await openPlace();
    await place.probe('y', [], { outOfReach: ['a'] });
    await place.probe('x', ['b']);
    expect(await place.stop()).toBeUndefined();
    place.nextMinute();
    await place.probe('x', ['a']);
    expect(await place.stop()).toMatchObject({ target: 'a' });
  });

  it('stop the wave under way when a second region agrees, before the slot is over, and hold the next entry', async () => {
    const place = await openPlace();
    await place.probe('x', ['a']);
    expect(await place.stop()).toBeUndefined();
    await place.probe('y', ['a']);
    expect(place.stoppedDuring()).toBe(true);
    const because = expect.stringContaining('scheduled probes from x and y fail since 1970-01-01T16:40:05.000Z');
    expect(await place.stop()).toEqual({
      at: place.clock.now(),
      because,
      target: 'a',
      judged: { gate: 'up', kind: 'probe', source: 'scheduled probes' },
    });
    expect(new Set(place.told)).toEqual(new Set(['a']));
    const held = judgeAvailability(await readOutages(place), ['a', 'b']);
    expect(held).toEqual([
      {
        gate: 'up',
        kind: 'probe',
        verdict: 'inconclusive',
        target: 'a',
        because: expect.stringMatching(/^gate up on a: .*nobody listens$/),
        source: 'scheduled probes',
        query: 'tcp a.test:443',
        value: 1,
        threshold: 0.01,
        samples: 8,
        window: { from: 60_005_000, to: 60_005_000 },
      },
    ]);
    expect(judgeAvailability(await readOutages(place), ['b'])).toEqual([]);
  });

  it('stop no wave whose gates are closed, as on its way back', async () => {
    const place = await openPlace({ closedAt: 1 });
    await place.probe('x', ['a']);
    await place.probe('y', ['a']);
    expect(await place.stop()).toBeUndefined();
    expect(await readOutages(place)).toHaveLength(1);
  });

  it('hold nothing any more where nobody has looked for a quarter of an hour, and say so', async () => {
    const place = await openPlace();
    await place.probe('x', ['a']);
    await place.probe('y', ['a']);
    for (let minute = 0; minute < 17; minute += 1) place.nextMinute();
    expect(judgeAvailability(await readOutages(place), ['a'])).toEqual([
      {
        gate: 'up',
        kind: 'probe',
        verdict: 'inconclusive',
        effect: 'report',
        target: 'a',
        because:
          'gate up on a: was out by scheduled probes when they looked last, at 1970-01-01T16:40:00.000Z; nobody has probed it since, so that this holds nothing any more',
        source: 'scheduled probes',
        query: 'tcp a.test:443',
        value: 1,
        threshold: 0.01,
        samples: 8,
        window: { from: 60_005_000, to: 60_005_000 },
      },
    ]);
  });

  it('let go again when the target serves', async () => {
    const place = await openPlace();
    await place.probe('x', ['a']);
    await place.probe('y', ['a']);
    place.nextMinute();
    await place.probe('x', []);
    expect(await readOutages(place)).toEqual([]);
  });

  it('say nothing of targets when one region sees none of them, and count that as invalid', async () => {
    const place = await openPlace();
    await place.probe('y', []);
    await place.probe('x', ['a', 'b']);
    expect(await place.stop()).toBeUndefined();
    // Not even for the time that it took to see it.
    expect(place.raised).toEqual([]);
    expect((await readStandings(place.ledger)).filter(({ region }) => region === 'x')).toEqual([
      { target: 'a', region: 'x', at: 1_000 * 60_000, failing: [], isOwnFault: true },
      { target: 'b', region: 'x', at: 1_000 * 60_000, failing: [], isOwnFault: true },
    ]);
    const [day] = await readDays(place.ledger, 'a', place.clock.now());
    expect(day?.gates.up).toEqual({ attempts: 0, failedFirst: 0, failedConfirmed: 0, invalid: 8 });
  });

  it('of more targets than an invocation has time for are made by several, each its part', async () => {
    const place = await openPlace({}, { functionName: 'probeAvailability' });
    const standing = { release: place.digest, rendered: digestOf('m'), commit: 'c', rollout: 'before', at: 0 };
    for (let at = 0; at < 399; at += 1) await markVerified(place.ledger, `t${at}`, standing);
    // Only a and b are in the release, so that nothing is to be probed of the others.
    const began = await place.probe('x', []);
    expect(place.called).toEqual([
      { region: 'x', shard: 1, of: 3 },
      { region: 'x', shard: 2, of: 3 },
    ]);
    const others = await Promise.all([1, 2].map((shard) => place.probe('x', [], { part: { shard, of: 3 } })));
    expect([began, ...others].flatMap(({ probed }) => probed).sort()).toEqual(['a', 'b']);
    expect(place.called).toHaveLength(2);
    expect((await readStandings(place.ledger)).map(({ target }) => target)).toEqual(['a', 'b']);
  });

  it('are missed when they fall silent, each region for itself', async () => {
    const place = await openPlace();
    await place.probe('x', []);
    for (let minute = 0; minute < 4; minute += 1) {
      place.nextMinute();
      await place.probe('y', []);
    }
    expect((await watchProbers(place)).map(({ target, region }) => `${target} ${region}`)).toEqual(['a x', 'b x']);
  });

  it.each<[string, Release['gates']]>([
    ['only reports', { up: { ...release.gates.up, effect: 'report' } as Release['gates'][string] }],
    ['is not there', {}],
  ])('are missed by nobody where their gate %s', async (_, gates) => {
    const place = await openPlace({}, {}, { ...release, gates });
    for (let minute = 0; minute < 4; minute += 1) place.nextMinute();
    expect(await watchProbers(place)).toEqual([]);
  });
});
