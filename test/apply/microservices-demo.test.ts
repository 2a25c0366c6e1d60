import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { hasCorpus, noCorpus } from './corpus.ts';
import { microservicesDemoSuite } from './microservices-demo.suite.ts';
import { realServer, type Server, simulatedServer } from './server.ts';

if (!hasCorpus) {
  test.skip(noCorpus);
} else {
  describe('on the simulated server', () => {
    let server: Server;
    beforeAll(async () => {
      server = await simulatedServer();
    });
    afterAll(() => server?.stop());
    microservicesDemoSuite(() => server, { hasCloud: true });
  });

  describeOnControlPlane('on the real control plane', 'controllers', (binaries) => {
    let server: Server;
    beforeAll(async () => {
      server = await realServer(binaries);
    });
    afterAll(() => server?.stop());
    microservicesDemoSuite(() => server, { hasCloud: false });
  });
}
