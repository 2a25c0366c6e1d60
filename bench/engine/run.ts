import { mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { runLibrary } from './library.ts';
import { child, type Load, loads } from './machines.ts';
import { type Server, startEngine, startMoto } from './servers.ts';

/** Longest that one load may take; a server that is slower is reported as such. */
const LIMIT_MS = 120_000;
const NOT_DONE = 'not done after';
const ROUNDS = 3;
const CHILD_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';
const ROLE = 'arn:aws:iam::000000000000:role/bench';

interface Result {
  readonly server: string;
  readonly load: string;
  readonly startMs: number;
  readonly perSecond?: number;
  readonly perCpuSecond?: number;
  readonly peakMiB: number;
  readonly because?: string;
}

type Language = 'jsonata' | 'jsonpath';

const clientOf = (endpoint: string): SFNClient =>
  new SFNClient({
    ...{ endpoint, region: 'us-east-1', maxAttempts: 1, disableHostPrefix: true },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

const create = async (client: SFNClient, name: string, definition: object): Promise<string> => {
  const created = await client.send(
    new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn: ROLE }),
  );
  return created.stateMachineArn ?? '';
};

const finished = async (client: SFNClient, executionArn: string, began: number): Promise<string> => {
  for (;;) {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING')
      return status === 'SUCCEEDED' ? '' : `${status} ${error ?? ''} ${cause ?? ''}`.slice(0, 200);
    if (performance.now() - began > LIMIT_MS) return `${NOT_DONE} ${LIMIT_MS / 1000} s`;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** One load on a server that was started for it alone. */
const measure = async (
  name: string,
  start: () => Promise<Server>,
  language: Language,
  index: number,
): Promise<Result> => {
  const server = await start();
  const client = clientOf(server.url);
  const childArn = await create(
    client,
    'child',
    language === 'jsonata' ? { QueryLanguage: 'JSONata', ...child } : child,
  );
  const load: Load | undefined = loads(childArn)[index];
  if (!load) throw new Error(`there is no load ${index}`);
  const stateMachineArn = await create(client, 'load', load[language]);
  const input = JSON.stringify(Array.from({ length: load.items }, (_, at) => at));
  let because = '';
  let seconds = Number.POSITIVE_INFINITY;
  let cpuSeconds = Number.POSITIVE_INFINITY;
  // The best of three: what else the machine does only ever takes time away. A round that failed does not count.
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const spent = server.cpuSeconds();
    const started = await client.send(new StartExecutionCommand({ stateMachineArn, input, name: `round-${round}` }));
    const { executionArn = '' } = started;
    because = await finished(client, executionArn, began);
    if (because.startsWith(NOT_DONE)) break;
    if (because !== '') continue;
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
    cpuSeconds = Math.min(cpuSeconds, server.cpuSeconds() - spent);
  }
  const peakMiB = server.peakMiB();
  await server.stop();
  const result = { server: name, load: load.name, startMs: server.startMs, peakMiB };
  return Number.isFinite(seconds) ? { ...result, ...rates(load, seconds, cpuSeconds) } : { ...result, because };
};

const rates = ({ transitions }: Load, seconds: number, cpuSeconds: number) => ({
  ...{ perSecond: transitions / seconds, perCpuSecond: transitions / cpuSeconds },
});

/** The load in the library, where it is installed. */
const measureLibrary = async (index: number): Promise<Result | undefined> => {
  const load = loads(CHILD_ARN)[index];
  const run = load && (await runLibrary(load.jsonpath, load.items, ROUNDS));
  if (!run) return undefined;
  const { readyMs: startMs, seconds, cpuSeconds, peakMiB, because } = run;
  const result = { server: 'aws-local-stepfunctions', load: load.name, startMs, peakMiB };
  return because === '' ? { ...result, ...rates(load, seconds, cpuSeconds) } : { ...result, because };
};

const round = (value: number | undefined): number | string =>
  value === undefined || Number.isNaN(value) ? '-' : Math.round(value);

const ratio = (value: number | undefined, beside: number | undefined): string =>
  value === undefined || beside === undefined || Number.isNaN(value / beside) ? '-' : `${(value / beside).toFixed(1)}x`;

const row = (result: Result, moto: Result | undefined): string =>
  `| ${[
    ...[
      result.load,
      result.server,
      result.because ?? round(result.perSecond),
      ratio(result.perSecond, moto?.perSecond),
    ],
    ...[round(result.perCpuSecond), ratio(result.perCpuSecond, moto?.perCpuSecond), round(result.peakMiB)],
    round(result.startMs),
  ].join(' | ')} |`;

const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
try {
  console.log('| load | server | per second | beside moto | per CPU second | beside moto | peak MiB | start ms |');
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  const hasMoto = await startMoto();
  await hasMoto?.stop();
  const motoServer = async (): Promise<Server> => {
    const server = await startMoto();
    if (!server) throw new Error('moto is gone');
    return server;
  };
  const chosen = process.argv.slice(2).map(Number);
  for (const index of loads('').keys()) {
    if (chosen.length > 0 && !chosen.includes(index)) continue;
    const moto = hasMoto && (await measure('moto', motoServer, 'jsonpath', index));
    const memory = await measure('engine, in memory', () => startEngine(), 'jsonata', index);
    const file = join(folder, `${index}.sqlite`);
    const durable = await measure('engine, durable', () => startEngine(file), 'jsonata', index);
    const library = await measureLibrary(index);
    for (const result of [moto, memory, durable, library]) if (result) console.log(row(result, moto));
  }
  const { cpus, loadavg } = os;
  console.log(
    `\n${cpus().length} cores (${cpus()[0]?.model}), load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  if (!hasMoto) console.log('\nmoto is not installed (bash test/outside/install-moto.sh): no ratios');
} finally {
  rmSync(folder, { recursive: true });
}
