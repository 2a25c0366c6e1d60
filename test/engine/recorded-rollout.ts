import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HistoryEvent,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { account, blobBucket, createStateMachines, stateMachineArn } from '../../local/state-machines.ts';
import { type BenchClock, benchClock } from './bench-clock.ts';
import { type Workbench, type WorkbenchOptions, workbench } from './workbench.ts';

/** What a function answered in the rollout that was recorded, and what was told to the token it was given. */
interface Answer {
  readonly payload: unknown;
  readonly told?: unknown;
  /** The token was told before the function had returned. */
  readonly early?: boolean;
}

/** A rollout of the demo as it ran, with everything that its functions answered. */
export interface RecordedRollout {
  /** Of the execution that is the rollout. */
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

const readDefinition = (name: string): string =>
  readFileSync(new URL(`../../statemachines/${name}.yml`, import.meta.url), 'utf8');

/** Payloads differ between runs by the token alone. */
const keyOf = (functionArn: string, payload: unknown): string => {
  const { token: _, ...rest } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return `${functionArn.split(':').at(-1)} ${JSON.stringify(rest)}`;
};

const record = (dir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'record-rollout.ts');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, dir], { stdio: 'inherit' });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`recording ended with ${code}`))));
  });

/** An engine of the account that the three deployed machines are of. */
const open = (options: WorkbenchOptions): Workbench => workbench({ ...options, account });

/** ARNs of all executions of the three machines, those of their Map Runs among them. */
export const allExecutions = async ({ client }: Workbench): Promise<readonly string[]> => {
  const arns: string[] = [];
  for (const machine of ['rollout', 'wave', 'deployment'] as const) {
    const { executions = [] } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn(machine) }),
    );
    for (const { executionArn = '' } of executions) {
      arns.push(executionArn);
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
      for (const { mapRunArn } of mapRuns) {
        const children = await client.send(new ListExecutionsCommand({ mapRunArn }));
        arns.push(...(children.executions ?? []).map((child) => child.executionArn ?? ''));
      }
    }
  }
  return arns;
};

/** The events of a state that follow the one at `at`; what other branches do lies between them. */
const following = (history: readonly HistoryEvent[], at: number): readonly HistoryEvent[] => {
  const line: HistoryEvent[] = [];
  let last = history[at]?.id;
  for (const event of history.slice(at + 1)) {
    if (event.previousEventId !== last) continue;
    if (event.type === 'TaskStateExited') break;
    line.push(event);
    last = event.id;
  }
  return line;
};

/** Runs the rollout of the demo in a process of its own, below `dir`. */
export const recordRollout = async (dir: string): Promise<RecordedRollout> => {
  await record(dir);
  return readRecorded(dir);
};

/** Reads out of the histories below `dir` what happened in the rollout that was recorded there. */
export const readRecorded = async (dir: string): Promise<RecordedRollout> => {
  const bench = open({ database: join(dir, 'engine.sqlite') });
  const answers = new Map<string, Answer[]>();
  let events = 0;
  for (const arn of await allExecutions(bench)) {
    const history = await bench.history(arn);
    events += history.length;
    for (const [at, { taskScheduledEventDetails: scheduled }] of history.entries()) {
      if (scheduled?.resourceType !== 'lambda') continue;
      const { FunctionName, Payload } = JSON.parse(scheduled.parameters ?? '{}');
      const rest = following(history, at);
      const submitted = rest.find(({ type }) => type === 'TaskSubmitted')?.taskSubmittedEventDetails?.output;
      const succeeded = rest.find(({ type }) => type === 'TaskSucceeded')?.taskSucceededEventDetails?.output ?? 'null';
      const isToken = scheduled.resource?.endsWith('waitForTaskToken') === true;
      const answer = isToken
        ? {
            payload: JSON.parse(submitted ?? '{}').Payload ?? null,
            told: JSON.parse(succeeded),
            early: submitted === undefined,
          }
        : { payload: JSON.parse(succeeded).Payload };
      const key = keyOf(FunctionName, Payload);
      answers.set(key, [...(answers.get(key) ?? []), answer]);
    }
  }
  const { executions = [] } = await bench.client.send(
    new ListExecutionsCommand({ stateMachineArn: stateMachineArn('rollout') }),
  );
  const described = await bench.describe(executions[0]?.executionArn ?? '');
  bench.engine.close();
  return {
    ...{ name: described.name ?? '', input: described.input ?? '', output: described.output, events, answers },
    objects: new Map(
      globSync('sha256/*/*', { cwd: join(dir, 'blobs') }).map((path) => [
        `${blobBucket}/${path}`,
        readFileSync(join(dir, 'blobs', path)),
      ]),
    ),
  };
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
  /** The engine that tokens are told to now. */
  engine: Workbench | undefined;
}

/** A world in which nothing has happened yet but what `notes` say; what happens in it is told to `note`. */
export const newWorld = (notes: readonly Note[] = [], note: World['note'] = () => {}): World => {
  const time = notes.findLast((each) => each.kind === 'time');
  const given = notes.filter((each) => each.kind === 'given');
  const asked = new Map<string, number>();
  for (const { key } of given) asked.set(key, (asked.get(key) ?? 0) + 1);
  const answers = new Map(given.map(({ attempt, answer }) => [attempt, answer] as const));
  return { clock: benchClock(time?.at), asked, given: answers, note, engine: undefined };
};

/** An engine over a file with the three deployed machines, whose functions answer as they were recorded. */
export const openReplay = async (
  recorded: RecordedRollout,
  world: World,
  options: Pick<WorkbenchOptions, 'database' | 'clock' | 'transitionsPerCommit'>,
  notes: readonly Note[] = [],
): Promise<Workbench> => {
  const send = async (taskToken: string, told: unknown): Promise<void> => {
    const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(told) });
    try {
      await world.engine?.client.send(command);
    } catch (refused) {
      // The engine died under the request: again. A task that was called twice is told twice, once in vain.
      if ((refused as Error).name === 'ServiceUnavailable') later(taskToken, told);
    }
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
  const bench = open({
    ...{ ...options, seed: 'replay', objects: recorded.objects },
    functions: Object.fromEntries(names.map((name) => [name, answer(name)])),
  });
  world.engine = bench;
  for (const each of notes) if (each.kind === 'later') later(each.token, each.told);
  return bench;
};

/** Creates the three machines, or leaves those that are there. */
export const createMachines = ({ engine }: Workbench): Promise<void> =>
  createStateMachines(engine.handle, readDefinition);

/** Starts the rollout. */
export const beginRollout = (bench: Workbench, { name, input }: RecordedRollout): Promise<string> =>
  bench.start(stateMachineArn('rollout'), JSON.parse(input), name);
