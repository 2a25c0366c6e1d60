/** How an image behaves on the test kubelet: the same idea as the simulated fleet's. Milliseconds. */
export interface Behaviour {
  readonly pull: 'ok' | 'not-found';
  /** From being bound to a node until the container runs. */
  readonly startMs: number;
  /** From running until ready. */
  readonly readyMs: number;
  readonly crash?: { readonly afterMs: number; readonly exitCode: number };
  /** Can not be created: what it reads is not there. */
  readonly configError?: boolean;
  /** Runs and never becomes ready. */
  readonly hang?: boolean;
}

/** One container at one moment. `changesInMs` says when to look again; without it nothing will change any more. */
export interface ContainerState {
  readonly is: 'creating' | 'pull-failed' | 'config-error' | 'running' | 'ready' | 'back-off' | 'completed' | 'failed';
  readonly restarts: number;
  readonly exitCode?: number;
  readonly changesInMs?: number;
}

// What a kubelet waits before it starts a crashed container again: 10 s, doubled up to 5 minutes.
const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/**
 * What a container of this behaviour is `elapsedMs` after its pod was bound to a node. A container of a pod that must not be
 * restarted completes when it would have become ready, as the one of a Job does.
 */
export const assessContainer = (behaviour: Behaviour, restarting: boolean, elapsedMs: number): ContainerState => {
  if (elapsedMs < behaviour.startMs) return { is: 'creating', restarts: 0, changesInMs: behaviour.startMs - elapsedMs };
  if (behaviour.pull === 'not-found') return { is: 'pull-failed', restarts: 0 };
  if (behaviour.configError) return { is: 'config-error', restarts: 0 };

  let startedAt = behaviour.startMs;
  let restarts = 0;
  if (behaviour.crash) {
    const { afterMs, exitCode } = behaviour.crash;
    for (let backOff = FIRST_BACK_OFF_MS; elapsedMs >= startedAt + afterMs; restarts++) {
      if (!restarting) return { is: 'failed', restarts: 0, exitCode };
      const startsAgain = startedAt + afterMs + backOff;
      if (elapsedMs < startsAgain) {
        return { is: 'back-off', restarts: restarts + 1, exitCode, changesInMs: startsAgain - elapsedMs };
      }
      startedAt = startsAgain;
      backOff = Math.min(backOff * 2, LONGEST_BACK_OFF_MS);
    }
  }

  const changes = [startedAt + behaviour.readyMs, behaviour.crash ? startedAt + behaviour.crash.afterMs : Infinity];
  const crashed = restarts > 0 && behaviour.crash ? { exitCode: behaviour.crash.exitCode } : {};
  const next = Math.min(...changes.filter((at) => at > elapsedMs));
  const later = next === Infinity ? {} : { changesInMs: next - elapsedMs };
  if (behaviour.hang) return { is: 'running', restarts, ...crashed };
  if (elapsedMs < startedAt + behaviour.readyMs) return { is: 'running', restarts, ...crashed, ...later };
  if (!restarting && !behaviour.crash) return { is: 'completed', restarts, exitCode: 0 };
  return { is: 'ready', restarts, ...crashed, ...later };
};
