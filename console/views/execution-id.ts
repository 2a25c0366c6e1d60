import type { Settings } from '../../shared/outside/outside.ts';

type Machines = Settings['stateMachines'];

/** `rollout:ro-1f5d…`, `wave/DeployBatch:0b1e…`: the machine's own name, the label of a distributed Map, the execution's name. */
const ID = /^(rollout|wave|deployment)((?:\/[^:/]{1,80})?:[^:/]{1,80})$/;

/** The ARN of an execution of Tidegate by its id on a page; `undefined` for what is none. */
export const arnOfExecution = (id: string, machines: Machines): string | undefined => {
  const [, machine, rest] = ID.exec(id) ?? [];
  if (machine !== 'rollout' && machine !== 'wave' && machine !== 'deployment') return undefined;
  return `${machines[machine].replace(':stateMachine:', ':execution:')}${rest}`;
};

/** The id on a page of an execution of Tidegate; `undefined` for one of another machine. */
export const idOfExecution = (arn: string, machines: Machines): string | undefined => {
  const found = (['rollout', 'wave', 'deployment'] as const).find((machine) =>
    [':', '/'].some((next) => arn.startsWith(machines[machine].replace(':stateMachine:', ':execution:') + next)),
  );
  if (found === undefined) return undefined;
  return found + arn.slice(machines[found].replace(':stateMachine:', ':execution:').length);
};

/** Where a page shows the execution. */
export const pathOfExecution = (id: string): string => `/executions/${encodeURIComponent(id)}`;

const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Where the console of AWS shows it. */
export const awsConsoleUrl = (arn: string): string => {
  const [, partition = 'aws', , region = ''] = arn.split(':');
  const host = HOSTS[partition] ?? HOSTS.aws;
  return `https://${region}.${host}/states/home?region=${region}#/v2/executions/details/${arn}`;
};
