import { startAnswer } from './answers.ts';
import { placeOf } from './arn.ts';
import { scopeAt } from './definition.ts';
import type { Frame, Signal } from './execution.ts';
import { STATES } from './failure.ts';
import type { Given } from './given.ts';
import { integrationOf } from './integrations.ts';
import { readItems } from './item-source.ts';
import { isObject } from './json.ts';
import { callLambda } from './lambda-call.ts';
import type { Live } from './live.ts';
import type { ObjectStore } from './object-store.ts';
import type { Queue } from './queue.ts';
import { collectResults } from './results.ts';
import type { Runner } from './runner.ts';
import type { Database } from './sqlite/database.ts';
import { mapRunChildren } from './sqlite/executions.ts';
import { type StartCall, startForTask } from './start-call.ts';

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

/** Does what frames want done outside: calls functions, starts executions, reads items and writes results. */
export const createCalls = ({ database, queue, given, invoke, objects, runner }: Callees) => {
  const tell = (arn: string, signal: Signal) => queue.add(async () => void (await runner().apply(arn, signal)));

  const startChild = async ({ execution: { arn }, frames }: Live, waits: string, call: StartCall): Promise<void> => {
    const { frame, attempt } = call;
    const now = frames.get(frame)?.doing;
    if (now?.kind !== 'task' || now.attempt !== attempt) return;
    const sync = waits === 'json' || waits === 'text';
    // The start and what the task becomes by it are one job and one commit: a crash undoes both or none.
    const begun = startForTask(database, given(), call);
    if ('signal' in begun) {
      await runner().apply(arn, begun.signal);
      return;
    }
    const { started } = begun;
    const row = 'fresh' in started ? started.fresh.row : started.running;
    if (sync) runner().link({ child: row.arn, execution: arn, frame, attempt });
    const output = startAnswer(row, attempt, given().now);
    const kind = waits === 'no' ? 'succeeded' : 'submitted';
    await runner().apply(arn, { kind, frame, attempt, output, ...(sync && { child: row.arn }) });
    if ('fresh' in started) runner().begin(started.fresh);
  };

  const call = (live: Live, frame: Frame): void => {
    const { execution } = live;
    const state = scopeAt(execution.machine, frame.path).States[frame.state];
    const integration = state?.Type === 'Task' ? integrationOf(state.Resource) : undefined;
    if (!integration || frame.doing.kind !== 'task') return;
    const attempt = { frame: frame.id, attempt: frame.doing.attempt };
    const { arguments: args } = frame.doing;
    if (integration.kind !== 'execution') {
      const call = { ...attempt, integration, arguments: args, place: placeOf(execution.arn) };
      void callLambda(call, invoke, () => given().now).then((signal) => tell(execution.arn, signal));
    } else if (isObject(args)) {
      const call = { ...attempt, arguments: args };
      queue.add(() => startChild(live, integration.waits, call));
    }
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
