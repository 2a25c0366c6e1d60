import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { InvokeCall } from '../../local/engine/calls.ts';
import type { Engine } from '../../local/engine/engine.ts';
import { type BenchClock, benchClock } from './bench-clock.ts';
import { type OpenOptions, openEngine } from './open-engine.ts';
import { sdkClient } from './sdk-client.ts';

export const ROLE = 'arn:aws:iam::111111111111:role/engine';
const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:';

export interface Workbench {
  readonly engine: Engine;
  readonly clock: BenchClock;
  readonly client: SFNClient;
  readonly objects: Map<string, Uint8Array>;
  readonly calls: InvokeCall[];
  create(name: string, definition: unknown): Promise<string>;
  start(machine: string, input?: unknown, name?: string): Promise<string>;
  describe(arn: string): Promise<DescribeExecutionCommandOutput>;
  history(arn: string): Promise<readonly HistoryEvent[]>;
  types(arn: string): Promise<readonly string[]>;
  /** Creates, starts, lets time run and describes. */
  execute(definition: unknown, input?: unknown): Promise<DescribeExecutionCommandOutput>;
}

export interface WorkbenchOptions extends Omit<OpenOptions, 'clock'> {
  readonly clock?: BenchClock;
}

/** An engine on a clock of its own, with the real SDK client before it and functions of the test behind it. */
export const workbench = (options: WorkbenchOptions = {}): Workbench => {
  const { clock = benchClock(), objects = new Map(), calls = [] } = options;
  const engine = openEngine({ ...options, clock, objects, calls });
  const client = sdkClient((request) => engine.handle(request));
  const bench: Workbench = {
    ...{ engine, clock, client, objects, calls },
    create: async (name, definition) => {
      const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
      const created = await client.send(new CreateStateMachineCommand({ name, definition: text, roleArn: ROLE }));
      return created.stateMachineArn ?? '';
    },
    start: async (machine, input = {}, name) => {
      const stateMachineArn = machine.startsWith('arn:') ? machine : `${MACHINE}${machine}`;
      const started = await client.send(
        new StartExecutionCommand({
          stateMachineArn,
          input: JSON.stringify(input),
          ...(name !== undefined && { name }),
        }),
      );
      return started.executionArn ?? '';
    },
    describe: (executionArn) => client.send(new DescribeExecutionCommand({ executionArn })),
    history: async (executionArn) => {
      const events: HistoryEvent[] = [];
      let nextToken: string | undefined;
      do {
        const page = await client.send(
          new GetExecutionHistoryCommand({
            executionArn,
            maxResults: 1000,
            ...(nextToken !== undefined && { nextToken }),
          }),
        );
        events.push(...(page.events ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return events;
    },
    types: async (arn) => (await bench.history(arn)).map(({ type }) => type ?? ''),
    execute: async (definition, input) => {
      const machine = await bench.create(`machine-${calls.length}-${clock.now()}`, definition);
      const arn = await bench.start(machine, input);
      await clock.run();
      return bench.describe(arn);
    },
  };
  return bench;
};
