import { StatusError } from '../api/status-error.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Change } from '../storage/sqlite.ts';

/** One controller: it looks at what is stored and writes what is missing, as often as it is asked. */
export interface Controller {
  readonly name: string;
  /** What to look at again because of this change. */
  readonly concerns: (plane: ControlPlane, change: Change) => readonly string[];
  /** Everything there is to look at: asked once, at the start. */
  readonly everything: (plane: ControlPlane) => readonly string[];
  /** Brings one thing nearer to what is wanted. Returns after how many milliseconds time alone will change something. */
  readonly reconcile: (plane: ControlPlane, key: string) => number | undefined;
}

/** How long after a change the controllers act: what an informer and a work queue take on a quiet cluster. */
const reactionMs = 20;
const retryMs = 1000;

interface Loop {
  start(): void;
  stop(): void;
}

/** Runs controllers one at a time, first come first served. What they remember is only in storage, so a loop can end at any point. */
export const controlLoop = (plane: ControlPlane, controllers: readonly Controller[]): Loop => {
  const queue = new Set<string>();
  const timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  let cancelDrain: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;

  const ask = (item: string) => {
    queue.add(item);
    cancelDrain ??= plane.clock.after(reactionMs, drain);
  };
  const askLater = (item: string, ms: number) => {
    const at = plane.clock.now() + ms;
    const before = timers.get(item);
    if (before !== undefined && before.at <= at) return;
    before?.cancel();
    const cancel = plane.clock.after(ms, () => {
      timers.delete(item);
      ask(item);
    });
    timers.set(item, { at, cancel });
  };
  const run = (item: string) => {
    const [name = '', ...key] = item.split('|');
    const controller = controllers.find((candidate) => candidate.name === name);
    if (controller === undefined) return;
    try {
      const again = controller.reconcile(plane, key.join('|'));
      if (again !== undefined) askLater(item, Math.max(1, again));
    } catch (error) {
      // Refused, as when a namespace is going: wanted again later, like any controller's failed write.
      if (!(error instanceof StatusError)) throw error;
      askLater(item, retryMs);
    }
  };
  const drain = () => {
    cancelDrain = undefined;
    const items = [...queue];
    queue.clear();
    for (const item of items) run(item);
  };
  return {
    start: () => {
      if (unsubscribe !== undefined) return;
      unsubscribe = plane.storage.subscribe((change) => {
        for (const controller of controllers) {
          for (const key of controller.concerns(plane, change)) ask(`${controller.name}|${key}`);
        }
      });
      for (const controller of controllers) {
        for (const key of controller.everything(plane)) ask(`${controller.name}|${key}`);
      }
    },
    stop: () => {
      unsubscribe?.();
      unsubscribe = undefined;
      cancelDrain?.();
      cancelDrain = undefined;
      queue.clear();
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
};
