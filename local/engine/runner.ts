import { type Alarms, createAlarms } from './alarms.ts';
import { childAnswer } from './answers.ts';
import { isExpress } from './arn.ts';
import type { Machine, Processor } from './definition.ts';
import { scopeAt } from './definition.ts';
import type { Transition } from './draft.ts';
import { commandOf, type Execution, type Frame, type Signal, timersOf } from './execution.ts';
import { STATES } from './failure.ts';
import type { EngineClock, Given } from './given.ts';
import { integrationOf } from './integrations.ts';
import { type Json, jsonText } from './json.ts';
import { readDefinition } from './parse.ts';
import type { Queue } from './queue.ts';
import type { Database } from './sqlite/database.ts';
import {
  deleteExecution,
  type ExecutionRow,
  mapRunChild,
  type NewExecution,
  readExecution,
  readFrames,
  readItems,
  runningExecutions,
} from './sqlite/executions.ts';
import { putDefinition, readDefinitionText } from './sqlite/machines.ts';
import { type ChildEnded, commitTransition, type Letter, readLetters, takeLetter } from './sqlite/transitions.ts';
import { step } from './step.ts';

/** An execution in memory: the rows of it that a step reads, replaced after each commit. */
export interface Live {
  readonly row: ExecutionRow;
  execution: Execution;
  readonly frames: Map<number, Frame>;
  readonly items: Map<number, readonly Json[]>;
}

export interface Runner {
  /** Takes a stored execution up: its frames' wishes and timers. */
  take(arn: string): void;
  /** One transition; call it within a job of the queue. False when the signal did not fit. */
  apply(arn: string, signal: Signal, letter?: number): Promise<boolean>;
  /** Takes up all that runs, oldest first, then the letters between executions. */
  resume(): void;
  /** Calls `tell` with the execution once its end is on disk, or with nothing when the engine was stopped before. */
  onEnd(arn: string, tell: (row: ExecutionRow | undefined) => void): void;
  stop(): void;
}

interface Surroundings {
  readonly database: Database;
  readonly clock: EngineClock;
  readonly queue: Queue;
  readonly given: () => Given;
  /** Does what a frame wants done outside the interpreter. */
  readonly command: (live: Live, frame: Frame, kind: 'call' | 'read' | 'collect') => void;
}

const OWN_DEADLINE = -1;

/** Carries executions on: a signal, the step, the commit, then what the new frames want. */
export const createRunner = ({ database, clock, queue, given, command }: Surroundings): Runner => {
  const alarms: Alarms = createAlarms(clock);
  const live = new Map<string, Live>();
  const machines = new Map<string, Machine>();
  const listeners = new Map<string, (row: ExecutionRow | undefined) => void>();

  const machineOf = (digest: string): Machine => {
    const known = machines.get(digest);
    if (known) return known;
    const machine = readDefinition(readDefinitionText(database, digest));
    machines.set(digest, machine);
    return machine;
  };

  const load = (arn: string): Live | undefined => {
    const row = readExecution(database, arn);
    if (row?.status !== 'RUNNING') return undefined;
    const frames = readFrames(database, row.id);
    const items = readItems(database, row.id);
    const execution: Execution = {
      arn,
      name: row.name,
      machineArn: row.machine,
      machine: machineOf(row.definition),
      roleArn: row.role,
      input: JSON.parse(row.input),
      startedAt: row.started,
      ...(row.deadline !== undefined && { deadline: row.deadline }),
      redrives: row.redrives,
      lastEvent: row.lastEvent,
      nextFrame: row.nextFrame,
      frames,
      items,
    };
    return { row, execution, frames, items };
  };

  /** Does what a frame wishes once the wish is on disk, unless it has gone on by then. */
  const act = (arn: string, id: number, key: string) =>
    queue.afterCommit(() => {
      const at = live.get(arn);
      const frame = at?.frames.get(id);
      const wished = frame && commandOf(frame);
      if (at && frame && wished?.key === key && wished.kind !== 'run') command(at, frame, wished.kind);
    });

  const wish = (at: Live, frame: Frame, before: Frame | undefined) => {
    const { arn } = at.execution;
    const wished = commandOf(frame);
    if (wished && wished.key !== (before && commandOf(before)?.key)) {
      if (wished.kind === 'run') queue.add(async () => void (await apply(arn, { kind: 'run', frame: frame.id })));
      else act(arn, frame.id, wished.key);
    }
    const ring = (timer: ReturnType<typeof timersOf>[number]) => () =>
      queue.add(async () => void (await apply(arn, { kind: 'due', frame: frame.id, ...timer })));
    alarms.set(
      `${arn} ${frame.id}`,
      timersOf(frame).map((timer) => ({ at: timer.at, ring: ring(timer) })),
    );
  };

  const take = (arn: string) => {
    if (live.has(arn) || queue.stopped()) return;
    const loaded = load(arn);
    if (!loaded) return;
    live.set(arn, loaded);
    const { deadline } = loaded.execution;
    if (deadline !== undefined) {
      const ring = () => queue.add(async () => void (await apply(arn, { kind: 'deadline' })));
      alarms.set(`${arn} ${OWN_DEADLINE}`, [{ at: deadline, ring }]);
    }
    for (const frame of loaded.frames.values()) wish(loaded, frame, undefined);
  };

  const newChildren = (at: Live, transition: Transition, now: number): readonly NewExecution[] => {
    const processors = new Map<number, { readonly definition: string; readonly startAt: string }>();
    const processorOf = (id: number) => {
      const known = processors.get(id);
      if (known) return known;
      const frame = transition.frames.get(id) ?? at.frames.get(id);
      const state = frame && scopeAt(at.execution.machine, frame.path).States[frame.state];
      if (state?.Type !== 'Map') throw new Error(`execution ${at.execution.arn}: frame ${id} is in no Map state`);
      const definition = putDefinition(database, processorText(at.execution.machine, state.ItemProcessor));
      const made = { definition, startAt: state.ItemProcessor.StartAt };
      processors.set(id, made);
      return made;
    };
    return transition.children.map(({ run, frame, index, name, input, items }) => ({
      arn: run.replace(':mapRun:', ':execution:').replace(/:[^:]*$/, `:${name}`),
      name,
      machine: at.execution.machineArn,
      role: at.execution.roleArn,
      ...processorOf(frame),
      input,
      started: now,
      mapRun: run,
      ...{ item: index, items },
    }));
  };

  const absorb = (at: Live, transition: Transition) => {
    for (const [id, items] of transition.items) {
      if (items) at.items.set(id, items);
      else at.items.delete(id);
    }
    const { lastEvent, nextFrame } = transition;
    at.execution = { ...at.execution, lastEvent, nextFrame };
    const puts: (readonly [Frame, Frame | undefined])[] = [];
    for (const [id, frame] of transition.frames) {
      if (frame) puts.push([frame, at.frames.get(id)]);
      if (frame) at.frames.set(id, frame);
      else {
        at.frames.delete(id);
        at.items.delete(id);
        alarms.set(`${at.execution.arn} ${id}`, []);
      }
    }
    for (const [frame, before] of puts) wish(at, frame, before);
  };

  const finish = (arn: string) => {
    live.delete(arn);
    alarms.set(`${arn} ${OWN_DEADLINE}`, []);
    if (!isExpress(arn)) return;
    const row = readExecution(database, arn);
    if (row) deleteExecution(database, row.id);
    queue.afterCommit(() => {
      listeners.get(arn)?.(row);
      listeners.delete(arn);
    });
  };

  const apply = async (arn: string, signal: Signal, letter?: number): Promise<boolean> => {
    const at = live.get(arn);
    const moment = given();
    const transition = at && (await step(at.execution, signal, moment));
    if (queue.stopped()) return false;
    if (!at || !transition) {
      if (letter !== undefined) takeLetter(database, letter);
      return false;
    }
    const children = newChildren(at, transition, moment.now);
    const redriven = transition.redriven.map(({ run, index }) => mapRunChild(database, run, index));
    const { id, machine } = at.row;
    const before = at.frames;
    const commit = { id, arn, machine, at: moment.now, transition, before, children, redriven, letter };
    const letters = commitTransition(database, commit);
    absorb(at, transition);
    for (const child of [...children, ...redriven]) take(child.arn);
    for (const posted of letters) deliver(posted);
    if (transition.ending) finish(arn);
    return true;
  };

  const readLetter = ({ execution, body }: Letter): Signal | undefined =>
    body.kind === 'ended' ? endedSignal(live.get(execution), body) : body;

  const endedSignal = (at: Live | undefined, { child, frame, waits }: ChildEnded): Signal | undefined => {
    const row = readExecution(database, child);
    const put = at?.frames.get(frame);
    if (!at || !row || !put) return undefined;
    const [kind, ...rest] = waits.split(' ');
    const id = rest.join(' ');
    if (kind === 'run') return { kind: 'child-ended', frame, run: id, succeeded: row.status === 'SUCCEEDED' };
    const state = scopeAt(at.execution.machine, put.path).States[put.state];
    const integration = state?.Type === 'Task' ? integrationOf(state.Resource) : undefined;
    if (integration?.kind !== 'execution' || (integration.waits !== 'json' && integration.waits !== 'text'))
      return undefined;
    return row.status === 'SUCCEEDED'
      ? { kind: 'succeeded', frame, attempt: id, output: childAnswer(row, integration.waits === 'json') }
      : {
          kind: 'failed',
          frame,
          attempt: id,
          detail: { error: STATES.taskFailed, cause: jsonText(childAnswer(row, false)) },
        };
  };

  const deliver = (letter: Letter) =>
    queue.add(async () => {
      const signal = readLetter(letter);
      if (signal) await apply(letter.execution, signal, letter.id);
      else takeLetter(database, letter.id);
    });

  return {
    take,
    apply,
    resume: () =>
      queue.add(() => {
        for (const arn of runningExecutions(database)) take(arn);
        for (const letter of readLetters(database)) deliver(letter);
      }),
    onEnd: (arn, tell) => void listeners.set(arn, tell),
    stop: () => {
      alarms.stop();
      for (const tell of listeners.values()) tell(undefined);
    },
  };
};

/** The item processor of a distributed Map as a definition of its own: what each child runs. */
const processorText = (machine: Machine, { StartAt, States }: Processor): string =>
  jsonText({ ...(machine.QueryLanguage && { QueryLanguage: machine.QueryLanguage }), StartAt, States });
