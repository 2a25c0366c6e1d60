import { join } from 'node:path';
import type { Clock } from '../../shared/outside/clock.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import type { Evaluate } from '../../shared/render/jsonnet.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { clusterHost } from '../fleet/cluster-host.ts';
import type { Behaviour } from '../fleet/kubernetes/behaviour.ts';
import type { Route } from '../network.ts';
import { writeSecret } from '../secret-files.ts';
import { region } from '../state-machines.ts';
import type { VirtualTime } from '../virtual/virtual-time.ts';
import type { FaultStage } from './faults.ts';
import { type PreparedRehearsal, rehearsedConfig } from './prepare-rehearsal.ts';
import { openVirtualInstance, type VirtualInstance } from './virtual-instance.ts';

/** The config repository of every rehearsal. */
export const repository = 'rehearsal/fleet';
const peopleHost = 'people.example.com';
const storeHost = 'metrics.example.com';

/** Something that people were told. */
export interface Told {
  readonly at: number;
  /** `everybody`, or the secret of those who are told. */
  readonly to: string;
  readonly text: string;
}

/** An instance over a simulated fleet with all that can be done to it, on virtual time. */
export interface Stage extends FaultStage {
  readonly clock: Clock;
  readonly told: readonly Told[];
  /** Whether a kill is due: nothing goes on before `restart`. */
  isKilled(): boolean;
  /** Ends the instance and starts another one over what it left. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Puts a stage up in `dir`, which is empty, and starts its instance. The process is in virtual mode. */
export const openStage = async (
  prepared: Pick<PreparedRehearsal, 'targets' | 'image' | 'scrapeMs'>,
  given: {
    readonly dir: string;
    readonly time: VirtualTime;
    readonly jsonnet: Evaluate;
    readonly readDefinition: (machine: string) => string;
  },
): Promise<Stage> => {
  const { targets, image, scrapeMs } = prepared;
  const { dir, time, jsonnet, readDefinition } = given;
  const told: Told[] = [];
  let storeIsDown = false;
  let killed = false;
  const open = (before?: VirtualInstance) =>
    openVirtualInstance({
      ...{ dir, jsonnet, readDefinition, repository, scrapeMs },
      config: rehearsedConfig,
      random: time.random,
      simulated: targets,
      kubeconfigs: 'simulated',
      readFile: async (path) => kubeconfigAt(path, targets),
      hosts: [peopleRoute(told)],
      around: (route) => (route.host === storeHost ? unlessDown(route, () => storeIsDown) : route),
      ...(before === undefined ? {} : { images: before.images, flags: before.flags }),
    });
  let current = await open();
  for (const [name, to] of addressesOf(targets)) writeSecret(join(dir, 'secrets'), name, to);
  await current.instance.start();
  const behaviours = new Map<string, Partial<Behaviour>>();
  const publish = (target: Target, behaviour: Partial<Behaviour>) => {
    behaviours.set(target.name, behaviour);
    current.images.publish(image?.after.split('@')[1] ?? '', behaviour, [target.name]);
  };
  return {
    instance: () => current.instance,
    clock: processClock,
    homeRegion: region,
    told,
    behave: (change, on) => {
      const before = on.map((target) => [target, behaviours.get(target.name) ?? {}] as const);
      for (const [target, known] of before) publish(target, { ...known, ...change });
      return () => {
        for (const [target, known] of before) publish(target, known);
      };
    },
    setStoreDown: (isDown) => {
      storeIsDown = isDown;
    },
    alert: (target, status, startsAt) => sendAlert(current, target, status, startsAt),
    kill: () => {
      killed = true;
    },
    isKilled: () => killed,
    restart: async () => {
      killed = false;
      await current.instance.stop();
      current = await open(current);
      await current.instance.start();
    },
    close: () => current.instance.stop(),
  };
};

const unlessDown = (route: Route, isDown: () => boolean): Route => ({
  ...route,
  handle: async (request) => {
    if (isDown()) throw new Unreachable(route.host, 'connect_timeout', 'the metric store does not answer (simulated)');
    return route.handle(request);
  },
});

/** Where messages to people go: each audience has an address of its own. */
const peopleRoute = (told: Told[]): Route => ({
  host: peopleHost,
  handle: async (request) => {
    const { text } = (await request.json()) as { readonly text: string };
    told.push({ at: processClock.now(), to: new URL(request.url).pathname.slice(1), text });
    return new Response('ok');
  },
});

const addressesOf = (targets: readonly Target[]): ReadonlyMap<string, string> => {
  const own = targets.flatMap((target) => target.private?.notifySecret ?? []);
  return new Map([
    ['notify-webhook', `https://${peopleHost}/everybody`],
    ...own.map((name) => [name, `https://${peopleHost}/${name}`] as const),
  ]);
};

/** The kubeconfig at a path, with the contexts that targets name of it, each leading to its simulated API server. */
const kubeconfigAt = (path: string, targets: readonly Target[]): string => {
  const own = targets.flatMap((target) =>
    'kubeconfig' in target.locator && target.locator.kubeconfig.path === path
      ? [{ name: target.locator.kubeconfig.context ?? 'current', server: `https://${clusterHost(target)}` }]
      : [],
  );
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'current',
    contexts: own.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    clusters: own.map(({ name, server }) => ({ name, cluster: { server } })),
    users: own.map(({ name }) => ({ name, user: { token: 'rehearsal' } })),
  });
};

/** As Alertmanager sends it. */
const sendAlert = async (
  { instance }: VirtualInstance,
  target: Target,
  status: 'firing' | 'resolved',
  startsAt: number,
): Promise<void> => {
  const secret = (await instance.outside.secrets.get('alerts')).reveal();
  const alert = {
    status,
    labels: { alertname: 'Rehearsed', target: target.name, severity: 'page' },
    annotations: { summary: 'an alert of the rehearsal' },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date(processClock.now()).toISOString(),
    generatorURL: 'https://prometheus.example.com/graph',
    fingerprint: target.name,
  };
  const group = {
    ...{ version: '4', groupKey: '{}:{alertname="Rehearsed"}', truncatedAlerts: 0, status, receiver: 'tidegate' },
    ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'https://alertmanager.example.com' },
    alerts: [alert],
  };
  await instance.functions.call('receiveAlerts', {
    version: '2.0',
    rawPath: '/hooks/alerts',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: Buffer.from(JSON.stringify(group)).toString('base64'),
    isBase64Encoded: true,
  });
};
