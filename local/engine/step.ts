import { isDistributed, type State } from './definition.ts';
import { type Draft, HISTORY_LIMIT, HistoryFull, openDraft, type Transition } from './draft.ts';
import { commandOf, type Execution, type Frame, type Signal } from './execution.ts';
import { type FailureDetail, failureOf, STATES } from './failure.ts';
import { payload } from './flow.ts';
import type { Given } from './given.ts';
import { recover } from './recover.ts';
import { enterChoice } from './states/choice.ts';
import { enterFail } from './states/fail.ts';
import {
  childEnded,
  enterDistributedMap,
  limitsChanged,
  mapRunFailed,
  mapRunRedriven,
  resultsCollected,
  startChildren,
} from './states/map-distributed.ts';
import { enterInlineMap, iterationEnded } from './states/map-inline.ts';
import { branchEnded, enterParallel } from './states/parallel.ts';
import { enterPass } from './states/pass.ts';
import { enterSucceed } from './states/succeed.ts';
import { enterTask, taskBeat, taskFailed, taskSubmitted, taskSucceeded, taskTimedOut } from './states/task.ts';
import { enterWait, waitOver } from './states/wait.ts';

/**
 * The interpreter: what `signal` does to `execution`. Data in, data out; it reads nothing else and changes neither. Undefined
 * when the signal no longer fits (a timer of an attempt that ended, an answer to a frame that is gone). Running it again with
 * the same arguments and the same state of `given.random` gives the same transition.
 */
export const step = async (execution: Execution, signal: Signal, given: Given): Promise<Transition | undefined> => {
  const draft = openDraft(execution, given);
  try {
    return (await receive(draft, signal)) ? draft.finish() : undefined;
  } catch (thrown) {
    // Nothing in the machine can answer either: the history is full, or the interpreter itself is wrong about this execution.
    if (thrown instanceof HistoryFull) return endFull(execution, draft.finish(), given);
    const last = openDraft(execution, given);
    const because = thrown instanceof Error ? thrown.message : String(thrown);
    fail(last, 0, { error: STATES.runtime, cause: `The engine could not go on: ${because}` });
    return last.finish();
  }
};

/** Of the transition that filled the history only the events that had room, and after them, as the very last one, why it ended. */
const endFull = (execution: Execution, { events, lastEvent }: Transition, given: Given): Transition => {
  const last = openDraft({ ...execution, lastEvent }, given);
  const cause = `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`;
  fail(last, 0, { error: STATES.runtime, cause });
  const ended = last.finish();
  return { ...ended, events: [...events, ...ended.events.map((event) => ({ ...event, previous: lastEvent }))] };
};

/**
 * As `step`, for a state whose outcome is given instead of reached (TestState with a mock): `part` runs in the place of the
 * state, and Retry, Catch and the end of the scope follow as ever.
 */
export const stepWith = async (
  execution: Execution,
  part: (draft: Draft) => Promise<void>,
  given: Given,
): Promise<Transition> => {
  const draft = openDraft(execution, given);
  await attempt(draft, 0, () => part(draft));
  await settle(draft, 0);
  return draft.finish();
};

const receive = async (draft: Draft, signal: Signal): Promise<boolean> => {
  if (signal.kind === 'deadline') {
    // Only the event names the error; AWS describes such an execution without one.
    draft.end(undefined, { status: 'TIMED_OUT' }, { error: STATES.timeout });
    return true;
  }
  if (signal.kind === 'stop') {
    const { error, cause } = signal;
    const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    draft.end(undefined, { status: 'ABORTED', error, cause }, details);
    return true;
  }
  const frame = draft.find(signal.frame);
  if (!frame || !fits(frame, signal)) return false;
  await attempt(draft, frame.id, () => take(draft, frame, draft.stateOf(frame), signal));
  await settle(draft, frame.id);
  return true;
};

type FrameSignal = Exclude<Signal, { kind: 'deadline' } | { kind: 'stop' }>;

const dueAt = (frame: Frame, timer: Extract<Signal, { kind: 'due' }>['timer']): number | undefined => {
  const { doing } = frame;
  if (doing.kind === 'task')
    return timer === 'timeout' ? doing.timeoutAt : timer === 'heartbeat' ? doing.heartbeatAt : undefined;
  if (timer === 'wait' && doing.kind === 'waiting') return doing.until;
  if (timer === 'retry' && doing.kind === 'retrying') return doing.until;
  return undefined;
};

/** Whether the signal is about what the frame does now. */
const fits = (frame: Frame, signal: FrameSignal): boolean => {
  const { doing } = frame;
  if (signal.kind === 'run') return commandOf(frame)?.kind === 'run';
  if (signal.kind === 'due') return dueAt(frame, signal.timer) === signal.at;
  if ('run' in signal) return doing.kind === 'map-run' && doing.run === signal.run;
  return doing.kind === 'task' && doing.attempt === signal.attempt;
};

/** The part of the state's module that answers the signal. */
const take = async (draft: Draft, frame: Frame, state: State, signal: FrameSignal): Promise<void> => {
  if (frame.doing.kind === 'map-run' && signal.kind === 'run') return mapRunRedriven(draft, frame);
  if (signal.kind === 'run' || (signal.kind === 'due' && signal.timer === 'retry')) return enter(draft, frame, state);
  if (state.Type === 'Wait') return waitOver(draft, frame, state);
  if (state.Type === 'Map') {
    if (signal.kind === 'items') return startChildren(draft, frame, state, signal, signal.source);
    if (signal.kind === 'child-ended') return childEnded(draft, frame, signal.succeeded);
    if (signal.kind === 'map-updated') return limitsChanged(draft, frame, signal.limits);
    if (signal.kind === 'collected') return resultsCollected(draft, frame, state, signal.output);
    if (signal.kind === 'map-failed') return mapRunFailed(draft, frame, signal.detail);
  }
  if (state.Type === 'Task') {
    if (signal.kind === 'due') return taskTimedOut(draft, frame, state, signal.timer === 'heartbeat');
    if (signal.kind === 'heartbeat') return taskBeat(draft, frame);
    if (signal.kind === 'submitted') return taskSubmitted(draft, frame, state, signal.output, signal.child);
    if (signal.kind === 'succeeded') return taskSucceeded(draft, frame, state, signal.output);
    if (signal.kind === 'failed') return taskFailed(draft, frame, state, signal.detail);
  }
  throw new Error(`execution ${draft.execution.arn}: a ${state.Type} state can not take the signal ${signal.kind}`);
};

/** Enters the state, or runs it again after a retry: the entry is written once. */
const enter = async (draft: Draft, before: Frame, state: State): Promise<void> => {
  if (!before.entered) {
    const event = draft.event(before.id, `${state.Type}StateEntered`, {
      stateEnteredEventDetails: { name: before.state, ...payload('input', before.input) },
    });
    draft.update(before.id, { entered: { event, at: draft.given.now } });
  }
  const frame = draft.frame(before.id);
  switch (state.Type) {
    case 'Pass':
      return enterPass(draft, frame, state);
    case 'Task':
      return enterTask(draft, frame, state);
    case 'Choice':
      return enterChoice(draft, frame, state);
    case 'Wait':
      return enterWait(draft, frame, state);
    case 'Succeed':
      return enterSucceed(draft, frame, state);
    case 'Fail':
      return enterFail(draft, frame, state);
    case 'Parallel':
      return enterParallel(draft, frame, state);
    case 'Map':
      return isDistributed(state) ? enterDistributedMap(draft, frame, state) : enterInlineMap(draft, frame, state);
  }
};

/** Runs a part of a state; its failure goes to Retry and Catch, there and in the scopes around. */
const attempt = async (draft: Draft, id: number, part: () => Promise<void>): Promise<void> => {
  let failure = await failureOf(part);
  let inner: Frame | undefined;
  for (let at = id; failure; ) {
    failure = await recover(draft, at, failure, inner);
    if (!failure) return;
    const { parent } = draft.frame(at);
    if (parent === undefined || failure.error === STATES.runtime) return fail(draft, at, failure);
    // A task that ends its branch by failing is told to be aborted as well.
    if (draft.stateOf(draft.frame(at)).Type === 'Task') draft.aside(at, 'TaskStateAborted', {}, 'aside');
    inner = draft.frame(at);
    at = parent;
  }
};

const fail = (draft: Draft, id: number, { error, cause }: FailureDetail): void => {
  const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  draft.end(id, { status: 'FAILED', error, cause }, details);
};

/** A scope that is done tells the state that runs it, which may end its own scope in turn. */
const settle = async (draft: Draft, id: number): Promise<void> => {
  const frame = draft.find(id);
  if (frame?.doing.kind !== 'done') return;
  if (frame.parent === undefined) {
    draft.end(id, { status: 'SUCCEEDED', output: frame.doing.output }, payload('output', frame.doing.output));
    return;
  }
  const around = draft.frame(frame.parent);
  const state = draft.stateOf(around);
  await attempt(draft, around.id, async () => {
    if (state.Type === 'Parallel') await branchEnded(draft, around, state, frame);
    if (state.Type === 'Map') await iterationEnded(draft, around, state, frame);
  });
  await settle(draft, around.id);
};
