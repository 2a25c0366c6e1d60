import type { Outside } from '../outside/outside.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Target } from '../rollout/target.ts';
import { attemptCheck } from './attempt-check.ts';
import { addressOf, fillCheck } from './fill-check.ts';
import { countSample, emptyTally, type Sample, type Tally } from './tally.ts';

export interface ProbeOrder {
  readonly gates: Readonly<Record<string, ProbeGate>>;
  readonly targets: readonly Target[];
  /** Epoch milliseconds after which no first attempt begins. */
  readonly until: number;
  /** Whether to end before; asked at the beginning and once a second. */
  readonly stop: () => Promise<boolean>;
  /** Told of each sample with the tally it is in, in the order samples began on each target. */
  readonly onSample?: (tally: Tally, sample: Sample) => void;
}

export interface Probed {
  /** One for each gate and target, in the order they were given. */
  readonly tallies: readonly Tally[];
  /** All samples, by gate and target, each in the order they began: a blob. */
  readonly samples: readonly Sample[];
}

type Reach = Pick<Outside, 'clock' | 'random' | 'http' | 'dial' | 'lookup'>;

const STOP_CHECK_MS = 1_000;

/**
 * Probes every target by every gate until the time is over, the wave says stop or `signal` aborts. First attempts begin at the
 * gate's rate whether or not earlier ones have been answered, so that a service that hangs is not asked less than one that
 * works. A failed first attempt is tried once more at once; the retry confirms and never replaces it. Attempts under way at the
 * end are waited for: it returns at most two time-outs later, or at once when `signal` aborts, those attempts being invalid.
 */
export const probeUntil = async (order: ProbeOrder, outside: Reach, signal: AbortSignal): Promise<Probed> => {
  const ended = new AbortController();
  const lanes = Object.entries(order.gates).flatMap(([name, gate]) =>
    order.targets.map((target) => openLane(name, gate, target, order, outside, signal)),
  );
  const running = lanes.map((lane) => lane.run(AbortSignal.any([signal, ended.signal])));
  // Whichever side fails ends the other, and neither is left running.
  const [probed, watched] = await Promise.allSettled([
    Promise.all(running).finally(() => ended.abort()),
    watchStop(order, outside, AbortSignal.any([signal, ended.signal])).finally(() => ended.abort()),
  ]);
  if (watched.status === 'rejected') throw watched.reason;
  if (probed.status === 'rejected') throw probed.reason;
  const lanesProbed = probed.value;
  return { tallies: lanesProbed.map(({ tally }) => tally), samples: lanesProbed.flatMap(({ samples }) => samples) };
};

/** Returns when the order says stop, or when the lanes have ended. */
const watchStop = async ({ stop }: ProbeOrder, { clock }: Reach, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted && !(await stop())) await rest(STOP_CHECK_MS, clock, signal);
};

/** Sleeps, and no longer than until the signal aborts. */
const rest = (ms: number, clock: Reach['clock'], signal: AbortSignal): Promise<void> =>
  clock.sleep(ms, signal).catch((reason) => {
    if (!signal.aborted) throw reason;
  });

/** The attempts of one gate on one target. */
const openLane = (
  name: string,
  gate: ProbeGate,
  target: Target,
  order: ProbeOrder,
  outside: Reach,
  aborted: AbortSignal,
) => {
  const { clock } = outside;
  const check = fillCheck(gate.check, target);
  const place = { target, allow: target.allow };
  const intervalMs = 1000 / gate.rate;
  const started = clock.now() + outside.random.fraction() * intervalMs;
  let tally = emptyTally(name, target.name, addressOf(check), clock.now());
  const samples: Sample[] = [];

  let begun = 0;
  const sample = async (): Promise<Sample> => {
    // Every other one over a connection that is kept: what a drain breaks shows only there.
    begun += 1;
    const first = await attemptCheck(check, { ...place, reuse: begun % 2 === 0 }, gate.timeoutMs, outside, aborted);
    const base = { gate: name, target: target.name, first };
    return first.verdict === 'fail'
      ? { ...base, retry: await attemptCheck(check, place, gate.timeoutMs, outside, aborted) }
      : base;
  };
  const count = (taken: Sample) => {
    samples.push(taken);
    tally = countSample(tally, taken);
    order.onSample?.(tally, taken);
  };

  const run = async (ended: AbortSignal): Promise<{ readonly tally: Tally; readonly samples: readonly Sample[] }> => {
    // Counted in the order they began, whichever is answered first: a run of failures is a run in time.
    let counted = Promise.resolve();
    for (let due = started; due < order.until; due = nextDue(due, intervalMs, clock.now())) {
      await rest(due - clock.now(), clock, ended);
      if (ended.aborted) break;
      const [earlier, taken] = [counted, sample()];
      counted = (async () => {
        await earlier;
        count(await taken);
      })();
      counted.catch(() => undefined); // thrown again below, when the lane has ended
    }
    await counted;
    return { tally, samples };
  };
  return { run };
};

/** The next slot of the schedule. Slots that passed while this process was frozen are left out, not made up for in a burst. */
const nextDue = (due: number, intervalMs: number, now: number): number =>
  due + intervalMs * Math.max(1, Math.floor((now - due) / intervalMs));
