import { describe, expect, it, test } from 'vitest';
import { simulatedDial, simulatedNetwork } from '../local/network.ts';
import { createRegionFaults, type RegionFault } from '../local/region-faults.ts';
import { processClock } from '../shared/outside/clock.ts';
import { probeUntil } from '../shared/probe/prober.ts';
import type { ProbeGate } from '../shared/rollout/gate.ts';
import { never, targetNamed } from './analysis/asking.ts';

const routes = [{ host: 't.example.com', handle: async () => new Response('up') }];
const gate: ProbeGate = {
  kind: 'probe',
  check: { http: 'https://{target}.example.com/', status: [200] },
  rate: 50,
  timeoutMs: 60_000,
  failuresBelow: 0.1,
  minSamples: 1,
  consecutive: 100,
};

const networkOf = () => ({
  http: simulatedNetwork({ routes, fallback: 'refuse' }),
  dial: simulatedDial({ routes, fallback: 'refuse', clock: processClock }),
});

/** What a region counts in a tenth of a second, with a fault of its own and after it. */
const countedFrom = async (region: string, fault?: RegionFault) => {
  const faults = createRegionFaults(networkOf(), processClock);
  faults.set('eu-west-1', fault);
  const outside = {
    clock: processClock,
    random: { fraction: () => 0, bytes: () => new Uint8Array() },
    ...faults.from(region),
  };
  const order = {
    gates: { up: gate },
    targets: [targetNamed('t')],
    until: processClock.now() + 100,
    stop: () => Promise.resolve(false),
  };
  const { tallies, samples } = await probeUntil(order, outside, never);
  return { tally: tallies[0], code: samples[0]?.first.code };
};

describe('a simulated region', () => {
  test.each<readonly [RegionFault | undefined, 'failedFirst' | 'invalid' | 'attempts', string | undefined]>([
    [undefined, 'attempts', undefined],
    [{ kind: 'blind' }, 'failedFirst', 'connect_timeout'],
    [{ kind: 'own-fault' }, 'invalid', 'resolver_failed'],
  ])('with %j', async (fault, counted, code) => {
    const found = await countedFrom('eu-west-1', fault);
    expect(found.tally?.[counted]).toBeGreaterThan(0);
    expect(found.code).toBe(code);
  });

  it('has its faults for itself', async () => {
    const { tally } = await countedFrom('us-east-1', { kind: 'blind' });
    expect(tally).toMatchObject({ failedFirst: 0, invalid: 0 });
  });

  it('that is slow answers as late as it is told, and as it would', async () => {
    const slept: number[] = [];
    const clock = { sleep: async (ms: number) => void slept.push(ms) };
    const faults = createRegionFaults(networkOf(), clock);
    faults.set('eu-west-1', { kind: 'slow', ms: 2_000 });
    const { http, dial } = faults.from('eu-west-1');
    expect(await (await http('https://t.example.com/')).text()).toBe('up');
    await dial({ host: 't.example.com', port: 443 });
    expect(slept).toEqual([2_000, 2_000]);
  });
});
