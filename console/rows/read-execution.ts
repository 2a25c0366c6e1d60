import type { ExecutionEvent, ExecutionFacts, Executions } from '../../shared/outside/executions.ts';
import { masked, maskedJson } from './masked.ts';

/** An event as the history without data has it. */
export interface EventLine {
  readonly id: number;
  readonly previous: number;
  readonly at: number;
  readonly type: string;
  /** Of the state or the iteration that the event itself names. */
  readonly name?: string;
}

export interface ChildRow {
  readonly arn: string;
  /** Its input, masked; of the first of many. */
  readonly input?: string;
  readonly status: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** All that a page of an execution shows. Nothing in it opens anything: what is secret was left out here. */
export interface ExecutionRows {
  readonly facts: ExecutionFacts;
  /** JSON text, as it is. */
  readonly definition: string;
  /** The whole history, oldest first, without data; of one that is too long its newest part. */
  readonly lines: readonly EventLine[];
  readonly isCut: boolean;
  /** Some events with data, newest first, and where older ones begin. */
  readonly page: readonly ExecutionEvent[];
  readonly older?: string;
  /** Entry and exit of the newest visit of the state that was asked for, with data. */
  readonly visit: readonly ExecutionEvent[];
  readonly mapRuns: readonly { readonly run: string; readonly children: readonly ChildRow[] }[];
  /** The execution whose Map Run started this one. */
  readonly parent?: string;
}

/** Events read for the graph at most; an execution has 25,000. */
const MOST_LINES = 25_000;
/** Events of one page of the table. */
const PAGE = 50;
/** Map Runs shown, the newest, and how many of their children are described. */
const MOST_RUNS = 5;
const MOST_DESCRIBED = 100;

const nameIn = (details: ExecutionEvent['details']): string | undefined =>
  typeof details.name === 'string' ? details.name : undefined;

const lineOf = ({ id, previous, at, type, details }: ExecutionEvent): EventLine => {
  const name = nameIn(details);
  return { ...{ id, previous, at, type }, ...(name !== undefined && { name }) };
};

const maskedEvent = (event: ExecutionEvent): ExecutionEvent => ({
  ...event,
  details: Object.fromEntries(Object.entries(event.details).map(([name, value]) => [name, masked(value)])),
});

const readLines = async (executions: Executions, arn: string) => {
  const newest: EventLine[] = [];
  let token: string | undefined;
  do {
    const read = await executions.events(arn, { data: false, newestFirst: true, size: 1000, token });
    newest.push(...read.events.map(lineOf));
    token = read.next;
  } while (token !== undefined && newest.length < MOST_LINES);
  return { lines: newest.toReversed(), isCut: token !== undefined };
};

/** Entry and exit of the newest visit of a state, by the ids that the history without data told. */
const readVisit = async (executions: Executions, arn: string, ids: readonly number[]) => {
  const found: ExecutionEvent[] = [];
  const first = Math.min(...ids);
  let token: string | undefined;
  let reached = ids.length === 0;
  while (!reached) {
    const read = await executions.events(arn, { data: true, newestFirst: true, size: 1000, token });
    found.push(...read.events.filter(({ id }) => ids.includes(id)));
    token = read.next;
    reached = token === undefined || (read.events.at(-1)?.id ?? 0) <= first;
  }
  return found.toReversed().map(maskedEvent);
};

/** Ids of the newest entry of a state and of the exit that followed it; empty for a state that was never entered. */
const visitOf = (lines: readonly EventLine[], state: string | undefined): readonly number[] => {
  const own = lines.filter(({ name, type }) => name === state && /State(Entered|Exited)$/.test(type));
  const entry = own.findLast(({ type }) => type.endsWith('StateEntered'));
  if (entry === undefined) return [];
  const exit = own.find(({ id, type }) => id > entry.id && type.endsWith('StateExited'));
  return [entry.id, ...(exit === undefined ? [] : [exit.id])];
};

const readChildren = async (executions: Executions, run: string): Promise<readonly ChildRow[]> => {
  const children = await executions.children(run);
  return Promise.all(
    children.map(async (child, at) => {
      const input = at < MOST_DESCRIBED ? (await executions.describe(child.arn))?.input : undefined;
      return { ...child, ...(input !== undefined && { input: maskedJson(input) }) };
    }),
  );
};

const readMapRuns = async (executions: Executions, arn: string, lines: readonly EventLine[]) => {
  if (!lines.some(({ type }) => type === 'MapRunStarted')) return [];
  const runs = (await executions.mapRuns(arn)).slice(0, MOST_RUNS);
  return Promise.all(runs.map(async (run) => ({ run, children: await readChildren(executions, run) })));
};

const maskedFacts = (facts: ExecutionFacts): ExecutionFacts => ({
  ...facts,
  ...(facts.input !== undefined && { input: maskedJson(facts.input) }),
  ...(facts.output !== undefined && { output: maskedJson(facts.output) }),
  ...(facts.cause !== undefined && { cause: maskedJson(facts.cause) }),
});

/** What was asked to be seen of an execution. */
export interface ExecutionAsked {
  readonly arn: string;
  /** A state, by its name. */
  readonly state?: string | undefined;
  /** Where the events to show begin; the newest if not given. */
  readonly older?: string | undefined;
}

/** Reads an execution for its page; `undefined` when there is none of that ARN. */
export const readExecutionRows = async (
  executions: Executions,
  { arn, state, older }: ExecutionAsked,
): Promise<ExecutionRows | undefined> => {
  const facts = await executions.describe(arn);
  if (facts === undefined) return undefined;
  const { lines, isCut } = await readLines(executions, arn);
  const newest = lines.findLast(({ type }) => type.endsWith('StateEntered'))?.name;
  const page = await executions.events(arn, { data: true, newestFirst: true, size: PAGE, token: older });
  return {
    facts: maskedFacts(facts),
    definition: await executions.definition(arn),
    ...{ lines, isCut },
    page: page.events.map(maskedEvent),
    ...(page.next !== undefined && { older: page.next }),
    visit: await readVisit(executions, arn, visitOf(lines, state ?? newest)),
    mapRuns: await readMapRuns(executions, arn, lines),
    ...(facts.mapRun !== undefined && { parent: await executions.parentOf(facts.mapRun) }),
  };
};
