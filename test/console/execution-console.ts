import { type ConsoleOptions, createConsole } from '../../console/app.ts';
import { reading } from '../../console/reading.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { executions } from '../../shared/outside/executions.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { Workbench } from '../engine/workbench.ts';
import { memoryBlobs } from './fleet-story.ts';
import { origin, people, settings as plainSettings } from './story-console.ts';

const machineArn = (name: string): string => `arn:aws:states:us-east-1:111111111111:stateMachine:tidegate-${name}`;

const nothing = async (): Promise<never> => {
  throw new Error('a page of an execution sets nothing in motion');
};

/** The console over an engine: with `reads: false` as it is deployed, where executions are looked at elsewhere. */
export const consoleOverEngine = (
  { engine, clock }: Workbench,
  { reads = true }: { readonly reads?: boolean } = {},
): { fetch(request: Request): Promise<Response>; get(path: string): Promise<Response> } => {
  const settings = {
    ...plainSettings(),
    stateMachines: { rollout: machineArn('rollout'), wave: machineArn('wave'), deployment: machineArn('deployment') },
  };
  const time = { now: clock.now, sleep: nothing, after: () => () => undefined };
  const outside: ConsoleOptions['outside'] = {
    ...{ ledger: openSqliteLedger(':memory:', time), blobs: memoryBlobs(), clock: time, settings },
  };
  const http: Http = (url, { method = 'GET', headers = {}, body = '' } = {}) =>
    engine.handle(new Request(url, { method, headers, body: Buffer.from(body) }));
  const identity = async () => ({ accessKeyId: 'SIMULATED', secretAccessKey: 'SIMULATED' });
  const app = createConsole({
    pages: reading,
    ...{ outside, identify: async () => people.ana },
    actions: {
      ...{ decide: nothing, release: nothing, rollback: nothing, plan: nothing },
      ...{ hold: nothing, lift: nothing, abort: nothing, retry: nothing },
      ...{ receiveMerge: nothing, receiveArtifact: nothing, receiveAlerts: nothing, receiveTest: nothing },
      diagnose: nothing,
    },
    ...(reads && { executions: executions({ http, identity, settings }) }),
  });
  return { ...app, get: (path) => app.fetch(new Request(origin + path)) };
};
