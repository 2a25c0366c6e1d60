import type { EventLine } from '../rows/read-execution.ts';

/** How a state stands in an execution. */
export type StateStanding = 'idle' | 'running' | 'done' | 'caught' | 'failed';

/** What became of a state, over all its visits. */
export interface StateRuns {
  readonly standing: StateStanding;
  readonly entered: number;
  /** Attempts that failed, whether they were tried again, caught or the end. */
  readonly failed: number;
}

const FAILURE =
  /^(Task|LambdaFunction|Activity|MapRun)(Failed|TimedOut|StartFailed|ScheduleFailed|SubmitFailed)$|^EvaluationFailed$/;

/** The state that each event is of: the one it names, or the one that the events before it are of. */
export const statesOfEvents = (lines: readonly EventLine[]): ReadonlyMap<number, string> => {
  const states = new Map<number, string>();
  for (const { id, previous, name } of lines) {
    const state = name ?? states.get(previous);
    if (state !== undefined) states.set(id, state);
  }
  return states;
};

/** How every state that was entered stands; `isOver` once the execution is. */
export const stateRuns = (lines: readonly EventLine[], isOver: boolean): ReadonlyMap<string, StateRuns> => {
  const states = statesOfEvents(lines);
  const counts = new Map<string, { entered: number; exited: number; failed: number; lastFailed: boolean }>();
  for (const { id, type } of lines) {
    const state = states.get(id);
    if (state === undefined) continue;
    const count = counts.get(state) ?? { entered: 0, exited: 0, failed: 0, lastFailed: false };
    counts.set(state, count);
    if (type.endsWith('StateEntered')) Object.assign(count, { entered: count.entered + 1, lastFailed: false });
    if (type.endsWith('StateExited')) count.exited += 1;
    if (FAILURE.test(type)) Object.assign(count, { failed: count.failed + 1, lastFailed: true });
    if (/Succeeded$/.test(type)) count.lastFailed = false;
  }
  return new Map(
    [...counts].map(([state, { entered, exited, failed, lastFailed }]) => {
      const isLeft = exited >= entered;
      const standing: StateStanding = isLeft ? (lastFailed ? 'caught' : 'done') : isOver ? 'failed' : 'running';
      return [state, { standing, entered, failed }] as const;
    }),
  );
};

/** The ways taken from state to state, as `from → to`. */
export const waysTaken = (lines: readonly EventLine[]): readonly string[] => {
  const left = new Map(lines.flatMap(({ id, type, name = '' }) => (type.endsWith('StateExited') ? [[id, name]] : [])));
  const ways = lines.flatMap(({ type, previous, name }) => {
    const from = type.endsWith('StateEntered') ? left.get(previous) : undefined;
    return from === undefined ? [] : [wayOf(from, name ?? '')];
  });
  return [...new Set(ways)];
};

/** The name of a way, by which `waysTaken` tells it. */
export const wayOf = (from: string, to: string): string => `${from} → ${to}`;
