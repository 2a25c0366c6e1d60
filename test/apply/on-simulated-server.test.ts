import { afterEach, beforeEach, describe } from 'vitest';
import { deploymentSuite } from './deployment.suite.ts';
import { type Server, simulatedServer } from './server.ts';

describe('apply on the simulated server', () => {
  let server: Server;
  beforeEach(async () => {
    server = await simulatedServer();
  });
  afterEach(() => server?.stop());
  deploymentSuite(() => server);
});
