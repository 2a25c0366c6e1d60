import type { Behaviour } from '../behaviour.ts';

/** Where one container is. Times are epoch milliseconds. */
export type ContainerLife =
  | { readonly is: 'creating'; readonly since: number; readonly restarts: number; readonly pulls: number }
  | { readonly is: 'pull-failed'; readonly since: number; readonly restarts: number; readonly pulls: number }
  | { readonly is: 'running'; readonly since: number; readonly restarts: number; readonly last?: Exit }
  | { readonly is: 'backing-off'; readonly since: number; readonly restarts: number; readonly last: Exit }
  | { readonly is: 'ended'; readonly since: number; readonly restarts: number; readonly last: Exit };

export interface Exit {
  readonly exitCode: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface Rules {
  readonly restartPolicy: string;
  readonly isInit: boolean;
}

const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;
/** How long `ErrImagePull` shows before `ImagePullBackOff`. */
const pullErrorMs = 1000;

/** Wait before start number `restarts + 1`: none at first, then 10 s doubling to 5 min, as the kubelet's. */
export const crashBackoffMs = (restarts: number): number =>
  restarts === 0 ? 0 : Math.min(firstBackoffMs * 2 ** (restarts - 1), longestBackoffMs);

const pullBackoffMs = (pulls: number): number =>
  Math.min(firstBackoffMs * 2 ** Math.max(0, pulls - 1), longestBackoffMs);

const willRestart = ({ restartPolicy, isInit }: Rules, exitCode: number) => {
  if (isInit) return exitCode !== 0 && restartPolicy !== 'Never';
  return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
};

/** How a running process ends by itself: as its behaviour says; work that is not to go on for ever ends well after `readyMs`. */
const endOfRun = (
  behaviour: Behaviour,
  rules: Rules,
): { readonly afterMs: number; readonly exitCode: number } | undefined => {
  if (behaviour.crash !== undefined) return behaviour.crash;
  if (behaviour.hang === true) return undefined;
  return rules.isInit || rules.restartPolicy !== 'Always' ? { afterMs: behaviour.readyMs, exitCode: 0 } : undefined;
};

/** The next change that time alone brings, and when. Undefined where it stays as it is. */
const nextLife = (
  life: ContainerLife,
  behaviour: Behaviour,
  rules: Rules,
): { readonly at: number; readonly life: ContainerLife } | undefined => {
  switch (life.is) {
    case 'creating': {
      const at = life.since + behaviour.startMs;
      if (behaviour.pull === 'not-found')
        return { at, life: { ...life, is: 'pull-failed', since: at, pulls: life.pulls + 1 } };
      return { at, life: { is: 'running', since: at, restarts: life.restarts } };
    }
    case 'pull-failed': {
      const at = life.since + pullBackoffMs(life.pulls);
      return { at, life: { ...life, is: 'creating', since: at } };
    }
    case 'running': {
      const end = endOfRun(behaviour, rules);
      if (end === undefined) return undefined;
      const at = life.since + end.afterMs;
      const last: Exit = { exitCode: end.exitCode, startedAt: life.since, finishedAt: at };
      if (!willRestart(rules, end.exitCode))
        return { at, life: { is: 'ended', since: at, restarts: life.restarts, last } };
      return { at, life: { is: 'backing-off', since: at, restarts: life.restarts, last } };
    }
    case 'backing-off': {
      const at = life.since + crashBackoffMs(life.restarts);
      return { at, life: { is: 'running', since: at, restarts: life.restarts + 1, last: life.last } };
    }
    case 'ended':
      return undefined;
  }
};

/** All changes up to `now`, in order, and when the next comes. A life that would change for ever without time passing stops at 100. */
export const liveUntil = (
  start: ContainerLife,
  behaviour: Behaviour,
  rules: Rules,
  now: number,
): { readonly lives: readonly ContainerLife[]; readonly nextAt: number | undefined } => {
  const lives = [start];
  let life = start;
  for (let count = 0; count < 100; count += 1) {
    const next = nextLife(life, behaviour, rules);
    if (next === undefined) return { lives, nextAt: undefined };
    if (next.at > now) return { lives, nextAt: next.at };
    life = next.life;
    lives.push(life);
  }
  return { lives, nextAt: now + 1000 };
};

/** When the container becomes ready by its behaviour; undefined where it never does. Without a probe it is ready as soon as it runs. */
export const readyAt = (life: ContainerLife, behaviour: Behaviour, hasProbe: boolean): number | undefined => {
  if (life.is !== 'running' || behaviour.hang === true) return undefined;
  return life.since + (hasProbe ? behaviour.readyMs : 0);
};

export const showsPullError = (life: ContainerLife, now: number): boolean =>
  life.is === 'pull-failed' && now < life.since + pullErrorMs;
export const pullErrorEndsAt = (life: ContainerLife): number | undefined =>
  life.is === 'pull-failed' ? life.since + pullErrorMs : undefined;
