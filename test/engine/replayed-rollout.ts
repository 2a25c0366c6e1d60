import type { Engine } from '../../local/engine/engine.ts';
import { type BenchClock, benchClock } from './bench-clock.ts';
import { type OpenOptions, openEngine } from './open-engine.ts';
import { post } from './wire.ts';

/** What a function answered in the rollout that was recorded, and what was told to the token it was given. */
export interface Answer {
  readonly payload: unknown;
  readonly told?: unknown;
  /** The token was told before the function had returned. */
  readonly early?: boolean;
}

/** A rollout of the demo as it ran, with everything that its functions answered. Of plain data: it can be written to a file. */
export interface RecordedRollout {
  /** The machine of the execution that is the rollout, its name and input. */
  readonly machine: string;
  readonly name: string;
  readonly input: string;
  readonly output: string | undefined;
  /** Events of all its executions. */
  readonly events: number;
  /** By the function and its payload, in the order of the calls. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** Blobs that its Map states read. */
  readonly objects: Map<string, Uint8Array>;
}

/** Payloads differ between runs by the token alone. */
export const keyOf = (functionArn: string, payload: unknown): string => {
  const { token: _, ...rest } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return `${functionArn.split(':').at(-1)} ${JSON.stringify(rest)}`;
};

/** What the world does that must outlive a process: the time, an answer to an attempt, a token that is to be told. */
export type Note =
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'given'; readonly attempt: string; readonly key: string; readonly answer: Answer }
  | { readonly kind: 'later'; readonly token: string; readonly told: unknown };

/** What outlives an engine: the time, and what the functions have answered. */
export interface World {
  readonly clock: BenchClock;
  /** How often each call was made, by function and payload. */
  readonly asked: Map<string, number>;
  /** By attempt: one that is made again is answered as before. */
  readonly given: Map<string, Answer>;
  readonly note: (note: Note) => void;
}

/** A world in which nothing has happened yet but what `notes` say; what happens in it is told to `note`. */
export const newWorld = (notes: readonly Note[] = [], note: World['note'] = () => {}): World => {
  const time = notes.findLast((each) => each.kind === 'time');
  const given = notes.filter((each) => each.kind === 'given');
  const asked = new Map<string, number>();
  for (const { key } of given) asked.set(key, (asked.get(key) ?? 0) + 1);
  const answers = new Map(given.map(({ attempt, answer }) => [attempt, answer] as const));
  return { clock: benchClock(time?.at), asked, given: answers, note };
};

/** An engine over a file with the three deployed machines, whose functions answer as they were recorded. */
export const openReplay = (
  recorded: RecordedRollout,
  world: World,
  options: Pick<OpenOptions, 'database' | 'clock' | 'transitionsPerCommit'>,
  notes: readonly Note[] = [],
): Engine => {
  const send = async (taskToken: string, told: unknown): Promise<void> => {
    await post({ engine }, 'SendTaskSuccess', { taskToken, output: JSON.stringify(told) });
  };
  const later = (taskToken: string, told: unknown): void =>
    void world.clock.after(500, () => world.clock.hold(send(taskToken, told)));
  const answer = (name: string) => async (payload: unknown, attempt: string) => {
    const key = keyOf(name, payload);
    const known = world.given.get(attempt);
    const calls = world.asked.get(key) ?? 0;
    const answers = recorded.answers.get(key);
    const found = known ?? answers?.[Math.min(calls, answers.length - 1)];
    if (found === undefined) throw new Error(`nobody recorded ${key}`);
    if (known === undefined) {
      world.asked.set(key, calls + 1);
      world.note({ kind: 'given', attempt, key, answer: found });
    }
    world.given.set(attempt, found);
    const token = String((payload as { readonly token?: string }).token);
    if (found.early) await send(token, found.told);
    else if ('told' in found) {
      world.note({ kind: 'later', token, told: found.told });
      later(token, found.told);
    }
    return found.payload;
  };
  const names = [...new Set([...recorded.answers.keys()].map((key) => key.split(' ')[0] ?? ''))];
  const engine = openEngine({
    ...{ ...options, seed: 'replay', objects: recorded.objects, account: recorded.machine.split(':')[4] ?? '' },
    functions: Object.fromEntries(names.map((name) => [name, answer(name)])),
  });
  for (const each of notes) if (each.kind === 'later') later(each.token, each.told);
  return engine;
};

/** Starts the rollout. Resolves with nothing: a process that is killed under the request does not learn of it either. */
export const beginRollout = async (engine: Engine, { machine, name, input }: RecordedRollout): Promise<void> => {
  await post({ engine }, 'StartExecution', { stateMachineArn: machine, name, input });
};
