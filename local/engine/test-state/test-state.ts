import { startAnswer } from '../answers.ts';
import { placeOf } from '../arn.ts';
import type { InvokeAnswer, InvokeCall } from '../calls.ts';
import type { State } from '../definition.ts';
import type { Transition } from '../draft.ts';
import type { Execution, Signal, TaskActivity } from '../execution.ts';
import type { EngineClock, Given } from '../given.ts';
import { integrationOf } from '../integrations.ts';
import { isObject, type JsonObject, jsonText } from '../json.ts';
import { callLambda } from '../lambda-call.ts';
import type { Queue } from '../queue.ts';
import type { Runner } from '../runner.ts';
import type { Database } from '../sqlite/database.ts';
import { startForTask } from '../start-call.ts';
import { step } from '../step.ts';
import { checkMock } from './mock.ts';
import { type Inspected, runMocked } from './mocked.ts';
import { outcomeOf } from './outcome.ts';
import type { TestRequest } from './request.ts';
import { executionOf, stateAlone } from './state-alone.ts';

/** What a state without a mock may reach. */
export interface Reach {
  readonly database: Database;
  readonly queue: Queue;
  readonly clock: EngineClock;
  readonly given: () => Given;
  readonly runner: Runner;
  readonly invoke: (call: InvokeCall) => Promise<InvokeAnswer>;
}

/** A state is tried for five minutes at most. */
const LONGEST = 300_000;

/** Members of `inspectionData` that are no JSON text. */
const PLAIN = ['maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage', 'errorDetails'];

const shown = (outcome: JsonObject, request: TestRequest, inspected: Inspected, inspect: boolean): JsonObject => {
  if (!inspect) return outcome;
  const members = Object.entries(inspected).map(([name, value]) => [
    name,
    PLAIN.includes(name) ? value : jsonText(value),
  ]);
  return { ...outcome, inspectionData: { input: request.inputText, ...Object.fromEntries(members) } };
};

/** The execution after a transition that did not end it. */
const after = (execution: Execution, transition: Transition): Execution => {
  const frame = transition.frames.get(0);
  const { lastEvent, nextFrame } = transition;
  return { ...execution, lastEvent, nextFrame, ...(frame && { frames: new Map([[0, frame]]) }) };
};

/** Does the work of a Task state for real: calls its function, or starts its execution. */
const perform = (execution: Execution, state: State, doing: TaskActivity, reach: Reach): Promise<Signal> => {
  const integration = state.Type === 'Task' ? integrationOf(state.Resource) : undefined;
  const { attempt, arguments: args } = doing;
  if (integration && integration.kind !== 'execution') {
    const call = { integration, frame: 0, attempt, arguments: args, place: placeOf(execution.arn) };
    return callLambda(call, reach.invoke, () => reach.given().now);
  }
  return reach.queue.ask((): Signal => {
    const call = { frame: 0, attempt, arguments: isObject(args) ? args : {} };
    const begun = startForTask(reach.database, reach.given(), call);
    if ('signal' in begun) return begun.signal;
    const { started } = begun;
    if ('fresh' in started) reach.runner.begin(started.fresh);
    const row = 'fresh' in started ? started.fresh.row : started.running;
    return { kind: 'succeeded', frame: 0, attempt, output: startAnswer(row, attempt, reach.given().now) };
  });
};

/** The signal, or the one that says that the time of the attempt is over. */
const inTime = (signal: Promise<Signal>, doing: TaskActivity, { clock }: Reach): Promise<Signal> => {
  const end = Math.min(clock.now() + LONGEST, doing.timeoutAt ?? Number.POSITIVE_INFINITY);
  return new Promise((resolve, reject) => {
    const cancel = clock.after(end - clock.now(), () =>
      resolve({ kind: 'due', frame: 0, timer: 'timeout', at: doing.timeoutAt ?? end }),
    );
    signal.then(resolve, reject).finally(cancel);
  });
};

/**
 * Runs one state with the given input and says what became of it, with `inspect` also what its fields came to. With a mock nothing
 * is stored or called; without one a Task state calls its function or starts its execution, for five minutes at most
 * (`States.Timeout`). A Wait state is left at once. Call it within a job of the queue; throws `InvalidDefinition` and
 * `ValidationException`.
 */
export const testState = async (
  request: TestRequest,
  inspect: boolean,
  reach: Reach,
): Promise<JsonObject | { readonly later: Promise<JsonObject> }> => {
  const given = reach.given();
  const alone = stateAlone(request);
  const { name, state } = alone;
  checkMock(request, state);
  const execution = executionOf(request, alone, given);
  const before = execution.frames.get(0);
  if (!before) throw new Error('TestState: an execution without a frame');
  const inspected: Inspected = {};
  const tell = (transition: Transition | undefined): JsonObject => {
    if (!transition) throw new Error(`TestState: state ${name} took no signal`);
    return shown(outcomeOf(request, state, before, transition, inspected), request, inspected, inspect);
  };
  if (request.mock) return tell(await runMocked(request, execution, state, inspected, given));

  const first = await step(execution, { kind: 'run', frame: 0 }, given);
  const doing = first?.frames.get(0)?.doing;
  if (!first || !doing) return tell(first);
  const begun = after(execution, first);
  if (doing.kind === 'waiting')
    return tell(await step(begun, { kind: 'due', frame: 0, timer: 'wait', at: doing.until }, given));
  if (doing.kind !== 'task') return tell(first);
  if (state.Type === 'Task' && state.Arguments !== undefined) inspected.afterArguments = doing.arguments;
  const end = { ...doing, timeoutAt: doing.timeoutAt ?? given.now + LONGEST };
  const limited = { ...begun, frames: new Map([[0, { ...before, ...begun.frames.get(0), doing: end }]]) };
  const work = async (): Promise<JsonObject> => {
    const signal = await inTime(perform(execution, state, end, reach), end, reach);
    if (signal.kind === 'succeeded') inspected.result = signal.output;
    return reach.queue.ask(async () => tell(await step(limited, signal, reach.given())));
  };
  return { later: work() };
};
