import { liveAlias } from '../shared/outside/state-machine.ts';
import { loadDefinition } from './engine/load.ts';

/** Where the state machines and functions of one machine are named. */
export const region = 'us-east-1';
export const account = '000000000000';
/** The one bucket; it stands for the blob folder. */
export const blobBucket = 'tidegate-blobs';

type Machine = 'rollout' | 'wave' | 'deployment';

const functionArn = (key: string): string => `arn:aws:lambda:${region}:${account}:function:${key}`;
export const stateMachineArn = (name: Machine): string =>
  `arn:aws:states:${region}:${account}:stateMachine:tidegate-${name}`;

/** Each after those that its definition starts by their version. */
const inOrder = ['deployment', 'wave', 'rollout'] as const;
/** What a definition calls the version of a machine that it was made together with. */
const versionNames = { deployment: 'DeploymentVersion', wave: 'WaveVersion', rollout: 'RolloutVersion' } as const;

type Handle = (request: Request) => Promise<Response>;

/**
 * Makes the three deployed state machines in an engine, or of those that are there new versions where their definition has changed, and leads
 * the alias that rollouts are started by to the newest. A rollout that runs stays on the version it began with, its waves and deployments
 * too, as `resources/versions.yml` has it where it is deployed; the functions of one machine have no versions. Twice is as once. Rejects
 * when the engine refuses a definition.
 */
export const createStateMachines = async (handle: Handle, readDefinition: (name: string) => string): Promise<void> => {
  const references = new Map([['BlobBucket', blobBucket]]);
  for (const name of inOrder) {
    const definition = loadDefinition(readDefinition(name), {
      functionArn,
      stateMachineArn: (reference) => {
        const found = references.get(reference);
        if (found === undefined)
          throw new TypeError(`statemachines: Ref ${reference} stands for nothing on this machine`);
        return found;
      },
    });
    references.set(versionNames[name], await publish(handle, name, definition));
  }
  await leadAlias(handle, references.get(versionNames.rollout) ?? '');
};

/** The version of a machine with this definition: the newest, if the machine is so already. */
const publish = async (handle: Handle, name: Machine, definition: string): Promise<string> => {
  const named = { stateMachineArn: stateMachineArn(name) };
  const roleArn = `arn:aws:iam::${account}:role/tidegate-${name}`;
  const created = await ask(handle, 'CreateStateMachine', { name: `tidegate-${name}`, definition, roleArn });
  // It refuses only a machine of that name that is otherwise: the same once more is none.
  const updated = created.ok ? created : await ask(handle, 'UpdateStateMachine', { ...named, definition });
  if (!updated.ok) throw new Error(`state machine ${name}: ${await created.text()}; ${await updated.text()}`);
  const published = await ask(handle, 'PublishStateMachineVersion', named);
  if (!published.ok) throw new Error(`state machine ${name}: ${await published.text()}`);
  const { stateMachineVersionArn } = (await published.json()) as { readonly stateMachineVersionArn: string };
  return stateMachineVersionArn;
};

const leadAlias = async (handle: Handle, stateMachineVersionArn: string): Promise<void> => {
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  const stateMachineAliasArn = liveAlias(stateMachineArn('rollout'));
  const name = stateMachineAliasArn.split(':').at(-1);
  const created = await ask(handle, 'CreateStateMachineAlias', { name, routingConfiguration });
  if (created.ok) return;
  const updated = await ask(handle, 'UpdateStateMachineAlias', { stateMachineAliasArn, routingConfiguration });
  if (!updated.ok) throw new Error(`alias ${stateMachineAliasArn}: ${await created.text()}; ${await updated.text()}`);
};

const ask = (handle: Handle, operation: string, input: unknown): Promise<Response> =>
  handle(
    new Request(`https://states.${region}.amazonaws.com/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
      body: JSON.stringify(input),
    }),
  );
