import { loadDefinition } from './engine/load.ts';

/** Where the state machines and functions of one machine are named. */
export const region = 'us-east-1';
export const account = '000000000000';
/** The one bucket; it stands for the blob folder. */
export const blobBucket = 'tidegate-blobs';

const machines = ['rollout', 'wave', 'deployment'] as const;

const functionArn = (key: string): string => `arn:aws:lambda:${region}:${account}:function:${key}`;
export const stateMachineArn = (name: (typeof machines)[number]): string =>
  `arn:aws:states:${region}:${account}:stateMachine:tidegate-${name}`;

const references: Readonly<Record<string, string>> = {
  // On one machine the functions have no versions that a machine could stay with.
  WaveVersion: stateMachineArn('wave'),
  DeploymentVersion: stateMachineArn('deployment'),
  BlobBucket: blobBucket,
};

const reference = (name: string): string => {
  const found = references[name];
  if (found === undefined) throw new TypeError(`statemachines: Ref ${name} stands for nothing on this machine`);
  return found;
};

/**
 * Creates the three deployed state machines in an engine, or updates those that are there. Executions that run keep the definition
 * they began with. Rejects when the engine refuses a definition.
 */
export const createStateMachines = async (
  handle: (request: Request) => Promise<Response>,
  readDefinition: (name: string) => string,
): Promise<void> => {
  for (const name of machines) {
    const definition = loadDefinition(readDefinition(name), { functionArn, stateMachineArn: reference });
    const roleArn = `arn:aws:iam::${account}:role/tidegate-${name}`;
    const created = await ask(handle, 'CreateStateMachine', { name: `tidegate-${name}`, definition, roleArn });
    if (created.ok) continue;
    const updated = await ask(handle, 'UpdateStateMachine', { stateMachineArn: stateMachineArn(name), definition });
    if (!updated.ok) throw new Error(`state machine ${name}: ${await created.text()}; ${await updated.text()}`);
  }
};

const ask = (handle: (request: Request) => Promise<Response>, operation: string, input: unknown): Promise<Response> =>
  handle(
    new Request(`https://states.${region}.amazonaws.com/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
      body: JSON.stringify(input),
    }),
  );
