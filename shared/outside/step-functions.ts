import { awsClientSettings } from './aws-client-settings.ts';
import type { Outside } from './outside.ts';

/** The four things asked of Step Functions from inside a function. Retries are the state machine's. */
export interface StepFunctions {
  /** Starts an execution of a machine, or of the version that an alias leads to, under a name. The same name and input again starts nothing and is no error. Returns its ARN. */
  start(stateMachine: string, name: string, input: unknown): Promise<string>;
  /** Answers a task token. `false` when nobody waits on it any more. */
  succeed(token: string, output: unknown): Promise<boolean>;
  /** Fails a task token by a name the machine can catch. `false` when nobody waits on it any more. */
  fail(token: string, error: string, cause: string): Promise<boolean>;
  /** `undefined` when there is no execution of that ARN. */
  status(execution: string): Promise<'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | undefined>;
}

type Client = typeof import('./sfn-client.ts');

/** The client is loaded and made by the first call: most steps of a rollout end without one. */
export const stepFunctions = (outside: Pick<Outside, 'http' | 'identity' | 'settings'>): StepFunctions => {
  let opened: Promise<Client & { readonly client: InstanceType<Client['SFNClient']> }> | undefined;
  const open = (): NonNullable<typeof opened> => {
    opened ??= openClient(outside);
    return opened;
  };
  const answered = async (answer: (sfn: Awaited<ReturnType<typeof open>>) => Promise<unknown>): Promise<boolean> => {
    const sfn = await open();
    try {
      await answer(sfn);
      return true;
    } catch (error) {
      if (error instanceof sfn.TaskDoesNotExist || error instanceof sfn.TaskTimedOut) return false;
      throw error;
    }
  };
  return {
    start: async (stateMachineArn, name, input) => {
      const { client, StartExecutionCommand } = await open();
      const started = await client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
      );
      return started.executionArn ?? '';
    },
    succeed: (taskToken, output) =>
      answered(({ client, SendTaskSuccessCommand }) =>
        client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
      ),
    fail: (taskToken, error, cause) =>
      answered(({ client, SendTaskFailureCommand }) =>
        client.send(new SendTaskFailureCommand({ taskToken, error, cause })),
      ),
    status: async (executionArn) => {
      const { client, DescribeExecutionCommand, ExecutionDoesNotExist } = await open();
      try {
        // What went in and out takes a right to the key that it may be encrypted by.
        const { status } = await client.send(
          new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }),
        );
        return status === 'PENDING_REDRIVE' ? 'RUNNING' : status;
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
};

const openClient = async ({ http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>) => {
  const sfn = await import('./sfn-client.ts');
  return { ...sfn, client: new sfn.SFNClient(awsClientSettings(http, identity, settings.region)) };
};

/** ARN of an execution, from its machine's ARN and its name. */
export const executionArn = (stateMachine: string, name: string): string =>
  `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
