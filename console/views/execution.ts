import type { ExecutionEvent } from '../../shared/outside/executions.ts';
import type { Settings } from '../../shared/outside/outside.ts';
import { waveExecution } from '../../shared/rollout/own-rollout.ts';
import type { ChildRow, ExecutionRows } from '../rows/read-execution.ts';
import { allStates, definitionGraph } from './definition-graph.ts';
import { awsConsoleUrl, idOfExecution } from './execution-id.ts';
import { type Layout, layoutGraph } from './graph-layout.ts';
import { type StateRuns, stateRuns, statesOfEvents, waysTaken } from './state-runs.ts';

/** Text of an execution, and how much of it is shown. */
export interface ShownText {
  readonly text: string;
  /** Characters left out. */
  readonly cut: number;
}

export interface EventView {
  readonly id: number;
  readonly previous: number;
  readonly at: number;
  readonly type: string;
  readonly state?: string;
  readonly details?: ShownText;
  /** Id of an execution that the event tells of. */
  readonly leadsTo?: string;
}

export interface ChildView extends Omit<ChildRow, 'arn' | 'input'> {
  readonly id: string;
  /** Its target, where the item names one, or the item. */
  readonly item?: string;
}

/** What went into a state at its newest visit, and what came out. */
export interface VisitView {
  readonly state: string;
  readonly enteredAt: number;
  readonly leftAt?: number;
  readonly input?: ShownText;
  readonly output?: ShownText;
  readonly variables?: ShownText;
}

/** An execution as its page shows it. Plain JSON; times are epoch milliseconds; no task token and no secret is in it. */
export interface ExecutionView {
  readonly id: string;
  readonly arn: string;
  readonly status: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly error?: string;
  readonly cause?: ShownText;
  readonly input?: ShownText;
  readonly output?: ShownText;
  readonly redrives: number;
  /** The rollout that it is a part of. */
  readonly rollout?: string;
  readonly parent?: string;
  readonly events: number;
  /** The history is longer than is read for a page. */
  readonly isCut: boolean;
  /** Absent for a machine too large to be drawn. */
  readonly graph?: Layout;
  /** Ways taken between states. */
  readonly ways: readonly string[];
  readonly states: readonly ({ readonly name: string; readonly type: string } & StateRuns)[];
  readonly visit?: VisitView;
  /** What the newest assignments in view set, over those before. */
  readonly variables?: ShownText;
  readonly page: readonly EventView[];
  readonly older?: string;
  readonly mapRuns: readonly { readonly state: string; readonly children: readonly ChildView[] }[];
}

/** More would be a drawing that nobody reads. */
const MOST_STATES = 300;
/** Characters of one value. */
const MOST_TEXT = 20_000;

const cutText = (text: string): ShownText =>
  text.length <= MOST_TEXT ? { text, cut: 0 } : { text: text.slice(0, MOST_TEXT), cut: text.length - MOST_TEXT };

const readable = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** Details with the JSON text in them laid out, and without what says only that nothing was cut. */
const detailsText = (details: ExecutionEvent['details']): ShownText | undefined => {
  const members = Object.entries(details).filter(([name]) => name !== 'name' && !name.endsWith('Details'));
  if (members.length === 0) return undefined;
  return cutText(
    JSON.stringify(Object.fromEntries(members.map(([name, value]) => [name, readable(value)])), undefined, 2),
  );
};

const textOf = (event: ExecutionEvent | undefined, member: string): { readonly text?: ShownText } => {
  const value = event?.details[member];
  if (value === undefined) return {};
  return { text: cutText(typeof value === 'string' ? pretty(value) : pretty(JSON.stringify(value))) };
};

const pretty = (text: string): string => {
  const value = readable(text);
  return typeof value === 'object' ? JSON.stringify(value, undefined, 2) : text;
};

const assignedIn = ({ details }: ExecutionEvent): readonly (readonly [string, unknown])[] =>
  Object.entries((details.assignedVariables as Readonly<Record<string, unknown>> | undefined) ?? {}).map(
    ([name, value]) => [name, readable(value)],
  );

const visitView = ([entry, exit]: readonly ExecutionEvent[]): VisitView | undefined => {
  if (entry === undefined) return undefined;
  const [input, output] = [textOf(entry, 'input').text, textOf(exit, 'output').text];
  const assigned = exit === undefined ? [] : assignedIn(exit);
  return {
    ...{ state: String(entry.details.name), enteredAt: entry.at },
    ...(exit && { leftAt: exit.at }),
    ...(input && { input }),
    ...(output && { output }),
    ...(assigned.length > 0 && { variables: cutText(JSON.stringify(Object.fromEntries(assigned), undefined, 2)) }),
  };
};

const variablesOf = (page: readonly ExecutionEvent[]): ShownText | undefined => {
  const assigned = page.toReversed().flatMap(assignedIn);
  return assigned.length === 0 ? undefined : cutText(JSON.stringify(Object.fromEntries(assigned), undefined, 2));
};

/** What the input of an execution of Tidegate says it is a part of. */
const partOf = (id: string, input: string | undefined): { readonly rollout?: string; readonly parent?: string } => {
  const given = (readable(input ?? '') ?? {}) as Readonly<Record<string, unknown>>;
  const { rollout, wave, direction } = given;
  if (typeof rollout !== 'string') return {};
  if (id.startsWith('wave:')) return { rollout, parent: `rollout:${rollout}` };
  return id.startsWith('deployment:')
    ? { rollout, parent: `wave:${waveExecution(rollout, String(wave))}-${direction}` }
    : { rollout };
};

const leadsTo = (event: ExecutionEvent, machines: Settings['stateMachines']): string | undefined => {
  if (event.type !== 'TaskSubmitted') return undefined;
  const output = readable(event.details.output) as { readonly ExecutionArn?: unknown } | null;
  const arn = output?.ExecutionArn;
  return typeof arn === 'string' ? idOfExecution(arn, machines) : undefined;
};

/** Characters of an item in the list of them. */
const MOST_ITEM = 80;

const itemIn = (input: string): string => {
  const { target } = (readable(input) ?? {}) as { readonly target?: unknown };
  return (typeof target === 'string' ? target : input.replace(/\s+/g, ' ')).slice(0, MOST_ITEM);
};

const childView = ({ arn, input, ...child }: ChildRow, machines: Settings['stateMachines']): readonly ChildView[] => {
  const id = idOfExecution(arn, machines);
  return id === undefined ? [] : [{ id, ...(input !== undefined && { item: itemIn(input) }), ...child }];
};

/** An execution as its rows say it stands. Pure. */
export const executionView = (id: string, rows: ExecutionRows, machines: Settings['stateMachines']): ExecutionView => {
  const { facts, lines, page, older, visit, mapRuns, parent } = rows;
  const scope = definitionGraph(rows.definition);
  const all = allStates(scope);
  const runs = stateRuns(lines, facts.status !== 'RUNNING');
  const states = statesOfEvents(lines);
  const seen = visitView(visit);
  const variables = variablesOf(page);
  const started = lines.filter(({ type }) => type === 'MapRunStarted');
  const parentId = parent === undefined ? undefined : idOfExecution(parent, machines);
  return {
    ...{ id, arn: facts.arn, status: facts.status, startedAt: facts.startedAt, redrives: facts.redrives },
    ...(facts.endedAt !== undefined && { endedAt: facts.endedAt }),
    ...(facts.error !== undefined && { error: facts.error }),
    ...(facts.cause !== undefined && { cause: cutText(facts.cause) }),
    ...(facts.input !== undefined && { input: cutText(facts.input) }),
    ...(facts.output !== undefined && { output: cutText(facts.output) }),
    ...partOf(id, facts.input),
    ...(parentId !== undefined && { parent: parentId }),
    ...{ events: lines.at(-1)?.id ?? 0, isCut: rows.isCut },
    ...(all.length <= MOST_STATES && { graph: layoutGraph(scope) }),
    ways: waysTaken(lines),
    states: all.map(({ name, type }) => ({
      ...{ name, type },
      ...(runs.get(name) ?? { standing: 'idle', entered: 0, failed: 0 }),
    })),
    ...(seen && { visit: seen }),
    ...(variables && { variables }),
    page: page.map((event) => {
      const [state, details, goal] = [states.get(event.id), detailsText(event.details), leadsTo(event, machines)];
      return {
        ...{ id: event.id, previous: event.previous, at: event.at, type: event.type },
        ...(state !== undefined && { state }),
        ...(details && { details }),
        ...(goal !== undefined && { leadsTo: goal }),
      };
    }),
    ...(older !== undefined && { older }),
    mapRuns: mapRuns.map(({ children }, at) => ({
      state: states.get(started.at(-1 - at)?.id ?? 0) ?? '',
      children: children.flatMap((child) => childView(child, machines)),
    })),
  };
};

/** Where an execution is that this console does not read: at AWS. */
export const elsewhere = (arn: string): { readonly arn: string; readonly url: string } => ({
  arn,
  url: awsConsoleUrl(arn),
});
