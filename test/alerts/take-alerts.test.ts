import { describe, expect, it } from 'vitest';
import { type AlertTools, takeAlerts } from '../../shared/alerts/take-alerts.ts';
import { readAlertHolds } from '../../shared/ledger/alerts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { AlertReport } from '../../shared/rollout/alerts.ts';
import type { Audience } from '../../shared/rollout/audience.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { RunningWave } from '../../shared/wave/stop-running-waves.ts';
import { targetNamed } from '../analysis/asking.ts';
import { exampleRelease } from '../console/example-release.ts';

const names = Array.from({ length: 300 }, (_, at) => `t${at}`);
const release: Release = {
  targets: Object.fromEntries(names.map((name) => [name, { ...targetNamed(name), rendered: digestOf('m') }])),
  waves: [],
  gates: {},
  metrics: {},
  services: { web: { onFailure: 'rollback', dependsOn: [], images: {} } },
  deletes: { max: 5, protect: [] },
  settled: [],
  roles: {},
};
const alert = (id: string, target: string): AlertReport => ({
  id,
  name: 'Slow',
  status: 'firing',
  labels: { target },
  startsAt: 1,
});

/** A ledger, and one wave under way over `t1` that changes the service `web`. */
const openPlace = (known: Release = release) => {
  let now = 1_000_000;
  const clock = { ...processClock, now: () => now };
  const ledger = openSqliteLedger(':memory:', clock);
  const stops: Judgement[] = [];
  const told: string[] = [];
  const audiences: Audience[] = [];
  let dies = false;
  let isMute = false;
  const running: RunningWave = {
    ref: { rollout: 'r', release: digestOf('r'), wave: 'w', direction: 'forward' },
    targets: ['t1'],
    earlier: [{ name: 'v', targets: ['t0'] }],
    changes: async (service) => service === 'web',
  };
  const tools: AlertTools = {
    readReleases: async () => [known],
    stopWaves: async (against) => {
      if (dies) throw new Error('killed');
      const judgement = await against(running);
      if (judgement !== undefined) stops.push(judgement);
      return judgement === undefined ? [] : ['w'];
    },
    tell: async (_, text, audience) => {
      if (isMute) throw new Error('the ledger does not answer');
      told.push(text);
      audiences.push(audience);
    },
  };
  return {
    take: (...reports: readonly AlertReport[]) => takeAlerts(reports, tools, { ledger, clock }),
    holds: async () => (await readAlertHolds(ledger)).map(({ scope, name }) => `${scope}/${name}`),
    stops,
    told,
    audiences,
    dies: (does: boolean) => {
      dies = does;
    },
    mute: (is: boolean) => {
      isMute = is;
    },
    later: (ms: number) => {
      now += ms;
    },
  };
};

describe('alerts that are taken', () => {
  it('stop what runs once, and are told of once, however often they are repeated', async () => {
    const place = openPlace();
    const stopped = await place.take(alert('1', 't1'));
    expect(stopped).toEqual({
      firing: 1,
      resolved: 0,
      held: ['target/t1'],
      stopped: ['w'],
      unplaced: [],
      unplacedInAll: 0,
    });
    place.later(4 * 3_600_000);
    expect(await place.take(alert('1', 't1'))).toEqual({ ...stopped, stopped: [] });
    expect(place.stops).toHaveLength(1);
    expect(place.told).toEqual(['alerts hold target t1 (Slow); stopped: w']);
  });

  it('are acted on by the next attempt where one died after it had kept them', async () => {
    const place = openPlace();
    place.dies(true);
    await expect(place.take(alert('1', 't1'))).rejects.toThrow('killed');
    expect(await place.holds()).toEqual(['target/t1']);
    place.dies(false);
    expect(await place.take(alert('1', 't1'))).toMatchObject({ stopped: ['w'] });
  });

  it('are told of by the next attempt where one died before people were told', async () => {
    const place = openPlace();
    place.mute(true);
    await expect(place.take(alert('1', 't1'))).rejects.toThrow('the ledger does not answer');
    place.mute(false);
    expect(await place.take(alert('1', 't1'))).toMatchObject({ stopped: ['w'] });
    expect(place.told).toEqual(['alerts hold target t1 (Slow); stopped: w']);
  });

  it('of a service stop a wave that changes it, of a wave that wave, and of other targets none', async () => {
    const place = openPlace();
    const about = (scope: 'service' | 'wave', name: string): AlertReport => ({
      ...alert(name, ''),
      place: { scope, name },
    });
    expect(await place.take(alert('1', 't2'))).toMatchObject({ held: ['target/t2'], stopped: [] });
    expect(await place.take(about('service', 'web'))).toMatchObject({ held: ['service/web'], stopped: ['w'] });
    expect(await place.take(about('wave', 'w'))).toMatchObject({
      held: [],
      unplaced: ['alert "Slow": there is no wave "w"'],
    });
    expect(place.stops).toEqual([
      {
        gate: 'alert Slow',
        kind: 'alerts',
        verdict: 'fail',
        because: 'it fires for service web since 1970-01-01T00:00:00.001Z',
        source: 'alerts from outside',
        window: { from: 1, to: 1_000_000 },
      },
    ]);
  });

  it('of a target that an earlier wave of the rollout has left, or of that wave, stop what goes further', async () => {
    const place = openPlace();
    expect(await place.take(alert('1', 't0'))).toMatchObject({ held: ['target/t0'], stopped: ['w'] });
    const sentence = 'it fires since 1970-01-01T00:00:00.001Z; this rollout has gone through wave v there';
    expect(place.stops).toMatchObject([{ target: 't0', verdict: 'fail', because: sentence }]);
  });

  it('are taken by the thousand from many targets at once: one message, bounded answers, every place held', async () => {
    const place = openPlace();
    const storm = Array.from({ length: 9_000 }, (_, at) => alert(String(at), `t${at % 301}`));
    const taken = await place.take(...storm);
    expect(taken).toMatchObject({ firing: 9_000, stopped: ['w'], unplacedInAll: 29 });
    expect(taken.held).toHaveLength(10);
    expect(taken.unplaced).toHaveLength(1);
    expect(await place.holds()).toHaveLength(300);
    expect(place.told).toEqual([
      'alerts hold target t0 (Slow and 29 more), target t1 (Slow and 29 more), target t2 (Slow and 29 more) and 297 more; stopped: w',
    ]);
    await place.take(...storm.map((each): AlertReport => ({ ...each, status: 'resolved', endsAt: 2 })));
    expect(await place.holds()).toEqual([]);
  });

  it('at the same time by several senders all count', async () => {
    const place = openPlace();
    await Promise.all(Array.from({ length: 8 }, (_, at) => place.take(alert(String(at), 't1'))));
    expect(await place.holds()).toEqual(['target/t1']);
    const ends = (at: number): AlertReport => ({ ...alert(String(at), 't1'), status: 'resolved', endsAt: 2 });
    await Promise.all(Array.from({ length: 7 }, (_, at) => place.take(ends(at))));
    expect(await place.holds()).toEqual(['target/t1']);
    await place.take(ends(7));
    expect(await place.holds()).toEqual([]);
  });

  it('of a private target and of its wave are told its own people alone, and of the fleet everybody', async () => {
    const own = { ...targetNamed('acme'), rendered: digestOf('m') };
    const isPrivate = { roles: ['acme'], notifySecret: 'notify-acme' };
    const silent = { ...own, name: 'mute', private: { roles: ['mute'] } };
    const place = openPlace({
      ...release,
      waves: exampleRelease('1', 'acme').waves,
      targets: { ...release.targets, acme: { ...own, private: isPrivate }, mute: silent },
    });
    const ofWave = { ...alert('3', ''), place: { scope: 'wave', name: 'acme' } } as const;
    await place.take(alert('1', 't1'), alert('2', 'acme'), ofWave, alert('4', 'mute'));
    expect(place.told).toEqual([
      'alerts hold target t1 (Slow); stopped: w',
      'alerts hold target acme (Slow), wave acme (Slow); no wave was under way there',
      'alerts hold target mute (Slow); no wave was under way there',
    ]);
    expect(place.audiences).toEqual(['everybody', { secret: 'notify-acme' }, 'nobody']);
  });
});
