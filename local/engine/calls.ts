import { lambdaAnswer, startAnswer } from './answers.ts';
import { placeOf } from './arn.ts';
import { scopeAt } from './definition.ts';
import type { Frame, Signal } from './execution.ts';
import { STATES } from './failure.ts';
import type { Given } from './given.ts';
import { functionArn, type Integration, integrationOf } from './integrations.ts';
import { readItems } from './item-source.ts';
import { isObject, type Json, type JsonObject, jsonText } from './json.ts';
import type { Live } from './live.ts';
import type { ObjectStore } from './object-store.ts';
import type { Queue } from './queue.ts';
import { collectResults } from './results.ts';
import type { Runner } from './runner.ts';
import type { Database } from './sqlite/database.ts';
import { mapRunChildren } from './sqlite/executions.ts';
import { startExecution } from './starts.ts';
import { WireError } from './wire-error.ts';

/** One attempt of a Lambda task. A restart repeats it with the same `attemptId`, so a handler can tell. */
export interface InvokeCall {
  readonly functionArn: string;
  readonly payload: unknown;
  readonly attemptId: string;
}

/** What a function answered: its payload, or the name and the text of its error. */
export type InvokeAnswer =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: string; readonly cause: string };

export interface Callees {
  readonly database: Database;
  readonly queue: Queue;
  readonly given: () => Given;
  readonly invoke: (call: InvokeCall) => Promise<InvokeAnswer>;
  readonly objects: ObjectStore;
  readonly runner: () => Runner;
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const failed = (frame: number, attempt: string, error: string, cause: string): Signal => ({
  ...{ kind: 'failed', frame, attempt },
  detail: { error, cause },
});

/** Does what frames want done outside: calls functions, starts executions, reads items and writes results. */
export const createCalls = ({ database, queue, given, invoke, objects, runner }: Callees) => {
  const tell = (arn: string, signal: Signal) => queue.add(async () => void (await runner().apply(arn, signal)));

  const callFunction = (arn: string, frame: Frame, attempt: string, integration: Integration, args: Json): void => {
    const { region, account } = placeOf(arn);
    const named = isObject(args) ? args : {};
    const direct = integration.kind === 'function';
    const name = direct ? integration.functionArn : String(named.FunctionName);
    const payload = direct ? args : (named.Payload ?? {});
    const ask = async (): Promise<Signal> => {
      const answer = await invoke({ functionArn: functionArn(name, region, account), payload, attemptId: attempt });
      if (!answer.ok) return failed(frame.id, attempt, answer.error, answer.cause);
      // Through text: a handler may go on with its object, and only JSON travels.
      const result: Json = answer.payload === undefined ? null : JSON.parse(jsonText(answer.payload));
      const output = direct ? result : lambdaAnswer(result, attempt, given().now);
      const token = integration.kind === 'lambda' && integration.waits === 'token';
      return { kind: token ? 'submitted' : 'succeeded', frame: frame.id, attempt, output };
    };
    ask().then(
      (signal) => tell(arn, signal),
      (thrown: unknown) => tell(arn, failed(frame.id, attempt, 'Lambda.SdkClientException', messageOf(thrown))),
    );
  };

  const startChild = async (
    { execution: { arn }, frames }: Live,
    frame: Frame,
    attempt: string,
    waits: string,
    args: JsonObject,
  ): Promise<void> => {
    const now = frames.get(frame.id)?.doing;
    if (now?.kind !== 'task' || now.attempt !== attempt) return;
    const sync = waits === 'json' || waits === 'text';
    const { StateMachineArn, Name, Input = {} } = args;
    try {
      const request = { machineArn: String(StateMachineArn), name: String(Name), input: jsonText(Input) };
      // The start and what the task becomes by it are one job and one commit: a crash undoes both or none.
      const started = startExecution(database, given(), request);
      const row = 'fresh' in started ? started.fresh.row : started.running;
      if (sync) runner().link({ child: row.arn, execution: arn, frame: frame.id, attempt });
      const output = startAnswer(row, attempt, given().now);
      const kind = waits === 'no' ? 'succeeded' : 'submitted';
      await runner().apply(arn, { kind, frame: frame.id, attempt, output, ...(sync && { child: row.arn }) });
      if ('fresh' in started) runner().begin(started.fresh);
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown;
      const detail = {
        error: `StepFunctions.${thrown.type}Exception`,
        cause: `${thrown.message} (Service: Sfn, Status Code: 400, Request ID: ${attempt})`,
      };
      await runner().apply(arn, { kind: 'failed', frame: frame.id, attempt, detail });
    }
  };

  const call = (live: Live, frame: Frame): void => {
    const { execution } = live;
    const state = scopeAt(execution.machine, frame.path).States[frame.state];
    const integration = state?.Type === 'Task' ? integrationOf(state.Resource) : undefined;
    if (!integration || frame.doing.kind !== 'task') return;
    const { attempt, arguments: args } = frame.doing;
    if (integration.kind === 'execution' && isObject(args)) {
      queue.add(() => startChild(live, frame, attempt, integration.waits, args));
    } else callFunction(execution.arn, frame, attempt, integration, args);
  };

  const read = ({ execution: { arn } }: Live, frame: Frame): void => {
    if (frame.doing.kind !== 'map-run') return;
    const { run, reader } = frame.doing;
    readItems(objects, reader).then(
      (found) => tell(arn, { kind: 'items', frame: frame.id, run, ...found }),
      (thrown: unknown) =>
        tell(arn, {
          kind: 'map-failed',
          frame: frame.id,
          run,
          detail: { error: STATES.itemReader, cause: messageOf(thrown) },
        }),
    );
  };

  const collect = ({ execution: { arn } }: Live, frame: Frame): void => {
    if (frame.doing.kind !== 'map-run') return;
    const { run, writer } = frame.doing;
    const results = collectResults(run, mapRunChildren(database, run), writer);
    const written = async () => {
      for (const { bucket, key, body } of results.objects) {
        if (queue.stopped()) return;
        await objects.put(bucket, key, new TextEncoder().encode(body));
      }
    };
    written().then(
      () => tell(arn, { kind: 'collected', frame: frame.id, run, output: results.output }),
      (thrown: unknown) =>
        tell(arn, {
          kind: 'map-failed',
          frame: frame.id,
          run,
          detail: { error: STATES.resultWriter, cause: messageOf(thrown) },
        }),
    );
  };
  return { call, read, collect };
};
