import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { awsRequestHandler } from '../../shared/outside/aws-request-handler.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { freePort, type Moto } from '../outside/moto.ts';

const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tidegate', 'dynamodb-local-2.6.1');
const isInstalled = (): boolean =>
  existsSync(join(folder, 'DynamoDBLocal-2.6.1.jar')) && spawnSync('java', ['-version']).status === 0;

/** Tests against DynamoDB Local; skipped, saying so, where it is not installed, unless TIDEGATE_REQUIRE_DYNAMODB=1. */
export const describeWithDynamodbLocal = (name: string, cases: () => void): void => {
  const usable = process.env.TIDEGATE_REQUIRE_DYNAMODB === '1' || isInstalled();
  describe.runIf(usable)(name, cases);
  if (!usable) {
    test.skip(`${name} skipped: no DynamoDB Local, run test/ledger/install-dynamodb-local.sh`, () => {});
  }
};

/** An empty DynamoDB Local on a free port, which keeps nothing. */
export const startDynamodbLocal = async (): Promise<Moto> => {
  if (!isInstalled()) throw new Error('no DynamoDB Local: run test/ledger/install-dynamodb-local.sh');
  const port = await freePort();
  const child = spawn(
    'java',
    [
      ...['-Xmx256m', `-Djava.library.path=${folder}`, '-cp', `${folder}/*`],
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      ...['-inMemory', '-disableTelemetry', '-port', String(port)],
    ],
    { stdio: 'ignore' },
  );
  const http = socketHttp();
  const allow = ['127.0.0.1/32'];
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null || attempt === 300) throw new Error('DynamoDB Local was not ready after 30 s');
    // Ready when it refuses a request that asks for nothing.
    if (await http(endpoint, { allow }).catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    client: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: awsRequestHandler((url, init) => http(url, { ...init, allow })),
      maxAttempts: 1,
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
};
