import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  InvalidArn,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { awsClientSettings } from './aws-client-settings.ts';
import type { Outside } from './outside.ts';

/** An execution without what it did. Times are epoch milliseconds; input and output are JSON text. */
export interface ExecutionFacts {
  readonly arn: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly input?: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly redrives: number;
  /** The Map Run that started it. */
  readonly mapRun?: string;
}

/** One event of a history; `details` is its one `…EventDetails` member, empty for an event without. */
export interface ExecutionEvent {
  readonly id: number;
  readonly previous: number;
  readonly at: number;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface EventsAsked {
  /** Without data an event tells names and not what went in and out. */
  readonly data: boolean;
  readonly newestFirst?: boolean;
  /** 1,000 at most. */
  readonly size: number;
  readonly token?: string | undefined;
}

/** Reads executions of Step Functions, and changes nothing. */
export interface Executions {
  /** `undefined` when there is none of that ARN. */
  describe(arn: string): Promise<ExecutionFacts | undefined>;
  /** The definition it runs by, JSON text. */
  definition(arn: string): Promise<string>;
  events(
    arn: string,
    asked: EventsAsked,
  ): Promise<{ readonly events: readonly ExecutionEvent[]; readonly next?: string }>;
  /** ARNs of the Map Runs of an execution, 1,000 at most. */
  mapRuns(arn: string): Promise<readonly string[]>;
  /** The execution that a Map Run is of. */
  parentOf(mapRun: string): Promise<string>;
  /** Executions that a Map Run started, newest first, 1,000 at most. */
  children(mapRun: string): Promise<readonly Pick<ExecutionFacts, 'arn' | 'status' | 'startedAt' | 'endedAt'>[]>;
}

const millis = (date: Date | undefined): number => date?.getTime() ?? 0;

const eventOf = ({ id = 0, previousEventId = 0, timestamp, type, ...rest }: HistoryEvent): ExecutionEvent => {
  const [, details = {}] = Object.entries(rest).find(([name, value]) => name.endsWith('EventDetails') && value) ?? [];
  return {
    ...{ id, previous: previousEventId, at: millis(timestamp), type: type ?? '' },
    details: Object.fromEntries(Object.entries(details)),
  };
};

/** Asks Step Functions, or what stands in for it. */
export const executions = (outside: Pick<Outside, 'http' | 'identity' | 'settings'>): Executions => {
  const client = new SFNClient(awsClientSettings(outside.http, outside.identity, outside.settings.region));
  return {
    describe: async (executionArn) => {
      try {
        const found = await client.send(new DescribeExecutionCommand({ executionArn }));
        return {
          ...{ arn: found.executionArn ?? '', status: found.status ?? 'RUNNING', startedAt: millis(found.startDate) },
          ...(found.stopDate && { endedAt: millis(found.stopDate) }),
          ...(found.input !== undefined && { input: found.input }),
          ...(found.output !== undefined && { output: found.output }),
          ...(found.error !== undefined && { error: found.error }),
          ...(found.cause !== undefined && { cause: found.cause }),
          redrives: found.redriveCount ?? 0,
          ...(found.mapRunArn !== undefined && { mapRun: found.mapRunArn }),
        };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist || error instanceof InvalidArn) return undefined;
        throw error;
      }
    },
    definition: async (executionArn) => {
      const { definition } = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
      return definition ?? '';
    },
    events: async (executionArn, { data, newestFirst = false, size, token }) => {
      const page = await client.send(
        new GetExecutionHistoryCommand({
          ...{ executionArn, includeExecutionData: data, reverseOrder: newestFirst, maxResults: size },
          ...(token !== undefined && { nextToken: token }),
        }),
      );
      const events = (page.events ?? []).map(eventOf);
      return { events, ...(page.nextToken !== undefined && { next: page.nextToken }) };
    },
    mapRuns: async (executionArn) => {
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn, maxResults: 1000 }));
      return mapRuns.map(({ mapRunArn = '' }) => mapRunArn);
    },
    parentOf: async (mapRunArn) => {
      const { executionArn } = await client.send(new DescribeMapRunCommand({ mapRunArn }));
      return executionArn ?? '';
    },
    children: async (mapRunArn) => {
      const { executions: found = [] } = await client.send(new ListExecutionsCommand({ mapRunArn, maxResults: 1000 }));
      return found.map(({ executionArn = '', status = 'RUNNING', startDate, stopDate }) => ({
        ...{ arn: executionArn, status, startedAt: millis(startDate) },
        ...(stopDate && { endedAt: millis(stopDate) }),
      }));
    },
  };
};
