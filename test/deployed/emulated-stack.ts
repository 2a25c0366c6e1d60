import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { Moto } from '../outside/moto.ts';
import { packaged, packageOnce, stage } from '../packaging/serverless.ts';
import { reduceTemplate, type Template } from './reduce-template.ts';

/** Rule of the event bus as it was made: what it lets through or when it comes, and the functions that it calls. */
export interface MadeRule {
  readonly name: string;
  readonly pattern?: unknown;
  readonly schedule?: string;
  readonly functions: readonly string[];
  readonly deadLetters: readonly string[];
}

/** The packaged stack as CloudFormation made it in the emulator. */
export interface EmulatedStack {
  readonly outputs: Readonly<Record<string, string>>;
  /** The template as it was packaged, as it was made, and the logical ids of what became of it. */
  readonly packaged: Template;
  readonly reduced: Template;
  readonly made: readonly string[];
  /** The physical id of a resource: the name of a table, bucket or function, the ARN of a topic. Throws for one that was not made. */
  idOf(logical: string): string;
  /** What the variables of a function were made, substitutions resolved. */
  variablesOf(name: string): Promise<Readonly<Record<string, string>>>;
  /** The text of a definition as it is held, substitutions resolved. */
  definitionOf(
    machine: string,
  ): Promise<{ readonly name: string; readonly definition: string; readonly roleArn: string }>;
  rulesOf(bus: string): Promise<readonly MadeRule[]>;
  /**
   * Puts events on a bus and returns those that a rule of it lets through, worded by EventBridge. Rules of moto call no function: for that
   * one here the target is the stack's own queue.
   */
  letThrough(rule: string, bus: string, events: readonly SentEvent[]): Promise<readonly object[]>;
}

export interface SentEvent {
  readonly source: string;
  readonly type: string;
  readonly detail: unknown;
}

/** The one call of SQS here, on its wire: AWS JSON 1.0. */
const receive = async (endpoint: string, queue: string): Promise<readonly object[]> => {
  const http = socketHttp();
  const answer = await http(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.ReceiveMessage',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ QueueUrl: queue, MaxNumberOfMessages: 10 }),
    allow: ['127.0.0.1/32'],
  });
  const { Messages = [] } = (await answer.json()) as { readonly Messages?: readonly { readonly Body: string }[] };
  return Messages.map(({ Body }) => JSON.parse(Body));
};

/** Of moto. */
export const account = '123456789012';

const nameIn = (arn: string | undefined): string => (arn ?? '').split(':')[6] ?? '';

/** Makes the packaged stack in an empty emulator, without what that lacks. Packages first where what is there is older than the sources. */
export const makeStack = async ({ client }: Moto): Promise<EmulatedStack> => {
  packageOnce();
  const template: Template = JSON.parse(
    readFileSync(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8'),
  );
  const reduced = reduceTemplate(template);
  const cloudformation = new CloudFormationClient(client);
  const StackName = `tidegate-${stage}`;
  await cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(reduced),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  const { StackResources } = await cloudformation.send(new DescribeStackResourcesCommand({ StackName }));
  const ids = new Map((StackResources ?? []).map((made) => [made.LogicalResourceId, made.PhysicalResourceId]));
  const functions = new LambdaClient(client);
  const machines = new SFNClient(client);
  const events = new EventBridgeClient(client);
  const idOf = (logical: string): string => {
    const id = ids.get(logical);
    if (id === undefined) throw new Error(`stack ${StackName}: ${logical} was not made`);
    return id;
  };
  return {
    outputs: Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
    ),
    packaged: template,
    reduced,
    made: (StackResources ?? []).flatMap(({ LogicalResourceId }) => LogicalResourceId ?? []),
    idOf,
    variablesOf: async (FunctionName) =>
      (await functions.send(new GetFunctionConfigurationCommand({ FunctionName }))).Environment?.Variables ?? {},
    definitionOf: async (machine) => {
      const stateMachineArn = idOf(`${machine}StateMachine`);
      const {
        name = '',
        definition = '',
        roleArn = '',
      } = await machines.send(new DescribeStateMachineCommand({ stateMachineArn }));
      return { name, definition, roleArn };
    },
    letThrough: async (Rule, EventBusName, sent) => {
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule, EventBusName }));
      const Arn = Targets[0]?.DeadLetterConfig?.Arn ?? '';
      await events.send(new PutTargetsCommand({ Rule, EventBusName, Targets: [{ Id: Targets[0]?.Id ?? '', Arn }] }));
      const Entries = sent.map(({ source, type, detail }) => ({
        ...{ EventBusName, Source: source, DetailType: type, Detail: JSON.stringify(detail) },
      }));
      await events.send(new PutEventsCommand({ Entries }));
      // All that EventBridge says of an event, but whose account it came from.
      const through = await receive(client.endpoint, idOf('FailedEvents'));
      return through.map((event) => ({ account, ...event }));
    },
    rulesOf: async (EventBusName) => {
      const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName }));
      return Promise.all(
        Rules.map(async ({ Name = '', EventPattern, ScheduleExpression }) => {
          const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
          return {
            name: Name,
            ...(EventPattern && { pattern: JSON.parse(EventPattern) }),
            ...(ScheduleExpression && { schedule: ScheduleExpression }),
            functions: Targets.map(({ Arn }) => nameIn(Arn)),
            deadLetters: Targets.flatMap(({ DeadLetterConfig }) => DeadLetterConfig?.Arn ?? []),
          };
        }),
      );
    },
  };
};
