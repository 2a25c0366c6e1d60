import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../shared/outside/clock.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import type { Random } from '../../shared/outside/random.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Route } from '../network.ts';
import { type ApiTrouble, meetTrouble } from './api-trouble.ts';
import { dated } from './clouds/api.ts';
import { type Clouds, createClouds } from './clouds/clouds.ts';
import { clusterHost } from './cluster-host.ts';
import { gatewayRoutes } from './connect-gateway.ts';
import type { Images } from './images.ts';
import type { WebhookHandler } from './kubernetes/admission/webhook-calls.ts';
import type { Behaviour } from './kubernetes/behaviour.ts';
import { type ApiServer, createApiServer } from './kubernetes/server.ts';
import { createMetrics } from './metrics/metrics.ts';
import { requestRate, type Serving, servingOf } from './traffic.ts';

export interface FleetOptions {
  /** Every target but those of a kubeconfig, which are real. */
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly random: Random;
  /** All servers share it; their state survives the process in it. */
  readonly database: DatabaseSync;
  readonly images: Images;
  /** Where Tidegate itself runs. */
  readonly region: string;
  /** How often the metric store scrapes. */
  readonly scrapeMs: number;
  /** What a feature flag is in a target. Absent: there are none. */
  readonly flagOn?: (target: Target, flag: string) => unknown;
  /** Answers the admission webhooks of all clusters that are not served by their own pods. */
  readonly webhook?: WebhookHandler;
  /** Targets of a kubeconfig are simulated, too: nothing of theirs is reached for real. */
  readonly kubeconfigs?: 'simulated';
}

/** Simulated clouds, clusters, what runs in them and the requests of its users. */
export interface Fleet {
  /** The control APIs, API servers, public names of the targets and the metric store. */
  readonly routes: readonly Route[];
  readonly servers: ReadonlyMap<string, ApiServer>;
  readonly clouds: Clouds;
  /** The API server of a target, past all that keeps strangers out. Throws `Unreachable` while it is down, or where there is none. */
  reach(target: string): ApiServer;
  /** The API server of this target no longer answers; what runs there goes on. `false` brings it back. */
  setDown(target: string, down: boolean): void;
  /** Its API server answers with trouble from now on; without `trouble` it is well again. What runs there goes on. */
  setTrouble(target: string, trouble?: ApiTrouble): void;
  /** What becomes of the users' requests to a target at this moment. */
  serving(target: Target): Serving;
  start(): void;
  stop(): void;
}

/** Public names are `<target>.example.com`, the metric store is `metrics.example.com`. */
const publicSuffix = '.example.com';

/** Sets up a simulated fleet for the targets. Deterministic on the clock and random source given; nothing runs before `start`. */
export const createFleet = (options: FleetOptions): Fleet => {
  const { clock, random, database, images } = options;
  const targets = options.targets.filter(
    (target) => options.kubeconfigs === 'simulated' || !('kubeconfig' in target.locator),
  );
  const servers = new Map(
    targets.map(({ name }) => [
      name,
      createApiServer({
        ...{ name, clock, random, database, behaviourOf: images.on(name) },
        ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
      }),
    ]),
  );
  const clusters = targets.map((target) => ({
    target: target.name,
    locator: target.locator,
    server: `https://${clusterHost(target)}`,
  }));
  const clouds = createClouds({ clock, clusters, region: options.region });
  const metrics = createMetrics({ clock });
  const down = new Set<string>();
  const troubles = new Map<string, ApiTrouble>();
  /** Targets that have served: before that nobody sends them requests, as with a name that is not published yet. */
  const opened = new Set<string>();
  const serving = (target: Target): Serving => {
    const pods = servers.get(target.name)?.pods() ?? [];
    const found = servingOf(
      pods.map((pod) => ({
        labels: pod.labels,
        ready: pod.ready,
        behaviours: pod.images.map((image) =>
          underFlags(images.on(target.name)(image), (flag) => options.flagOn?.(target, flag)),
        ),
      })),
    );
    if (found.answers && found.errorRatio < 1) opened.add(target.name);
    return opened.has(target.name) ? found : { ...found, answers: false };
  };
  const reach = (target: string): ApiServer => {
    const server = servers.get(target);
    if (server !== undefined && !down.has(target)) return server;
    throw new Unreachable(`target ${target}`, 'connect_timeout', 'its API server does not answer (simulated)');
  };
  const ask = async (target: Target, request: Request): Promise<Response> => {
    const server = reach(target.name);
    const troubled = await meetTrouble(troubles.get(target.name), clock);
    if (troubled !== undefined) return dated(troubled, clock);
    if (clouds.authorise(target.name, request) === 'ok') return dated(await server.handle(request), clock);
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized' };
    return dated(Response.json({ ...status, reason: 'Unauthorized', code: 401 }, { status: 401 }), clock);
  };
  const scraper = createScraper(targets, serving, metrics.add, options);
  const routes: Route[] = [
    ...clouds.routes,
    ...targets
      .filter((target) => !isMember(target))
      .map((target) => ({
        host: clusterHost(target),
        handle: (request: Request) => ask(target, request),
      })),
    ...gatewayRoutes(targets, ask),
    { host: `metrics${publicSuffix}`, handle: metrics.handle },
    ...targets.map(
      (target): Route => ({
        host: `${target.name}${publicSuffix}`,
        handle: async () => publicAnswer(target, serving(target), random),
      }),
    ),
  ];
  return {
    routes,
    servers,
    clouds,
    reach,
    setDown: (target, isDown) => {
      if (isDown) down.add(target);
      else down.delete(target);
    },
    setTrouble: (target, trouble) => {
      if (trouble === undefined) troubles.delete(target);
      else troubles.set(target, trouble);
    },
    serving,
    start: () => {
      for (const server of servers.values()) server.start();
      scraper.start();
    },
    stop: () => {
      scraper.stop();
      for (const server of servers.values()) server.stop();
    },
  };
};

/** Whether its API server is reached by the Connect gateway, and by no address of its own. */
const isMember = ({ locator }: Target): boolean => 'gke' in locator && locator.gke.membership !== undefined;

/** How a container behaves as the flags are where it runs. */
const underFlags = (behaviour: Behaviour, valueOn: (flag: string) => unknown): Behaviour => {
  const { underFlag } = behaviour;
  if (underFlag === undefined || valueOn(underFlag.flag) !== underFlag.is) return behaviour;
  return { ...behaviour, errorRatio: underFlag.errorRatio };
};

/** A request to a target's public name: a health check. */
const publicAnswer = (target: Target, { answers, errorRatio, unhealthyRatio }: Serving, random: Random): Response => {
  if (!answers) {
    throw new Unreachable(`${target.name}${publicSuffix}`, 'connect_refused', 'nothing listens there (simulated)');
  }
  // Errors of users' requests are the metric's to see; a health check fails only where pods are missing or say so.
  const fails = random.fraction() < Math.max(unhealthyRatio, errorRatio === 1 ? 1 : 0);
  return fails ? new Response('unhealthy\n', { status: 503 }) : new Response('ok\n');
};

/** The users' requests of every target, counted into the metric store every `scrapeMs`. */
const createScraper = (
  targets: readonly Target[],
  serving: (target: Target) => Serving,
  add: (name: string, labels: Readonly<Record<string, string>>, value: number, at: number) => void,
  { clock, scrapeMs }: Pick<FleetOptions, 'clock' | 'scrapeMs'>,
) => {
  const counted = targets.map((target) => {
    const cluster = target.name;
    const labels = {
      up: { cluster },
      good: { cluster, code: '200' },
      bad: { cluster, code: '500' },
      slowest: { cluster, quantile: '0.99' },
    };
    return { target, labels, total: { good: 0, bad: 0 } };
  });
  let cancel: (() => void) | undefined;
  const scrape = () => {
    const at = clock.now();
    for (const { target, labels, total } of counted) {
      const now = serving(target);
      add('up', labels.up, now.answers ? 1 : 0, at);
      if (!now.answers) continue;
      const requests = (requestRate(target.labels) * scrapeMs) / 1000;
      total.bad += requests * now.errorRatio;
      total.good += requests * (1 - now.errorRatio);
      add('http_requests_total', labels.good, Math.round(total.good), at);
      add('http_requests_total', labels.bad, Math.round(total.bad), at);
      add('http_request_duration_seconds', labels.slowest, now.latencySeconds, at);
    }
    cancel = clock.after(scrapeMs, scrape);
  };
  return {
    start: () => {
      cancel ??= clock.after(scrapeMs, scrape);
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
};
