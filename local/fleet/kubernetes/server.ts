import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../shared/outside/clock.ts';
import type { Random } from '../../../shared/outside/random.ts';
import type { WebhookHandler } from './admission/webhook-calls.ts';
import { handlerOf } from './api/handle.ts';
import type { BehaviourOf } from './behaviour.ts';
import { type Connections, followConnections } from './connections.ts';
import type { ControlPlane } from './control-plane.ts';
import { bootstrap, type NodeSize } from './controllers/bootstrap.ts';
import { controlLoop } from './controllers/control-loop.ts';
import { controllers } from './controllers/controllers.ts';
import { openRegistry } from './schema/registry.ts';
import { openRequestLog, type RequestLog } from './storage/request-log-sqlite.ts';
import { openDatabase, openStorage } from './storage/sqlite.ts';
import { type PodView, readyPodsOf, viewPods } from './traffic.ts';

export interface ApiServerOptions {
  /** Unique among the servers of one database. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** A path, an open database, or `:memory:` without it. */
  readonly database?: DatabaseSync | string;
  readonly behaviourOf: BehaviourOf;
  /** Answers admission webhooks, by Service or address; the pods behind a Service do without it. */
  readonly webhook?: WebhookHandler;
  /** `v1.35.4` without it. */
  readonly version?: string;
  /** The nodes of a new cluster: three of 16 cores without it. Counts only while there are none. */
  readonly nodes?: readonly NodeSize[];
  /** How many changes a watch can go back; older ones are answered 410. 1,000 without it. */
  readonly historyKept?: number;
}

export interface ApiServer {
  readonly name: string;
  /** Answers any request; the path alone decides, not the host. */
  readonly handle: (request: Request) => Promise<Response>;
  /** The controllers begin, or go on from what is stored. Twice is once. */
  start(): void;
  /** The controllers stop; requests are still answered. Twice is once. */
  stop(): void;
  readonly requests: RequestLog;
  /** Pods as the traffic model needs them, in order of namespace and name; `labels` are those a pod must have. */
  pods(selector?: {
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }): readonly PodView[];
  /** The ready pods behind a Service, undefined where there is no such Service. */
  readyPods(namespace: string, service: string): readonly PodView[] | undefined;
  /** Connections to Services one by one, from now on; what changes of a Service's endpoints arrives everywhere `propagationMs` later. */
  followConnections(propagationMs: number): Connections;
}

/** A simulated Kubernetes API server with its controllers. All of its state is in the database: a new one on the same goes on. */
export const createApiServer = (options: ApiServerOptions): ApiServer => {
  const database = openDatabase(options.database ?? ':memory:');
  const storage = openStorage(database, options.name, options.historyKept ?? 1000);
  const plane: ControlPlane = {
    name: options.name,
    version: options.version ?? 'v1.35.4',
    clock: options.clock,
    random: options.random,
    storage,
    registry: openRegistry(storage),
    behaviourOf: options.behaviourOf,
    ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
  };
  bootstrap(plane, options.nodes);
  const log = openRequestLog(database, options.name);
  const loop = controlLoop(plane, controllers);
  return {
    name: options.name,
    handle: handlerOf(plane, log),
    start: loop.start,
    stop: loop.stop,
    requests: { list: log.list },
    pods: (selector = {}) => viewPods(plane, selector),
    readyPods: (namespace, service) => readyPodsOf(plane, namespace, service),
    followConnections: (propagationMs) => followConnections(plane, propagationMs),
  };
};
