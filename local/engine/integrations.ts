import type { JsonObject } from './json.ts';

/** What a Task state's Resource names: a Lambda function by its own ARN, or a service action with a way of waiting. */
export type Integration =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'lambda'; readonly waits: 'no' | 'token' }
  | { readonly kind: 'execution'; readonly waits: 'no' | 'token' | 'text' | 'json' };

const INTEGRATIONS: Readonly<Record<string, Integration>> = {
  'lambda:invoke': { kind: 'lambda', waits: 'no' },
  'lambda:invoke.waitForTaskToken': { kind: 'lambda', waits: 'token' },
  'states:startExecution': { kind: 'execution', waits: 'no' },
  'states:startExecution.waitForTaskToken': { kind: 'execution', waits: 'token' },
  'states:startExecution.sync': { kind: 'execution', waits: 'text' },
  'states:startExecution.sync:2': { kind: 'execution', waits: 'json' },
};

const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[^:]*:[^:]*:function:.+$/;

/** The resources a Task state can name here, for messages. */
export const KNOWN_RESOURCES = Object.keys(INTEGRATIONS).map((name) => `arn:aws:states:::${name}`);

/** Reads a Task state's Resource; undefined for one this engine does not run. */
export const integrationOf = (resource: string): Integration | undefined => {
  if (FUNCTION_ARN.test(resource)) return { kind: 'function', functionArn: resource };
  const service = /^arn:aws[a-z-]*:states:[^:]*:[^:]*:(.+)$/.exec(resource)?.[1];
  return service === undefined || !Object.hasOwn(INTEGRATIONS, service) ? undefined : INTEGRATIONS[service];
};

export const awaitsToken = (integration: Integration): boolean =>
  integration.kind !== 'function' && integration.waits === 'token';

export type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut';

/**
 * The history event of a task, type and details. A function named by its ARN has events of its own kind; every other
 * integration says resource and resourceType.
 */
export const taskEvent = (
  resource: string,
  event: TaskEvent,
  fields: JsonObject,
): { readonly type: string; readonly details: JsonObject } => {
  const integration = integrationOf(resource);
  if (integration?.kind === 'function') {
    const details = event === 'Started' ? {} : { [`lambdaFunction${event}EventDetails`]: fields };
    return { type: `LambdaFunction${event}`, details };
  }
  const [resourceType = '', ...action] = resource.split(':').slice(5);
  return {
    type: `Task${event}`,
    details: { [`task${event}EventDetails`]: { resourceType, resource: action.join(':'), ...fields } },
  };
};

/** The ARN of a function that a state names by name, partial ARN or ARN, each with or without a qualifier. */
export const functionArn = (name: string, region: string, account: string): string => {
  if (name.startsWith('arn:')) return name;
  const bare = name.includes(':function:') ? (name.split(':function:')[1] ?? name) : name;
  return `arn:aws:lambda:${region}:${account}:function:${bare}`;
};
