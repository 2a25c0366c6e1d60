import { afterAll, beforeAll } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { deploymentSuite } from './deployment.suite.ts';
import { realServer, type Server } from './server.ts';

describeOnControlPlane('apply on the real control plane', 'controllers', (binaries) => {
  let server: Server;
  beforeAll(async () => {
    server = await realServer(binaries);
  });
  afterAll(() => server?.stop());
  deploymentSuite(() => server);
});
