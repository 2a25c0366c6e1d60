import { type Alarms, createAlarms } from './alarms.ts';
import { isExpress } from './arn.ts';
import type { Newborn } from './begin.ts';
import type { Transition } from './draft.ts';
import { endedSignal } from './ended.ts';
import { commandOf, type Frame, type Signal, timersOf } from './execution.ts';
import type { EngineClock, Given } from './given.ts';
import { createLoader, type Live } from './live.ts';
import { createMapChildren } from './map-children.ts';
import type { Queue } from './queue.ts';
import { redrive } from './redrive.ts';
import type { Database } from './sqlite/database.ts';
import {
  deleteExecution,
  type ExecutionRow,
  isRunning,
  mapRunChild,
  readExecution,
  runningExecutions,
} from './sqlite/executions.ts';
import { addLink, type Letter, type Link, readLetters, readLinks, takeLetter } from './sqlite/letters.ts';
import { deleteMachine, deletingMachines, markDeleting, readMachine } from './sqlite/machines.ts';
import { commitTransition } from './sqlite/transitions.ts';
import { step } from './step.ts';

export interface Runner {
  /** Takes a stored execution up: its frames' wishes and timers. */
  take(arn: string): void;
  /** As `take`, for one that was stored within this job. */
  begin(newborn: Newborn): void;
  /** Forgets the machine; while executions of it run it is being deleted, and each is aborted at its next transition. */
  deleteMachine(arn: string): void;
  /** From here on the end of the child is told to the frame that waits for it. Twice is once. */
  link(link: Link): void;
  /** One transition; call it within a job of the queue. False when the signal did not fit. */
  apply(arn: string, signal: Signal, letter?: Letter): Promise<boolean>;
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
const STOP: Signal = { kind: 'stop' };

/** Carries executions on: a signal, the step, the commit, then what the new frames want. */
export const createRunner = ({ database, clock, queue, given, command }: Surroundings): Runner => {
  const alarms: Alarms = createAlarms(clock);
  const loader = createLoader(database);
  const beginMapChildren = createMapChildren(database);
  const live = new Map<string, Live>();
  const listeners = new Map<string, (row: ExecutionRow | undefined) => void>();
  const waiting = readLinks(database);
  const deleting = new Set(deletingMachines(database));

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
    const loaded = loader.fromRows(arn);
    if (loaded) enliven(loaded);
  };

  const begin = (newborn: Newborn) => enliven(loader.fromBirth(newborn));

  const enliven = (loaded: Live) => {
    const { arn } = loaded.row;
    live.set(arn, loaded);
    const { deadline } = loaded.execution;
    if (deadline !== undefined) {
      const ring = () => queue.add(async () => void (await apply(arn, { kind: 'deadline' })));
      alarms.set(`${arn} ${OWN_DEADLINE}`, [{ at: deadline, ring }]);
    }
    for (const frame of loaded.frames.values()) wish(loaded, frame, undefined);
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

  const forgetMachine = (machine: string) => {
    if (isRunning(database, machine)) return;
    deleting.delete(machine);
    deleteMachine(database, machine);
  };

  const finish = (arn: string, machine: string) => {
    live.delete(arn);
    if (deleting.has(machine)) forgetMachine(machine);
    waiting.delete(arn);
    alarms.set(`${arn} ${OWN_DEADLINE}`, []);
    if (!isExpress(arn)) return;
    const row = readExecution(database, arn);
    if (row) deleteExecution(database, row);
    queue.afterCommit(() => {
      listeners.get(arn)?.(row);
      listeners.delete(arn);
    });
  };

  const apply = async (arn: string, signal: Signal, letter?: Letter): Promise<boolean> => {
    const at = live.get(arn);
    const moment = given();
    const taken = at && deleting.has(at.row.machine) ? STOP : signal;
    const transition = at && (await step(at.execution, taken, moment));
    if (queue.stopped()) return false;
    if (!at || !transition) {
      if (letter) takeLetter(database, letter);
      return false;
    }
    const children = beginMapChildren(at, transition, moment.now);
    const redriven = transition.redriven.map(({ run, index }) => mapRunChild(database, run, index));
    const told = { waiting: waiting.get(arn) ?? [], letter };
    const commit = { row: at.row, at: moment.now, transition, before: at.frames, ...told };
    const { row, letters } = commitTransition(database, commit);
    at.row = row;
    absorb(at, transition);
    for (const child of redriven) redrive(database, moment.now, child);
    for (const child of children) begin(child);
    for (const child of redriven) take(child.arn);
    for (const posted of letters) deliver(posted);
    if (transition.ending) finish(arn, row.machine);
    return true;
  };

  const readLetter = ({ execution, body }: Letter): Signal | undefined => {
    if (body.kind !== 'ended') return body;
    const at = live.get(execution);
    const child = readExecution(database, body.child);
    return at && child && endedSignal(at, child, body);
  };

  const deliver = (letter: Letter) =>
    queue.add(async () => {
      const signal = readLetter(letter);
      if (signal) await apply(letter.execution, signal, letter);
      else takeLetter(database, letter);
    });

  const link = (added: Link) => {
    const known = waiting.get(added.child) ?? [];
    const { execution, attempt } = added;
    if (known.some((other) => other.execution === execution && other.attempt === attempt)) return;
    waiting.set(added.child, [...known, added]);
    addLink(database, added);
  };

  return {
    take,
    begin,
    link,
    deleteMachine: (arn) => {
      if (!readMachine(database, arn)) return;
      deleting.add(arn);
      markDeleting(database, arn);
      forgetMachine(arn);
    },
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
