import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { createApiServer } from '../../local/fleet/kubernetes/server.ts';
import type { ClusterRequest } from '../../shared/clouds/cluster.ts';
import { type Clock, processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { type Binaries, describeOnControlPlane } from '../control-plane/binaries.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';
import { steppingClock } from './stepping-clock.ts';

/** An API server that a suite runs on, whichever it is. Images behave by their names (see the test kubelet). */
export interface Server {
  request(path: string, init?: ClusterRequest): Promise<Response>;
  readonly clock: Clock;
  /** Lets time pass until `work` has ended. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
  /** Whether its kubelet writes logs and events. */
  readonly hasLogs: boolean;
  /** Whether it runs admission policies. */
  readonly hasPolicies: boolean;
  stop(): Promise<void>;
}

const start = Date.parse('2026-03-01T12:00:00Z');

/** How many changes the simulated server remembers where a watch shall be able to come too late. */
export const littleHistory = 20;

/** The simulated server, in process, on a clock of its own. */
export const simulatedServer = async (historyKept = 1000): Promise<Server> => {
  const clock = steppingClock(start);
  const behaviourOf = (image: string) => {
    const { crash, ...behaviour } = behaviourByName(image);
    return { ...behaviour, ...(crash === undefined ? {} : { crash: { ...crash, log: 'panic: no route' } }) };
  };
  const random = seededRandom('apply');
  const server = createApiServer({ name: 'rehearsal', clock, random, behaviourOf, historyKept });
  server.start();
  return {
    request: (path, init = {}) => server.handle(new Request(`https://rehearsal.invalid${path}`, init)),
    clock,
    drive: (work) => clock.drive(work),
    hasLogs: true,
    hasPolicies: false,
    stop: async () => server.stop(),
  };
};

/** A suite on the simulated server, a fresh one for each test. */
export const describeOnSimulatedServer = (
  title: string,
  suite: (server: () => Server) => void,
  historyKept?: number,
): void => {
  describe(title, () => {
    let server: Server;
    beforeEach(async () => {
      server = await simulatedServer(historyKept);
    });
    afterEach(() => server?.stop());
    suite(() => server);
  });
};

/** Suites on one real server. Their tests mostly wait, and do so side by side: outside its own namespace none may change what another sees. */
export const describeOnRealServer = (
  title: string,
  suites: Readonly<Record<string, (server: () => Server) => void>>,
): void => {
  describeOnControlPlane(title, 'controllers', (binaries) => {
    let server: Server;
    beforeAll(async () => {
      server = await realServer(binaries);
    });
    afterAll(() => server?.stop());
    for (const [name, suite] of Object.entries(suites)) describe(name, { concurrent: true }, () => suite(() => server));
  });
};

/** The real one, with its controllers, on the real clock. */
export const realServer = async (binaries: Binaries): Promise<Server> => {
  const plane = await startControlPlane(binaries);
  const stopKubelet = startKubelet(plane.request, behaviourByName);
  const http = socketHttp();
  return {
    request: (path, { headers, ...init } = {}) =>
      http(`${plane.server}${path}`, {
        ...init,
        headers: { ...headers, authorization: `Bearer ${plane.token}` },
        tls: { ca: plane.ca },
        allow: ['127.0.0.0/8'],
      }),
    clock: processClock,
    drive: (work) => work,
    hasLogs: false,
    hasPolicies: true,
    stop: async () => {
      await stopKubelet();
      await plane.stop();
    },
  };
};
