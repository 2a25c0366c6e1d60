import type { Inward, Machine } from './definition.ts';
import type { FailureDetail } from './failure.ts';
import type { Json, JsonObject } from './json.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** A running execution as the interpreter sees it. Frames are replaced, never changed. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machine: Machine;
  readonly roleArn: string;
  readonly input: Json;
  readonly startedAt: number;
  /** Epoch milliseconds at which the machine's own TimeoutSeconds ends it. */
  readonly deadline?: number;
  readonly redrives: number;
  /** Epoch milliseconds of the newest redrive. */
  readonly redrivenAt?: number;
  /** Laid over the Context object, in a state that is tried alone. */
  readonly context?: JsonObject;
  /** Id of the newest history event. */
  readonly lastEvent: number;
  readonly nextFrame: number;
  readonly frames: ReadonlyMap<number, Frame>;
  /** Items of the Map states that run now, under the frame of the Map state; written once. */
  readonly items: ReadonlyMap<number, readonly Json[]>;
}

/**
 * One line of control: the machine's own (id 0), a branch of a Parallel state or an iteration of an inline Map. All that is
 * needed to go on after a restart is in these rows; timers and commands are read off them (`timersOf`, `commandOf`).
 */
export interface Frame {
  readonly id: number;
  /** The frame whose Parallel or Map state runs this one. */
  readonly parent?: number;
  /** Branch or iteration number in the parent. */
  readonly index: number;
  readonly path: readonly Inward[];
  readonly state: string;
  readonly input: Json;
  /** This scope's own variables; those of the parents are read through. */
  readonly variables: JsonObject;
  readonly item?: MapItem;
  /** Id of the newest event on this line that others follow: `previousEventId` of the next. 0 before the first. */
  readonly last: number;
  /** Id of a newer event that no event on this line follows but the one that ends the execution (`MapIterationFailed`). */
  readonly aside?: number | undefined;
  /** Event and time of the entry into `state`; absent until it is entered. */
  readonly entered?: { readonly event: number; readonly at: number } | undefined;
  /** Retries so far, per retrier of the state; and in all. */
  readonly retries: readonly number[];
  readonly retryCount: number;
  readonly doing: Activity;
}

/** `$states.context.Map.Item`; `Key` where the Map goes over the members of an object. */
export interface MapItem {
  readonly Index: number;
  readonly Key?: string;
  readonly Value: Json;
  readonly Source?: string;
}

export type Activity =
  | { readonly kind: 'ready' }
  | { readonly kind: 'retrying'; readonly until: number }
  | { readonly kind: 'waiting'; readonly until: number }
  | TaskActivity
  | { readonly kind: 'branches'; readonly running: number }
  | InlineActivity
  | MapRunActivity
  | { readonly kind: 'done'; readonly output: Json };

/** An attempt of a Task state. `phase`: the call is out; a child or a token is waited for. */
export interface TaskActivity {
  readonly kind: 'task';
  readonly attempt: string;
  readonly phase: 'calling' | 'waiting';
  readonly arguments: Json;
  readonly token?: string;
  /** The execution a `.sync` task waits for. */
  readonly child?: string;
  readonly timeoutAt?: number;
  readonly heartbeatAt?: number;
  readonly heartbeatMs?: number;
}

/** An inline Map: which iteration is next and how many run. */
export interface InlineActivity {
  readonly kind: 'iterations';
  readonly next: number;
  readonly running: number;
  readonly total: number;
  readonly concurrency: number;
  /** The items are the members of an object. */
  readonly keyed?: true;
}

/**
 * A distributed Map. `reading`: items come from S3; `running`: children run; `collecting`: results are put together; `redriving`:
 * a redrive is about to run the children `again` that had not ended well.
 */
export interface MapRunActivity {
  readonly kind: 'map-run';
  readonly run: string;
  readonly phase: 'reading' | 'running' | 'collecting' | 'redriving';
  readonly reader?: Json;
  readonly writer?: Json;
  readonly next: number;
  readonly running: number;
  readonly failed: number;
  /** Children in all, and the items in them. */
  readonly total: number;
  readonly items: number;
  readonly redrives: number;
  /** Children to be redriven before new ones start, by their number. */
  readonly again?: readonly number[];
  readonly concurrency: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
}

export interface HistoryEvent {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: string;
  readonly previous: number;
  /** The one `...EventDetails` member of the API, by its name; empty for events without. */
  readonly details: JsonObject;
}

/** What reaches an execution from outside its own states. A signal that no longer fits its frame changes nothing. */
export type Signal =
  | { readonly kind: 'run'; readonly frame: number }
  | { readonly kind: 'due'; readonly frame: number; readonly timer: TimerKind; readonly at: number }
  | { readonly kind: 'succeeded'; readonly frame: number; readonly attempt: string; readonly output: Json }
  | {
      readonly kind: 'submitted';
      readonly frame: number;
      readonly attempt: string;
      readonly output: Json;
      readonly child?: string;
    }
  | { readonly kind: 'failed'; readonly frame: number; readonly attempt: string; readonly detail: FailureDetail }
  | { readonly kind: 'heartbeat'; readonly frame: number; readonly attempt: string }
  | {
      readonly kind: 'items';
      readonly frame: number;
      readonly run: string;
      readonly items: readonly Json[];
      /** The items are the members of an object. */
      readonly keyed: boolean;
      /** `$states.context.Map.Item.Source`: where they were read from. */
      readonly source: string;
    }
  | { readonly kind: 'child-ended'; readonly frame: number; readonly run: string; readonly succeeded: boolean }
  | { readonly kind: 'collected'; readonly frame: number; readonly run: string; readonly output: Json }
  | { readonly kind: 'map-failed'; readonly frame: number; readonly run: string; readonly detail: FailureDetail }
  | {
      readonly kind: 'map-updated';
      readonly frame: number;
      readonly run: string;
      readonly limits: {
        readonly concurrency?: number;
        readonly toleratedCount?: number;
        readonly toleratedPercentage?: number;
      };
    }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'stop'; readonly error?: string | undefined; readonly cause?: string | undefined };

export type TimerKind = 'retry' | 'wait' | 'timeout' | 'heartbeat';

/** The timers a frame has now, epoch milliseconds. */
export const timersOf = (frame: Frame): readonly { readonly timer: TimerKind; readonly at: number }[] => {
  const { doing } = frame;
  if (doing.kind === 'waiting') return [{ timer: 'wait', at: doing.until }];
  if (doing.kind === 'retrying') return [{ timer: 'retry', at: doing.until }];
  if (doing.kind !== 'task') return [];
  return [
    ...(doing.timeoutAt === undefined ? [] : [{ timer: 'timeout' as const, at: doing.timeoutAt }]),
    ...(doing.heartbeatAt === undefined ? [] : [{ timer: 'heartbeat' as const, at: doing.heartbeatAt }]),
  ];
};

/**
 * What a frame wants done outside the interpreter, with a key that stays the same while it is the same wish: it is acted on
 * when it appears, and again after a restart. So an effect needs no row of its own and none is lost.
 */
export const commandOf = (
  frame: Frame,
): { readonly key: string; readonly kind: 'run' | 'call' | 'read' | 'collect' } | undefined => {
  const { doing } = frame;
  if (doing.kind === 'ready' || (doing.kind === 'map-run' && doing.phase === 'redriving'))
    return { key: `run ${frame.last} ${frame.retryCount}`, kind: 'run' };
  if (doing.kind === 'task' && doing.phase === 'calling') return { key: `call ${doing.attempt}`, kind: 'call' };
  if (doing.kind === 'map-run' && doing.phase === 'reading') return { key: `read ${doing.run}`, kind: 'read' };
  if (doing.kind === 'map-run' && doing.phase === 'collecting') return { key: `collect ${doing.run}`, kind: 'collect' };
  return undefined;
};
