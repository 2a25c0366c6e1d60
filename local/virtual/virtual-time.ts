import { syncBuiltinESMExports } from 'node:module';
import { withGlobal } from '@sinonjs/fake-timers';
import { type Random, seededRandom } from '../../shared/outside/random.ts';
import { replaceChance } from './crypto.ts';
import { countEdges, quiescence } from './event-loop.ts';
import { forbidOtherThreads } from './process.ts';
import { replaceProperty, undoAll } from './replacement.ts';

export interface VirtualTime {
  /** For `Outside`: a stream of its own, not touched by what packages draw. Another one after each `begin`. */
  readonly random: Random;
  /**
   * Time is `start` again, and chance at its beginning, as when it was installed: for one story after another in a process. Timers still
   * pending never run, so what was going on is as if it had been killed.
   */
  begin(): void;
  /**
   * Lets things happen until `until` holds: everything that happens by itself first, then the next timer, and so on. `until` is
   * asked after each; a promise of it may itself need time. Rejects with `VirtualTimeStuck` when no timer is left or
   * `maxVirtualMs` (at most 24 days) pass, and with what a timer threw.
   */
  run(until: () => boolean | Promise<boolean>, limits: { readonly maxVirtualMs: number }): Promise<void>;
  /** Starts `work` and runs until it has settled; settles as it does. */
  complete<Value>(work: () => Promise<Value>, limits: { readonly maxVirtualMs: number }): Promise<Value>;
  /** Time stands still until `pending`, which something outside this thread will settle. Returns it. */
  edge<Value>(pending: Promise<Value>): Promise<Value>;
  /** Gives the process its own time, chance and sockets back. Twice is safe. Virtual timers still pending never run. */
  restore(): void;
}

export class VirtualTimeStuck extends Error {
  override readonly name = 'VirtualTimeStuck';
  constructor(now: number, because: string) {
    super(`virtual time at ${new Date(now).toISOString()}: ${because}`);
  }
}

/** The longest delay a timer takes; beyond it Node fires at once. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Puts the whole process into virtual mode: time is `start` (epoch milliseconds) and moves only in `run`; chance is a stream of
 * `seed`; sockets, processes and workers throw. Not replaced, and drained instead: microtasks, `process.nextTick`,
 * `setImmediate`. Install before importing any package: some keep the functions they find on loading. What they draw by then is
 * a stream apart, so a run is the same whether they were loaded for it or before. Throws when in virtual mode already.
 */
export const installVirtualTime = ({ start, seed }: { readonly start: number; readonly seed: string }): VirtualTime => {
  const timers = withGlobal(globalThis).install({
    now: start,
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'hrtime'],
    shouldClearNativeTimers: true,
  });
  const edges = countEdges();
  const chance = replaceChance(seededRandom(`${seed}/loading`));
  const undo = undoAll([
    () => timers.uninstall(),
    chance.undo,
    forbidOtherThreads(),
    replaceProperty(AbortSignal, 'timeout', abortAfter),
  ]);
  syncBuiltinESMExports();

  let begun = false;
  const beginChance = () => {
    if (!begun) chance.drawFrom(seededRandom(`${seed}/packages`));
    begun = true;
  };

  const run: VirtualTime['run'] = async (until, { maxVirtualMs }) => {
    beginChance();
    if (maxVirtualMs > MAX_DELAY)
      throw new VirtualTimeStuck(timers.now, `maxVirtualMs is over ${MAX_DELAY}; run in parts`);
    let passed = false;
    const cap = setTimeout(() => {
      passed = true;
    }, maxVirtualMs);
    const held = latest(until);
    try {
      for (;;) {
        await quiescence(edges);
        if (held()) return;
        if (passed)
          throw new VirtualTimeStuck(timers.now, `${maxVirtualMs} ms passed and what was waited for did not happen`);
        if (timers.countTimers() === 1) {
          throw new VirtualTimeStuck(timers.now, 'deadlock: no timer is left and what is waited for did not happen');
        }
        timers.next();
      }
    } finally {
      clearTimeout(cap);
    }
  };

  let random = seededRandom(`${seed}/outside`);

  return {
    get random() {
      return random;
    },
    begin: () => {
      timers.reset();
      begun = false;
      chance.drawFrom(seededRandom(`${seed}/loading`));
      random = seededRandom(`${seed}/outside`);
    },
    run,
    complete: async (work, limits) => {
      beginChance();
      let settled = false;
      const settle = () => {
        settled = true;
      };
      const working = work();
      working.then(settle, settle);
      await run(() => settled, limits);
      return working;
    },
    edge: edges.add,
    restore: () => {
      undo();
      syncBuiltinESMExports();
    },
  };
};

/** Asks again only when the last answer is there; a rejected one is thrown. */
const latest = (until: () => boolean | Promise<boolean>): (() => boolean) => {
  let waiting = false;
  let answer: boolean | Error = false;
  return () => {
    if (!waiting && answer === false) {
      const asked = until();
      if (typeof asked === 'boolean') return asked;
      waiting = true;
      const take = (value: boolean | Error) => {
        answer = value;
        waiting = false;
      };
      asked.then(take, (error: unknown) => take(error instanceof Error ? error : new Error(String(error))));
    }
    if (answer instanceof Error) throw answer;
    return answer;
  };
};

/** `AbortSignal.timeout` on the replaced timers: Node's own counts real time. */
const abortAfter = (ms: number): AbortSignal => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
  return controller.signal;
};
