import { isExpress } from './arn.ts';
import { type Inward, type State, scopeAt } from './definition.ts';
import type { Execution, Frame, HistoryEvent, Signal, Status } from './execution.ts';
import { type FailureDetail, STATES, StateFailure } from './failure.ts';
import type { Given } from './given.ts';
import type { Json, JsonObject } from './json.ts';

/** Events of a STANDARD execution, hard limit of Step Functions. The last one is kept for its end: a failure that says so, as a rule. */
export const HISTORY_LIMIT = 25_000;

/** An execution that a Map Run starts, in the same transaction as the transition that wants it. */
export interface MapChild {
  readonly run: string;
  readonly frame: number;
  readonly index: number;
  readonly name: string;
  readonly input: Json;
  /** Items it was given: more than one when they are batched. */
  readonly items: number;
}

export interface MapRunRow {
  readonly arn: string;
  readonly frame: number;
  readonly state: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly concurrency: number;
  readonly toleratedCount: number;
  readonly toleratedPercentage: number;
  readonly totalItems: number;
  readonly totalChildren: number;
  readonly redrives: number;
}

export interface Ending {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** All that one step changes. It is written in one transaction; nothing of it is visible before. */
export interface Transition {
  readonly events: readonly HistoryEvent[];
  /** Frames put; undefined takes one away. */
  readonly frames: ReadonlyMap<number, Frame | undefined>;
  /** Items put; undefined takes them away. */
  readonly items: ReadonlyMap<number, readonly Json[] | undefined>;
  readonly nextFrame: number;
  readonly lastEvent: number;
  readonly children: readonly MapChild[];
  /** Children of Map Runs that are redriven. */
  readonly redriven: readonly { readonly run: string; readonly index: number }[];
  readonly mapRuns: readonly MapRunRow[];
  /** Signals for other executions, kept until those have taken them. */
  readonly signals: readonly { readonly execution: string; readonly signal: Signal }[];
  /** Map Runs whose children must stop. */
  readonly stopRuns: readonly string[];
  readonly tokens: readonly {
    readonly token: string;
    readonly frame: number;
    readonly attempt: string;
    readonly status: TokenStatus;
  }[];
  readonly ending?: Ending;
  /** The newest failure of a state, whether its Retry or Catch answered it or not. */
  readonly failure?: FailureDetail;
}

export type TokenStatus = 'open' | 'closed' | 'expired';

/** The history is full: nothing in the machine can answer this. */
export class HistoryFull extends Error {
  override readonly name = 'HistoryFull';
  constructor(arn: string) {
    super(`execution ${arn}: its history has room for no more than its end (${HISTORY_LIMIT} events)`);
  }
}

/** Why a child execution was stopped whose parent no longer waits for it; AWS's text. */
const abortedWith = (parent: string): string =>
  `The Task state in AWS Step Functions execution [${parent}] which was managing this resource was aborted`;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A transition while it is made: reads through to the execution, which stays as it was. */
export interface Draft {
  readonly execution: Execution;
  readonly given: Given;
  frame(id: number): Frame;
  find(id: number): Frame | undefined;
  childrenOf(id: number): readonly Frame[];
  stateOf(frame: Frame): State;
  itemsOf(id: number): readonly Json[];
  /** Writes an event on the frame's line and returns its id. */
  event(frame: number, type: string, details?: JsonObject): number;
  /**
   * Writes an event that the next one on the line does not follow, as AWS chains `*StateSucceeded`, `MapIterationFailed` and
   * `*StateAborted`. It follows the line, or with `after: 'aside'` the aside event before it.
   */
  aside(frame: number, type: string, details?: JsonObject, after?: 'line' | 'aside'): void;
  update(id: number, change: Partial<Frame>): Frame;
  add(parent: Frame, index: number, inward: Inward, state: string, input: Json, item?: Frame['item']): Frame;
  /** Takes away the frame with all below it, stops what they started and closes their tokens. */
  remove(id: number): void;
  /** Ends what the frame's state has going on: its frames below, the executions and tokens it waits for. */
  abandon(id: number, token: TokenStatus): void;
  setItems(id: number, items: readonly Json[] | undefined): void;
  child(child: MapChild): void;
  redrive(run: string, index: number): void;
  mapRun(row: MapRunRow): void;
  openToken(token: string, frame: number, attempt: string): void;
  /** Takes down that a state failed; the history has no event for every such. */
  failed(detail: FailureDetail): void;
  end(frame: number | undefined, ending: Ending, details: JsonObject): void;
  finish(): Transition;
}

const ENDINGS = {
  SUCCEEDED: ['ExecutionSucceeded', 'executionSucceededEventDetails'],
  FAILED: ['ExecutionFailed', 'executionFailedEventDetails'],
  TIMED_OUT: ['ExecutionTimedOut', 'executionTimedOutEventDetails'],
  ABORTED: ['ExecutionAborted', 'executionAbortedEventDetails'],
} as const;

/** Begins a transition of `execution`. */
export const openDraft = (execution: Execution, given: Given): Draft => {
  const frames = new Map<number, Frame | undefined>();
  const items = new Map<number, readonly Json[] | undefined>();
  const events: HistoryEvent[] = [];
  const children: MapChild[] = [];
  const redriven: Writable<Transition['redriven'][number]>[] = [];
  const mapRuns: MapRunRow[] = [];
  const signals: { execution: string; signal: Signal }[] = [];
  const stopRuns: string[] = [];
  const tokens: Writable<Transition['tokens'][number]>[] = [];
  let { nextFrame, lastEvent } = execution;
  const room = isExpress(execution.arn) ? Number.POSITIVE_INFINITY : HISTORY_LIMIT - 1;
  let ending: Ending | undefined;
  let failure: FailureDetail | undefined;

  const find = (id: number) => (frames.has(id) ? frames.get(id) : execution.frames.get(id));
  const frame = (id: number) => {
    const found = find(id);
    if (!found) throw new Error(`execution ${execution.arn}: frame ${id} is not there; its rows are damaged`);
    return found;
  };
  const childrenOf = (id: number) => {
    const all = new Map<number, Frame | undefined>([...execution.frames, ...frames]);
    return [...all.values()].filter((child): child is Frame => child?.parent === id);
  };
  const write = (previous: number, type: string, details: JsonObject) => {
    if (lastEvent >= room) throw new HistoryFull(execution.arn);
    lastEvent += 1;
    events.push({ id: lastEvent, at: given.now, type, previous, details });
    return lastEvent;
  };
  const update = (id: number, change: Partial<Frame>) => {
    const changed = { ...frame(id), ...change };
    frames.set(id, changed);
    return changed;
  };
  const abandon = (id: number, token: TokenStatus) => {
    const { doing } = frame(id);
    if (doing.kind === 'task' && doing.token)
      tokens.push({ token: doing.token, frame: id, attempt: doing.attempt, status: token });
    if (doing.kind === 'task' && doing.child && token !== 'closed')
      signals.push({ execution: doing.child, signal: { kind: 'stop', cause: abortedWith(execution.arn) } });
    if (doing.kind === 'map-run') stopRuns.push(doing.run);
    if (doing.kind === 'branches' || doing.kind === 'iterations') for (const child of childrenOf(id)) remove(child.id);
  };
  const remove = (id: number) => {
    abandon(id, 'expired');
    frames.set(id, undefined);
  };

  return {
    execution,
    given,
    find,
    frame,
    childrenOf,
    update,
    remove,
    abandon,
    stateOf: ({ path, state }) => {
      const found = scopeAt(execution.machine, path).States[state];
      if (!found)
        throw new StateFailure({ error: STATES.runtime, cause: `The state '${state}' is not in the definition.` });
      return found;
    },
    itemsOf: (id) => (items.has(id) ? items.get(id) : execution.items.get(id)) ?? [],
    event: (id, type, details = {}) => {
      const event = write(frame(id).last, type, details);
      update(id, { last: event, aside: undefined });
      return event;
    },
    aside: (id, type, details = {}, after = 'line') => {
      const at = frame(id);
      const previous = after === 'aside' ? (at.aside ?? at.last) : at.last;
      update(id, { aside: write(previous, type, details) });
    },
    add: (parent, index, inward, state, input, item) => {
      const added: Frame = {
        id: nextFrame++,
        parent: parent.id,
        index,
        path: [...parent.path, inward],
        state,
        input,
        variables: {},
        ...(item && { item }),
        last: parent.last,
        retries: [],
        retryCount: 0,
        doing: { kind: 'ready' },
      };
      frames.set(added.id, added);
      return added;
    },
    setItems: (id, values) => items.set(id, values),
    child: (child) => children.push(child),
    redrive: (run, index) => redriven.push({ run, index }),
    mapRun: (row) => mapRuns.push(row),
    openToken: (token, id, attempt) => tokens.push({ token, frame: id, attempt, status: 'open' }),
    failed: (detail) => {
      failure = detail;
    },
    end: (id, result, details) => {
      const [type, member] = ENDINGS[result.status];
      // The event that ends an execution always has room: without it nobody would learn why it ended.
      lastEvent += 1;
      events.push({
        id: lastEvent,
        at: given.now,
        type,
        // What ends it from outside follows nothing.
        previous: id === undefined ? 0 : (frame(id).aside ?? frame(id).last),
        details: { [member]: details },
      });
      if (find(0)) remove(0);
      ending = result;
    },
    finish: () => ({
      events,
      frames,
      items,
      nextFrame,
      lastEvent,
      children,
      redriven,
      mapRuns,
      signals,
      stopRuns,
      tokens,
      ...(ending && { ending }),
      ...(failure && { failure }),
    }),
  };
};
