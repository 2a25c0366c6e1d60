import type { Blobs } from '../shared/blobs/blobs.ts';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { type AwsClientSettings, awsClientSettings } from '../shared/outside/aws-client-settings.ts';
import type { AwsIdentity } from '../shared/outside/aws-identity.ts';
import { processClock } from '../shared/outside/clock.ts';
import { systemLookup } from '../shared/outside/dns.ts';
import type { Http } from '../shared/outside/http.ts';
import { jsonLog } from '../shared/outside/json-log.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { systemRandom } from '../shared/outside/random.ts';
import { socketDial } from '../shared/outside/socket.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';
import type { Secrets } from '../shared/secrets/secrets.ts';
import { readEnvironment } from './tools/environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is outside on Lambda. Making it reads nothing: the environment is read, and a client of AWS loaded and made, when a function
 * first needs it, so that importing a function costs nothing on a machine that has its own. What is made is kept for the next
 * invocation; none of it is state of ours. All requests, those to AWS included, leave through `http`. Throws `EnvironmentRefused` at the
 * first use where a variable is missing.
 */
export const lambdaOutside = (environment: Environment = process.env, http: Http = socketHttp()): Outside => {
  const identity = environmentIdentity(environment);
  const deployed = once(() => readEnvironment(environment));
  const evaluator = once(async () => {
    const { evaluateInWorker } = await import('../shared/render/jsonnet-worker.ts');
    return evaluateInWorker(processClock, jsonnetFiles);
  });
  const client = (): AwsClientSettings => awsClientSettings(http, identity, deployed().home);
  return {
    clock: processClock,
    random: systemRandom,
    http,
    dial: socketDial(processClock),
    lookup: systemLookup,
    blobs: lazyBlobs(once(async () => (await import('./tools/open-blobs.ts')).openBlobs(client(), deployed().bucket))),
    ledger: lazyLedger(
      once(async () => (await import('./tools/open-ledger.ts')).openLedger(client(), deployed().table)),
    ),
    secrets: lazySecrets(
      once(async () => (await import('./tools/open-secrets.ts')).openSecrets(client(), deployed().secretsPath)),
    ),
    identity,
    log: jsonLog({ write: (line) => process.stdout.write(line) }, processClock),
    jsonnet: async (request) => (await evaluator())(request),
    get settings() {
      return deployed().settings;
    },
  };
};

/** Where packaging puts them for functions that evaluate jsonnet: the thread beside the bundle that this is part of, named after it. */
const jsonnetFiles = {
  thread: new URL(import.meta.url.replace(/\.\w+$/, '.jsonnet-thread.mjs')),
  wasm: new URL('../shared/render/jsonnet/jsonnet.wasm', import.meta.url),
};

/** The credentials of the function's role, as Lambda hands them over; they live as long as the process that has them. */
const environmentIdentity =
  (environment: Environment): AwsIdentity =>
  async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error('environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; Lambda sets both');
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  };

const lazyLedger = (open: () => Promise<Ledger>): Ledger => ({
  get: async (key) => (await open()).get(key),
  put: async (write) => (await open()).put(write),
  transact: async (changes) => (await open()).transact(changes),
  query: async (partition, range) => (await open()).query(partition, range),
  remove: async (key) => (await open()).remove(key),
});

const lazyBlobs = (open: () => Promise<Blobs>): Blobs => ({
  put: async (content, owner) => (await open()).put(content, owner),
  get: async (digest) => (await open()).get(digest),
});

const lazySecrets = (open: () => Promise<Secrets>): Secrets => ({
  get: async (name) => (await open()).get(name),
});

/** Keeps what `make` gave; what it threw is not kept, so the next call tries again. */
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
