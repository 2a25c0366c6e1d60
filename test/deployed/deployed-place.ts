import * as disk from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineAliasCommand, CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { lambdaOutside } from '../../functions/outside.ts';
import { createEngine } from '../../local/engine/engine.ts';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createFleet } from '../../local/fleet/fleet.ts';
import { createImages } from '../../local/fleet/images.ts';
import { createForge } from '../../local/forge/forge.ts';
import { syncFs } from '../../local/forge/sync-fs.ts';
import { type Route, simulatedDial, simulatedNetwork } from '../../local/network.ts';
import type { Task } from '../../shared/lambda/task.ts';
import { awsRequestHandler } from '../../shared/outside/aws-request-handler.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { jsonLog } from '../../shared/outside/json-log.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { type Moto, startMoto } from '../outside/moto.ts';
import { stage } from '../packaging/serverless.ts';
import { openSigner } from '../sign-in/signer.ts';
import { account, makeStack } from './emulated-stack.ts';
import { unpackFunctions } from './packaged-functions.ts';

const region = 'us-east-1';
/** Whose clusters are opened without assuming a role: of the simulated fleet. */
const ownAccount = '111111111111';
const secrets = {
  webhook: 'planted-webhook-secret',
  'config-token': 'planted-config-token',
  alerts: 'planted-alert-secret',
};
const lambdaTimeMs = 120_000;

const openOver = async (moto: Moto, targets: readonly Target[]) => {
  const stack = await makeStack(moto);
  const packed = unpackFunctions();
  const dir = mkdtempSync(join(tmpdir(), 'tidegate-deployed-'));
  const database = new DatabaseSync(':memory:');
  const clock = processClock;
  const random = systemRandom;
  const lines: string[] = [];

  const ssm = new SSMClient(moto.client);
  for (const [name, Value] of Object.entries(secrets)) {
    const KeyId = `alias/tidegate-${stage}`;
    await ssm.send(new PutParameterCommand({ Name: `/tidegate/${stage}/${name}`, Value, Type: 'SecureString', KeyId }));
  }

  const tasks = new Map<string, Task>();
  const call = async (name: string, event: unknown): Promise<unknown> => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`no function ${name} was made by the stack`);
    const ends = clock.now() + lambdaTimeMs;
    const answer = await task(JSON.parse(JSON.stringify(event)), {
      getRemainingTimeInMillis: () => ends - clock.now(),
    });
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  };
  /** `arn:aws:lambda:us-east-1:123456789012:function:tidegate-ci-applyManifests:1` is `applyManifests`. */
  const nameIn = (arn: string): string => (arn.split(':')[6] ?? '').replace(`tidegate-${stage}-`, '');

  const fleet = createFleet({
    ...{ clock, random, targets, database, region, scrapeMs: 1_000 },
    images: createImages({}, () => undefined),
  });
  const engine = createEngine({
    ...{ clock, random, region, account, database: ':memory:' },
    invoke: async ({ functionArn, payload }) => {
      try {
        return { ok: true, payload: await call(nameIn(functionArn), payload) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error instanceof Error ? error : new Error(String(error));
        lines.push(`${nameIn(functionArn)} failed: ${errorType}: ${errorMessage}\n`);
        return { ok: false, error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace: [] }) };
      }
    },
    objects: {
      get: async (Bucket, Key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return new Uint8Array((await Body?.transformToByteArray()) ?? []);
      },
      put: async (bucket, key) => {
        throw new Error(`nothing of ours writes ${key} to ${bucket} but by a function`);
      },
    },
  });
  const forge = await createForge({
    ...{ clock, random, fs: syncFs(disk), dir: join(dir, 'config.git'), name: 'example/config', branch: 'main' },
    token: secrets['config-token'],
    webhookSecret: secrets.webhook,
    webhookUrl: `${stack.outputs.HttpApiUrl}/hooks/merge`,
    deliver: async (_, headers, body) => {
      const answer = await call('receiveMerge', { version: '2.0', headers, body });
      if ((answer as { readonly statusCode: number }).statusCode >= 300) throw new Error(JSON.stringify(answer));
    },
  });

  const signer = await openSigner();
  const routes: readonly Route[] = [
    signer.route,
    { host: `states.${region}.amazonaws.com`, handle: engine.handle },
    { host: 'api.github.com', handle: forge.handle },
    { host: 'github.com', handle: forge.handle },
    ...fleet.routes,
  ];
  const port = Number(new URL(moto.client.endpoint).port);
  const toMoto = socketHttp({
    resolve: (host) => (host.endsWith('.amazonaws.com') ? { address: '127.0.0.1', port, plain: true } : undefined),
  });
  const http = simulatedNetwork({ routes, fallback: toMoto });
  const s3 = new S3Client({ ...moto.client, forcePathStyle: true });
  const steps = new SFNClient({
    ...moto.client,
    endpoint: `https://states.${region}.amazonaws.com`,
    requestHandler: awsRequestHandler(http),
  });
  const { accessKeyId, secretAccessKey, sessionToken } = await simulatedIdentity(clock, ownAccount)();
  const credentials = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  // Whatever key a template asks for, CloudFormation of moto makes one that encrypts. Its KMS makes what it is asked for.
  const { KeyMetadata: auditKey } = await new KMSClient(moto.client).send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  const outsideOf = async (name: string): Promise<Outside> => {
    const made = await stack.variablesOf(`tidegate-${stage}-${name}`);
    const variables = 'TIDEGATE_AUDIT_SIGNER' in made ? { ...made, TIDEGATE_AUDIT_SIGNER: auditKey?.Arn ?? '' } : made;
    const deployed = lambdaOutside({ ...variables, ...credentials, AWS_REGION: region }, http);
    return {
      ...deployed,
      dial: simulatedDial({ routes, fallback: 'refuse', clock }),
      jsonnet: packed.jsonnet,
      log: jsonLog({ write: (line) => lines.push(line) }, clock),
    };
  };
  for (const name of packed.names) tasks.set(name, packed.make(name, await outsideOf(name)));
  for (const machine of ['Deployment', 'Wave', 'Rollout']) {
    const { stateMachineVersionArn } = await steps.send(
      new CreateStateMachineCommand({ ...(await stack.definitionOf(machine)), publish: true }),
    );
    const alias = stack.packaged.Resources[`${machine}Alias`]?.Properties.Name;
    const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
    if (typeof alias === 'string')
      await steps.send(new CreateStateMachineAliasCommand({ name: alias, routingConfiguration }));
  }
  fleet.start();
  engine.resume();

  return {
    ...{ stack, moto, fleet, forge, call, steps, s3, lines, signer },
    /** What the audit log is signed by. */
    auditKey: auditKey?.Arn ?? '',
    /** As one of the functions has it. */
    outside: await outsideOf('concludeRollout'),
    close: async () => {
      await engine.stop();
      fleet.stop();
      engine.close();
      database.close();
      packed.remove();
      rmSync(dir, { recursive: true, force: true });
      await moto.stop();
    },
  };
};

/**
 * What the packaged stack made in moto, and around it what an account would have: the functions as they are packaged, each with the variables
 * that CloudFormation gave it; the machines as CloudFormation holds their definitions, run by our engine; the clusters simulated; the config
 * repository a forge. The clients of DynamoDB, S3 and SSM are the functions' own, and their requests go to moto.
 */
export const openDeployed = async (targets: readonly Target[]): ReturnType<typeof openOver> => {
  const moto = await startMoto();
  try {
    return await openOver(moto, targets);
  } catch (error) {
    await moto.stop();
    throw error;
  }
};
